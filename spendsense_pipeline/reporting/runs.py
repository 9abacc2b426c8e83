"""What the run that made a dataset found and how long its steps took, read from the dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.checks.outcome import CheckOutcome
from spendsense_pipeline.tables import TABLES
from spendsense_pipeline.tables.runs import CHECK_RESULTS, STAGE_SECONDS, checks_step

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader


@dataclass(frozen=True)
class StageTime:
    """One step of a run and its seconds on the clock."""

    stage: str
    seconds: float


@dataclass(frozen=True)
class CheckResult:
    """One check as the run found it.

    Attributes:
        asset: what it is about.
        name: of the check.
        passed: whether its promise is kept; true where nothing was judged.
        severity: `ERROR` stops publishing, `WARN` informs.
        sentence: all of it in a line.
        skipped: whether nothing was judged.
        figure: what was measured; None without data.
        bound: what the figure is held against.
        failing_count: how many rows break the promise.
        promise: what it promises.
        remedy: what to do when it fails.
        skipped_because: why nothing was judged; None where it was.
    """

    asset: str
    name: str
    passed: bool
    severity: str
    sentence: str
    skipped: bool = False
    figure: float | None = None
    bound: str = ""
    failing_count: int = 0
    promise: str = ""
    remedy: str = ""
    skipped_because: str | None = None

    @classmethod
    def of(cls, outcome: CheckOutcome) -> CheckResult:
        """What a person reads of an outcome."""
        return cls(
            outcome.asset,
            outcome.name,
            outcome.passed,
            outcome.severity,
            outcome.sentence(),
            skipped=outcome.skipped is not None,
            figure=outcome.figure,
            bound=outcome.bound,
            failing_count=outcome.failing_count,
            promise=outcome.description,
            remedy=outcome.remedy,
            skipped_because=outcome.skipped,
        )

    @property
    def blocks(self) -> bool:
        """Whether it stops publishing."""
        return not self.passed and self.severity == "ERROR"


def stage_times(published: DatasetReader) -> tuple[StageTime, ...]:
    """Seconds of every step whose time is known, in the order data flows.

    A step that was not timed is left out: imported tables, for one. Publishing is timed until what
    it publishes is complete, which is before the file is copied and swapped in.
    """
    rows = published.rows(
        "select segment, value from run_figures where metric = $metric", {"metric": STAGE_SECONDS}
    )
    steps = [name for table in TABLES for name in (table.step.name, checks_step(table.asset))]
    order = {name: place for place, name in reversed(list(enumerate(steps)))}
    return tuple(
        StageTime(row["segment"], row["value"])
        for row in sorted(rows, key=lambda row: order.get(row["segment"], len(steps)))
    )


def check_results(published: DatasetReader) -> tuple[CheckResult, ...]:
    """What every check found that was run on these rows, in the order data flows."""
    order = {table.asset: place for place, table in enumerate(TABLES)}
    rows = published.rows(f"select {', '.join(CHECK_RESULTS.column_names)} from check_results")
    outcomes = (
        CheckOutcome(
            name=row["check_name"],
            asset=row["asset"],
            passed=row["passed"],
            severity=row["severity"],
            figure=row["figure"],
            bound=row["bound"],
            failing_count=row["failing_rows"],
            failing_rows=[],
            description=row["promise"],
            remedy=row["remedy"],
            skipped=row["skipped_because"],
        )
        for row in rows
    )
    return tuple(
        CheckResult.of(outcome)
        for outcome in sorted(
            outcomes, key=lambda found: (order.get(found.asset, len(order)), found.name)
        )
    )
