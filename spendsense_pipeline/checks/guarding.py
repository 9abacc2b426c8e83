"""The guardrails of advice as checks: whoever made the data, one that stops something blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from spendsense_pipeline.checks.outcome import MAX_FAILING_ROWS, Check, Finding
from spendsense_pipeline.checks.promises import kept
from spendsense_pipeline.recommendations.guardrails import (
    CONSENT,
    GUARDRAILS,
    REACH,
    Breach,
    Guardrail,
    judge,
)
from spendsense_pipeline.tables.advice import RECOMMENDATIONS

if TYPE_CHECKING:
    from spendsense_pipeline.checks.running import CheckRun

LEAST_PEOPLE = 1_000
"""Among fewer, an item that fits nobody says nothing of the item."""


def _measured(guardrail: Guardrail) -> Callable[[CheckRun], Finding]:
    def measure(run: CheckRun) -> Finding:
        # All at once: they read the same relations.
        stopped: Mapping[str, Breach] = run.remembered(
            "guardrails", lambda: judge(run.con, run.resolved)
        )
        return _finding(stopped[guardrail.name])

    return measure


def _reach(run: CheckRun) -> Finding:
    [counted] = run.rows("select count(distinct user_id) as people from persona_assignments")
    if counted["people"] < LEAST_PEOPLE:
        return Finding(True, None, skipped=f"not judged (n = {counted['people']})")
    return _finding(judge(run.con, run.resolved, (REACH,))[REACH.name])


def _finding(breach: Breach) -> Finding:
    count = len(breach.rows)
    return Finding(not count, float(count), count, breach.rows[:MAX_FAILING_ROWS])


CHECKS_OF_ADVICE: tuple[Check, ...] = (
    *(
        kept(
            RECOMMENDATIONS.asset,
            guardrail.name,
            _measured(guardrail),
            guardrail.description,
            guardrail.remedy,
        )
        for guardrail in GUARDRAILS
        # (Of consent the declaration of the table makes a check.)
        if guardrail is not CONSENT
    ),
    Check(
        name=REACH.name,
        asset=RECOMMENDATIONS.asset,
        severity="WARN",
        description=f"{REACH.description} Among fewer it is not judged.",
        remedy=REACH.remedy,
        bound=f"0 rows, from {LEAST_PEOPLE:,} consenting people",
        measure=_reach,
        imported="warn",
    ),
)
"""Every guardrail but the one the table's declaration makes, and how far the catalogue reaches."""
