"""What a run tells whoever watches it: which stages there are, which has begun, which has ended."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from spendsense_pipeline.tables import steps
from spendsense_pipeline.tables.runs import checked_asset


def stage_name(step: str) -> str:
    """What a step does, in words."""
    if asset := checked_asset(step):
        return f"check {asset}"
    known = steps().get(step)
    return known.doing if known else step.replace("_", " ")


class Progress:
    """Is told of the stages of one run, and tells nobody: whoever wants to know reads Dagster's
    books. A context manager around the run; who shows it to somebody derives from it.
    """

    def __enter__(self) -> Self:
        """The run is about to begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """The run has ended."""

    def expect(self, steps: int) -> None:
        """How many stages there will be."""

    def start(self, step: str) -> None:
        """A stage begins."""

    def finish(self, step: str, *, is_success: bool) -> None:
        """A stage has ended."""

    def remark(self, text: str) -> None:
        """Something worth knowing while the run goes on."""
