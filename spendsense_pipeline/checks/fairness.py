"""Whether any demographic group is covered less, or more, than the others beyond chance."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from spendsense_pipeline.checks.outcome import MAX_FAILING_ROWS, Finding

if TYPE_CHECKING:
    from spendsense_pipeline.checks.running import CheckRun

# Five age bands, three genders, three income tiers, four regions are looked at together in each
# window; without this correction one in two fair populations would warn by chance alone.
_GROUPS = 15


def groups_are_covered_alike(run: CheckRun) -> Finding:
    """Compare every group's coverage with that of everybody else."""
    compared = run.file_rows(
        "persona_assignments/groups_are_covered_alike.sql",
        z=statistics.NormalDist().inv_cdf(1 - 0.05 / 2 / _GROUPS),
    )
    beyond = [row for row in compared if row["difference"] > row["tolerance"]]
    beyond.sort(key=lambda row: row["tolerance"] - row["difference"])
    worst = max((row["difference"] for row in compared), default=None)
    return Finding(not beyond, worst, len(beyond), tuple(beyond[:MAX_FAILING_ROWS]))
