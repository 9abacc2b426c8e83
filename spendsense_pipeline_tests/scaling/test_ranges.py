"""Measured and explained range by range, a population gives the tables of one pass."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from spendsense_pipeline.recommendations import build_recommendations, catalogue_in_force
from spendsense_pipeline.scaling.ranges import measure_features, measure_streams, ranges
from spendsense_pipeline.scaling.shard import SHARD_TABLES
from spendsense_pipeline.tables.features import RECURRING_STREAMS, UNROUNDED_FEATURES
from spendsense_pipeline.traces import record
from spendsense_pipeline_tests.fixtures.generated_people import (
    every_row,
    explain,
    judge,
    some_people,
)
from spendsense_pipeline_tests.fixtures.rows import a_user, a_warehouse


@pytest.mark.parametrize("people_at_once", [8, pytest.param(10, marks=pytest.mark.long)])
def test_ranges_and_one_pass_give_the_same_tables(
    people_at_once: int,
    twenty_people: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolved, con = some_people(20), twenty_people
    whole = {table.name: every_row(con, table.name) for table in SHARD_TABLES}
    monkeypatch.setattr(record, "PEOPLE_AT_ONCE", people_at_once)
    judge(con, resolved, people_at_once=people_at_once)
    explain(con, resolved)
    build_recommendations(
        con,
        resolved=resolved,
        catalogue=catalogue_in_force(resolved),
        people_at_once=people_at_once,
    )
    assert whole["recurring_streams"]
    assert whole["recommendations"]
    assert whole["decision_traces"]
    for table, expected in whole.items():
        assert every_row(con, table) == expected, table


def test_ranges_cover_everybody_once() -> None:
    con = a_warehouse(users=[a_user(f"user_{number:04d}") for number in range(10)])
    assert list(ranges(con, 4)) == [(0, 4), (4, 8), (8, 10)]
    assert list(ranges(con, 10)) == [(0, 10)]
    assert list(ranges(a_warehouse(), 10)) == []


def test_people_of_an_earlier_population_do_not_stay(
    twenty_people: duckdb.DuckDBPyConnection,
) -> None:
    resolved, con = some_people(20), twenty_people
    con.execute("delete from raw_users where user_id >= 'user_0013'")
    measure_streams(con, as_of=resolved.as_of, people_at_once=10)
    measure_features(
        con,
        as_of=resolved.as_of,
        window_days=30,
        history_start=resolved.as_of - dt.timedelta(days=120),
        people_at_once=10,
    )
    for table in (RECURRING_STREAMS.name, "features_30d", UNROUNDED_FEATURES[30].name):
        [(last,)] = con.execute(f'select max(user_id) from "{table}"').fetchall()
        assert last < "user_0013", table
