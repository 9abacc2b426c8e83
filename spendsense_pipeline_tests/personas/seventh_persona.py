"""A seventh persona, declared here alone, taken through the whole pipeline; its facts as JSON.

Run as a program, because targets, thresholds and tables are made when the book is first read.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from spendsense_pipeline.personas import book
from spendsense_pipeline.personas.criteria import (
    AT_LEAST,
    BELOW,
    CountsAs,
    Criterion,
    Focus,
    GradedTo,
    Line,
    PersonaRule,
    Proof,
    Reason,
    all_of,
)

WELL_CUSHIONED = Criterion(
    "well_cushioned",
    "mean_balance_usd",  # a feature no other rule reads
    AT_LEAST,
    Line(
        "cushioned_mean_balance_usd",
        500.0,
        0,
        100_000,
        "USD",
        "Cushioned: checking holds at least this on average.",
    ),
    "USD",
    "average balance of your main checking account",
    severity=GradedTo(20_000.0),
    reason=Reason("WELL_CUSHIONED", "Your checking account holds {shown} on average."),
    proof=Proof(
        "reference",
        "mean of the daily closes, from the opening balance and the rows",
        scope="primary_checking",
    ),
)
MODEST_SUBSCRIPTIONS = Criterion(
    "modest_subscriptions",
    "monthly_subscription_spend_usd",
    BELOW,
    50.0,
    "USD per month",
    "monthly cost of your subscriptions",
    severity=CountsAs(0.0),
    reason=Reason("MODEST_SUBSCRIPTIONS", "Your subscriptions come to only {shown} a month."),
    proof=Proof("streams", "sum of average_amount × 30.44 / cadence_days"),
)
CUSHIONED = PersonaRule(
    key="cushioned",
    title="Cushioned",
    plain="a comfortable cushion",
    meaning="Checking holds more than it needs.",
    months_of_history=1,
    focus=Focus(
        description="Everybody keeps a cushion.",
        controls={"subscription_adoption_rate": 0.2, "savings_adoption_rate": 0.1},
    ),
    tree=all_of(WELL_CUSHIONED, MODEST_SUBSCRIPTIONS),
)
PEOPLE = 24


def facts() -> dict[str, Any]:
    """What became of it everywhere that personas are listed, judged, explained or written of."""
    book.RULE_BOOK = (*book.RULE_BOOK, CUSHIONED)

    from docs.derived.controls import controls
    from docs.derived.personas import personas
    from spendsense_pipeline.controls import PRESET_CONFIGS, PersonaTarget, PersonaThresholds
    from spendsense_pipeline.generation.targets import WAYS_OF_LIVING, WayOfLiving
    from spendsense_pipeline.traces import replay, trace_schema
    from spendsense_pipeline_tests.fixtures.generated_people import a_configuration

    WAYS_OF_LIVING["cushioned"] = WayOfLiving(
        cards="not_revolving", subscriptions="light", savings="modest"
    )
    weights = {PersonaTarget.CUSHIONED: 0.5, PersonaTarget.HIGH_UTILIZATION: 0.5}
    resolved = a_configuration(
        config={"num_users": PEOPLE, "months_history": 4},
        controls={"persona_weights": weights},
    )
    con = _published(resolved)
    [*traces] = (
        json.loads(text) for (text,) in con.execute("select trace from decision_traces").fetchall()
    )
    return {
        "targets": [str(persona) for persona in PersonaTarget],
        "line": PersonaThresholds().model_dump()["cushioned_mean_balance_usd"],
        "focus": PRESET_CONFIGS["cushioned_focus"].model_dump(mode="json")["target_personas"],
        "balanced": len(PRESET_CONFIGS["balanced"].target_personas),
        "assigned": con.execute(
            "select target_persona, primary_persona, count(*), min(severity), max(severity) "
            "from persona_assignments group by all order by all"
        ).fetchall(),
        "compared": con.execute(
            "select distinct persona from fairness_report order by all"
        ).fetchall(),
        "broken": [o.sentence() for o in _outcomes(con, resolved) if not o.passed],
        "schema": trace_schema(),
        "traces": traces,
        "replayed": [replay(trace).primary for trace in traces],
        "pages": {"personas": personas(), "controls": controls()},
    }


def _published(resolved: Any) -> Any:
    """Every table that is checked, made as a run makes them."""
    from spendsense_pipeline.checks.control_fidelity import build_control_fidelity
    from spendsense_pipeline.personas.fairness import build_fairness_report
    from spendsense_pipeline.personas.transitions import build_transitions
    from spendsense_pipeline.publishing.loading import load_rows
    from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS
    from spendsense_pipeline_tests.fixtures.generated_people import an_explained_population

    con = an_explained_population(resolved)
    load_rows(con, OPERATOR_CONTROLS, resolved.to_rows())
    build_transitions(con, None, resolved=resolved)
    build_fairness_report(con)
    build_control_fidelity(con, resolved)
    return con


def _outcomes(con: Any, resolved: Any) -> Any:
    """Of every check of what was judged."""
    from spendsense_pipeline.checks import run_all

    judged = ("persona_assignments", "persona_transitions", "fairness_report", "decision_traces")
    return run_all(con, resolved, assets=("raw_users", *judged))


if __name__ == "__main__":
    json.dump(facts(), sys.stdout)
