"""Whether the figures of `evaluation` meet their targets; computes nothing of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendsense_pipeline.checks.outcome import MAX_FAILING_ROWS, Finding

if TYPE_CHECKING:
    from spendsense_pipeline.checks.running import CheckRun


def evaluation_meets_targets(run: CheckRun) -> Finding:
    """Every figure that was judged meets its target; the bound names those that miss."""
    missed = run.rows(
        "select metric, segment, value, lower, upper, target from evaluation"
        " where not passed order by metric, segment"
    )
    if not missed:
        return Finding(True, 0.0)
    names = "; ".join(f"{row['metric']} ({row['segment']})" for row in missed[:MAX_FAILING_ROWS])
    more = len(missed) - MAX_FAILING_ROWS
    return Finding(
        False,
        float(len(missed)),
        len(missed),
        tuple(missed[:MAX_FAILING_ROWS]),
        bound=f"0 figures; missed: {names}" + (f" and {more} more" if more > 0 else ""),
    )
