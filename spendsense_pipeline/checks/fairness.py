"""Whether any demographic group is covered less, or more, than the others beyond chance.

Reads `fairness_report`, which says what is beyond chance; computes nothing of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendsense_pipeline.checks.outcome import MAX_FAILING_ROWS, Finding
from spendsense_pipeline.personas.fairness import LEAST_PEOPLE
from spendsense_pipeline.tables.personas import ANY_PERSONA

if TYPE_CHECKING:
    from spendsense_pipeline.checks.running import CheckRun


def groups_are_covered_alike(run: CheckRun) -> Finding:
    """Every group's coverage against everybody else's, as the fairness report compares them."""
    compared = run.rows(
        """
        select window_days, dimension, group_name, people, share as coverage,
          rest_share as coverage_of_the_rest, abs(difference) as difference, tolerance, is_beyond
        from fairness_report
        where persona = $covered and people >= $least and rest_people >= $least
        order by tolerance - abs(difference), window_days, dimension, group_name
        """,
        covered=ANY_PERSONA,
        least=LEAST_PEOPLE,
    )
    beyond = [row for row in compared if row.pop("is_beyond")]
    worst = max((row["difference"] for row in compared), default=None)
    return Finding(not beyond, worst, len(beyond), tuple(beyond[:MAX_FAILING_ROWS]))
