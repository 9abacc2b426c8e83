"""`persona_transitions`: who changed since the dataset published before, and what flipped."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.controls import (
    DataGenerationConfig,
    OperatorConfig,
    PersonaThresholds,
    ResolvedConfig,
    resolve,
)
from spendsense_pipeline.personas.assignment import assign
from spendsense_pipeline.personas.transitions import build_transitions
from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS
from spendsense_pipeline.tables.features import RECURRING_STREAMS
from spendsense_pipeline.tables.personas import PERSONA_TRANSITIONS
from spendsense_pipeline.tables.raw import GENERATED_TABLES, RAW_USERS
from spendsense_pipeline.traces import build_traces
from spendsense_pipeline_tests.fixtures.feature_rows import persona_row, warehouse_of
from spendsense_pipeline_tests.fixtures.rows import AS_OF, HISTORY_START, Row, a_user, insert

YESTERDAY = AS_OF - dt.timedelta(days=1)


def resolved_on(day: dt.date, seed: int = 42, **thresholds: float) -> ResolvedConfig:
    config = OperatorConfig(
        config=DataGenerationConfig(seed=seed), thresholds=PersonaThresholds(**thresholds)
    )
    return resolve(config, as_of=day, history_start=HISTORY_START)


def a_night(
    path: Path | str,
    people: dict[str, Row],
    *,
    previous: Path | None = None,
    resolved: ResolvedConfig | None = None,
    user: Row | None = None,
) -> duckdb.DuckDBPyConnection:
    """A dataset as it is published: features of the people given, judged, compared and traced."""
    resolved = resolved or resolved_on(AS_OF)
    con = duckdb.connect(str(path))
    for table in GENERATED_TABLES:
        con.execute(table.create_sql())
    insert(con, RAW_USERS, [a_user(i, **(user or {})) for i in people])
    con.execute(RECURRING_STREAMS.create_sql())
    con.execute(OPERATOR_CONTROLS.create_sql())
    insert(con, OPERATOR_CONTROLS, resolved.to_rows())
    rows = [row | {"user_id": i, "as_of": resolved.as_of} for i, row in people.items()]
    warehouse_of(rows, con=con)
    assign(con, as_of=resolved.as_of, thresholds=resolved.thresholds)
    build_transitions(con, previous, resolved=resolved)
    build_traces(con, resolved=resolved, dataset_id="d" * 16, code_version="c" * 12)
    return con


def published(path: Path, people: dict[str, Row], **how: Any) -> Path:
    a_night(path, people, **({"resolved": resolved_on(YESTERDAY)} | how)).close()
    return path


def changes(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return con.execute("from persona_transitions").fetchall()


def test_a_first_night_has_no_transitions(tmp_path: Path) -> None:
    people = {"user_0000": persona_row("general")}
    assert changes(a_night(":memory:", people)) == []
    assert changes(a_night(":memory:", people, previous=tmp_path / "absent.duckdb")) == []


def test_who_changed_from_what_to_what_and_which_predicates_flipped(tmp_path: Path) -> None:
    before = published(
        tmp_path / "published.duckdb",
        {
            "user_0000": persona_row("variable_income", is_overdue=None),
            "user_0001": persona_row("savings_builder"),
            "user_0002": persona_row("general"),
            "user_0003": persona_row("general"),
        },
    )
    con = a_night(
        ":memory:",
        {
            "user_0000": persona_row("high_utilization", is_overdue=True),
            "user_0001": persona_row("savings_builder", savings_growth_rate=0.5),
            "user_0002": persona_row("cash_flow_stressed"),
            "user_0004": persona_row("general"),
        },
        previous=before,
    )
    assert changes(con) == [
        (
            "user_0000",
            30,
            YESTERDAY,
            AS_OF,
            "variable_income",
            "high_utilization",
            [
                "high_utilization: is_overdue = yes is now met",
                "high_utilization: max_utilization ≥ 50% is now met",
                "variable_income: cash_flow_buffer_months < 1 month is no longer met",
                "variable_income: median_pay_gap_days > 45 days is no longer met",
            ],
        ),
        (
            "user_0002",
            30,
            YESTERDAY,
            AS_OF,
            "general",
            "cash_flow_stressed",
            [
                "cash_flow_stressed: balance_volatility ≥ 15% is now met",
                "cash_flow_stressed: low_balance_day_share ≥ 20% is now met",
            ],
        ),
    ]
    columns = con.execute("select column_name, column_type from (describe persona_transitions)")
    assert columns.fetchall() == [(c.name, c.type) for c in PERSONA_TRANSITIONS.columns]


def test_a_changed_threshold_is_a_flip_of_the_same_world(tmp_path: Path) -> None:
    people = {"user_0000": persona_row("general", max_utilization=0.4)}
    before = published(tmp_path / "published.duckdb", people)
    stricter = resolved_on(AS_OF, high_utilization_max_utilization_share=0.35)
    [row] = changes(a_night(":memory:", people, previous=before, resolved=stricter))
    assert row[4:] == (
        "general",
        "high_utilization",
        ["high_utilization: max_utilization ≥ 35% is now met"],
    )


@pytest.mark.parametrize("world", ["seed", "history_start"])
def test_another_world_is_not_compared(tmp_path: Path, world: str) -> None:
    before = published(tmp_path / "published.duckdb", {"user_0000": persona_row("general")})
    tonight = resolved_on(AS_OF)
    if world == "seed":
        tonight = resolved_on(AS_OF, seed=43)
    else:
        tonight = dataclasses.replace(tonight, history_start=HISTORY_START + dt.timedelta(days=28))
    people = {"user_0000": persona_row("high_utilization")}
    assert changes(a_night(":memory:", people, previous=before, resolved=tonight)) == []


def test_another_person_under_the_same_id_is_not_compared(tmp_path: Path) -> None:
    before = published(tmp_path / "published.duckdb", {"user_0000": persona_row("general")})
    con = a_night(
        ":memory:",
        {"user_0000": persona_row("high_utilization")},
        previous=before,
        user={"name": "Somebody Else"},
    )
    assert changes(con) == []


def test_making_tonight_again_keeps_tonights_changes(tmp_path: Path) -> None:
    yesterday = published(tmp_path / "yesterday.duckdb", {"user_0000": persona_row("general")})
    tonight = {"user_0000": persona_row("high_utilization")}
    first = tmp_path / "tonight.duckdb"
    con = a_night(first, tonight, previous=yesterday)
    found = changes(con)
    con.close()
    assert len(found) == 1
    assert changes(a_night(":memory:", tonight, previous=first)) == found


def test_a_file_of_an_older_program_is_no_previous_night(tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    with duckdb.connect(str(path)) as old:
        old.execute("create table persona_assignments (user_id varchar)")
    con = a_night(":memory:", {"user_0000": persona_row("general")}, previous=path)
    assert changes(con) == []
    databases = con.execute("select database_name from duckdb_databases()").fetchall()
    assert ("previous_dataset",) not in databases
