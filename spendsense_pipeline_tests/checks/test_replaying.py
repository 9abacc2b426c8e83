"""A trace must lead to the decision that was stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from spendsense_pipeline.checks.replaying import traces_replay
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.tables.traces import DECISION_TRACES
from spendsense_pipeline_tests.fixtures.assigned_people import assigned_people
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration
from spendsense_pipeline_tests.fixtures.rows import AS_OF


def a_trace(value: float) -> dict[str, Any]:
    """One persona with one predicate: matched from 200."""
    predicate = {
        "feature": "savings_net_inflow_monthly_usd",
        "operator": ">=",
        "threshold": 200.0,
        "value": value,
        "severity": {"full": 400.0},
    }
    return {"personas": [{"key": "savings_builder", "tree": 0, "predicates": [predicate]}]}


def replayed(value: float, **stored: Any) -> CheckRun:
    con = assigned_people(["savings_builder"])
    con.execute("update persona_assignments set severity = 0.5")
    for column, new in stored.items():
        con.execute(f"update persona_assignments set {column} = ? where window_days = 180", [new])
    con.execute(DECISION_TRACES.create_sql())
    rows = [
        {
            "trace_id": f"t{days}",
            "user_id": "user_0000",
            "window_days": days,
            "as_of": AS_OF,
            "primary_persona": "savings_builder",
            "rules_version": "r1",
            "code_version": "c",
            "config_hash": "h",
            "dataset_id": "d",
            "trace": json.dumps(a_trace(value)),
        }
        for days in (30, 180)
    ]
    marks = ", ".join("?" for _ in DECISION_TRACES.columns)
    con.executemany(
        f"insert into decision_traces values ({marks})", [list(row.values()) for row in rows]
    )
    return CheckRun(con, a_configuration())


def test_traces_that_lead_to_their_decisions_pass() -> None:
    assert traces_replay(replayed(300.0)).passed


@pytest.mark.parametrize(
    "stored",
    [
        {"primary_persona": "general"},
        {"secondary_persona": "variable_income"},
        {"matched_personas": ["savings_builder", "variable_income"]},
        {"severity": 0.6},
    ],
)
def test_another_decision_is_found(stored: dict[str, Any]) -> None:
    found = traces_replay(replayed(300.0, **stored))
    assert not found.passed
    assert [(row["user_id"], row["window_days"]) for row in found.failing_rows] == [
        ("user_0000", 180)
    ]


def test_another_value_in_the_trace_is_found() -> None:
    found = traces_replay(replayed(150.0))
    assert found.failing_count == 2
    assert found.failing_rows[0]["replayed"] == "general"


def test_a_trace_of_nobody_is_found() -> None:
    run = replayed(300.0)
    run.con.execute("delete from persona_assignments where window_days = 30")
    assert traces_replay(run).failing_count == 1


def test_a_trace_that_lacks_a_value_is_found_and_named() -> None:
    run = replayed(300.0)
    run.con.execute(
        """update decision_traces set trace = '{"personas": [{"key": "savings_builder", "tree": 0,
        "predicates": [{"operator": ">=", "threshold": 200.0, "severity": {"full": 400.0}}]}]}'
        where window_days = 30"""
    )
    found = traces_replay(run)
    assert found.failing_count == 1
    assert found.failing_rows[0]["replayed"] == (
        "cannot be replayed: predicate 0 of savings_builder lacks its value"
    )
