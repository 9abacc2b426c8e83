"""`persona_assignments`: who gets a row, what it says, and what stops it."""

from __future__ import annotations

import datetime as dt

import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.personas.assignment import assign
from spendsense_pipeline.personas.rules import rules_version
from spendsense_pipeline.tables.personas import PERSONA_ASSIGNMENTS
from spendsense_pipeline_tests.fixtures.feature_rows import (
    WINDOWS,
    a_crowd,
    columns_of,
    default_rules,
    persona_row,
    thresholds,
    warehouse_of,
)
from spendsense_pipeline_tests.fixtures.rows import AS_OF
from spendsense_pipeline_tests.personas.evaluation import evaluate


def test_one_row_per_person_and_window_saying_what_the_rules_say() -> None:
    rows = [
        persona_row(
            "high_utilization", user_id="user_0000", window_days=30, savings_growth_rate=0.04
        ),
        persona_row("variable_income", user_id="user_0000", window_days=180, max_utilization=0.8),
        persona_row("general", user_id="user_0001", window_days=30),
        persona_row("savings_builder", user_id="user_0001", window_days=180),
    ]
    con = warehouse_of(rows, target_persona="variable_income")
    assign(con, as_of=AS_OF, thresholds=thresholds())
    version = rules_version(thresholds())
    assert con.execute("from persona_assignments").fetchall() == [
        ("user_0000", 30, AS_OF, "high_utilization", None, ["high_utilization"], pytest.approx(0.25), "assigned", "variable_income", version),
        ("user_0000", 180, AS_OF, "high_utilization", "variable_income", ["high_utilization", "variable_income"], pytest.approx(0.6), "assigned", "variable_income", version),
        ("user_0001", 30, AS_OF, "general", None, [], 0.0, "stable", "variable_income", version),
        ("user_0001", 180, AS_OF, "savings_builder", None, ["savings_builder"], pytest.approx(0.125), "assigned", "variable_income", version),
    ]  # fmt: skip


def test_the_table_is_the_python_evaluation_of_a_crowd() -> None:
    crowd = a_crowd(31, people=250)
    con = warehouse_of(crowd)
    assign(con, as_of=AS_OF, thresholds=thresholds())
    verdicts = evaluate(columns_of(crowd), default_rules())
    stored = con.execute(
        "select primary_persona, secondary_persona, severity from persona_assignments order by user_id"
    ).fetchall()
    assert stored == list(
        zip(verdicts.primary, verdicts.secondary, verdicts.severity.tolist(), strict=True)
    )
    assert {row[0] for row in stored} == {"general", *verdicts.matched}


def test_columns_are_as_declared() -> None:
    con = warehouse_of(a_crowd(1, people=3))
    assign(con, as_of=AS_OF, thresholds=thresholds())
    columns = con.execute("select column_name, column_type from (describe persona_assignments)")
    assert columns.fetchall() == [(c.name, c.type) for c in PERSONA_ASSIGNMENTS.columns]


@pytest.mark.parametrize("status", ["denied", "revoked"])
def test_features_of_somebody_who_no_longer_consents_are_not_judged(status: str) -> None:
    con = warehouse_of([persona_row("general", user_id=f"user_000{i}") for i in range(2)])
    con.execute("update raw_users set consent_status = ? where user_id = 'user_0001'", [status])
    assign(con, as_of=AS_OF, thresholds=thresholds())
    assert con.execute("select user_id from persona_assignments").fetchall() == [("user_0000",)]


def test_nobody_gives_an_empty_table() -> None:
    con = warehouse_of([])
    assign(con, as_of=AS_OF, thresholds=thresholds())
    assert con.execute("select count(*) from persona_assignments").fetchall() == [(0,)]


@pytest.mark.parametrize("window", WINDOWS)
def test_features_of_another_day_are_refused_by_name(window: int) -> None:
    con = warehouse_of([persona_row("general", window_days=window)])
    tomorrow = AS_OF + dt.timedelta(days=1)
    with pytest.raises(SpendSenseError, match=f"materialize features_{window}d again"):
        assign(con, as_of=tomorrow, thresholds=thresholds())
