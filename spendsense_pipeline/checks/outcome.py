"""What a check is and what it found: the records every check is declared with and reports in.

Holds no check and no query; `catalog.py` declares the checks, `running.py` runs them.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from spendsense_pipeline.checks.running import CheckRun

Severity = Literal["ERROR", "WARN"]
WhenImported = Literal["keep", "warn", "skip"]
MAX_FAILING_ROWS = 10


@dataclass(frozen=True)
class Finding:
    """What one measurement says, before it is joined with the check that asked for it.

    `failing_rows` holds at most ten rows; `severity` replaces the declared one when the data decide
    (a bound nobody set); `skipped` is the reason nothing could be judged.
    """

    passed: bool
    figure: float | None
    failing_count: int = 0
    failing_rows: tuple[dict[str, Any], ...] = ()
    severity: Severity | None = None
    bound: str | None = None
    skipped: str | None = None


@dataclass(frozen=True)
class Check:
    """A promise about one asset: what it says, how it is measured and what to do when it is broken.

    `imported` says what becomes of it on data we did not generate: kept as it is, lowered to a
    warning, or skipped with `imported_reason`.
    """

    name: str
    asset: str
    severity: Severity
    description: str
    remedy: str
    bound: str
    measure: Callable[[CheckRun], Finding]
    imported: WhenImported = "warn"
    imported_reason: str = ""
    imported_remedy: str = ""
    """What to do of people nobody asked for, where `remedy` speaks of controls."""
    table: str = ""
    """The table it reads, where the asset does not have that name."""

    @property
    def blocking(self) -> bool:
        """Whether a failure stops publishing: every ERROR does, so exit codes tell the truth."""
        return self.severity == "ERROR"


@dataclass(frozen=True)
class CheckOutcome:
    """The answer of one check on one dataset, in plain Python values ready for metadata."""

    name: str
    asset: str
    passed: bool
    severity: Severity
    figure: float | None
    bound: str
    failing_count: int
    failing_rows: list[dict[str, Any]]
    description: str
    remedy: str
    skipped: str | None = None

    @property
    def blocks(self) -> bool:
        """Whether this outcome stops publishing."""
        return not self.passed and self.severity == "ERROR"

    def sentence(self) -> str:
        """One line for a terminal: name, figure, bound and, when it failed, the remedy."""
        if self.skipped:
            return f"SKIP {self.asset}.{self.name}: {self.skipped}"
        mark = "ok  " if self.passed else self.severity
        figure = "no data" if self.figure is None else f"{self.figure:g}"
        line = f"{mark} {self.asset}.{self.name}: {figure} (bound: {self.bound})"
        return line if self.passed else f"{line}. {self.remedy}"

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dict of every field."""
        return dataclasses.asdict(self)


def plain(value: Any) -> Any:
    """A value JSON and Dagster accept: dates as text, decimals as floats, no numpy scalars."""
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    return value.item() if hasattr(value, "item") else value
