"""What is wrong with data brought in: one sentence per kind of mistake, with the column and the
first rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from spendsense_pipeline.errors import ProblemsError


@dataclass(frozen=True)
class Problem:
    """One kind of mistake in one place: what, how often, where first, and what to do."""

    kind: str
    where: str
    text: str
    remedy: str
    count: int = 1
    first_rows: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The problem as one line an operator can act on."""
        rows = f"; first: {', '.join(self.first_rows)}" if self.first_rows else ""
        return f"{self.where}: {self.text}{rows}. {self.remedy}"


class ImportProblemsError(ProblemsError, ValueError):
    """The data cannot be taken; nothing was written. `.problems` holds every kind found."""

    problems: list[Problem]

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems, "correct the files, or say in a mapping how they are to be read")


def count_of(number: int, singular: str, plural: str | None = None) -> str:
    """`1 row`, `2 rows`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
