"""What a run records: its latest word on each check and step, and nothing about rows that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest

from spendsense_pipeline.checks import CheckOutcome
from spendsense_pipeline.publishing.run_record import RunRecord, prepare
from spendsense_pipeline.tables.features import FEATURES_30D
from spendsense_pipeline.tables.raw import RAW_TRANSACTIONS
from spendsense_pipeline.tables.runs import checks_step

KEPT = CheckOutcome(
    name="promise",
    asset="raw_users",
    passed=True,
    severity="WARN",
    figure=0.1 + 0.2,
    bound="0 rows",
    failing_count=0,
    failing_rows=[],
    description="Everybody has a name.",
    remedy="Name them.",
)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        prepare(con)
        yield con


def known(con: duckdb.DuckDBPyConnection) -> dict[str, bool]:
    return dict(con.execute("select asset, passed from check_results").fetchall())


def timed(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    return dict(con.execute("select segment, value from run_figures").fetchall())


def test_the_latest_outcome_stands_with_all_that_is_needed_to_say_it(
    con: duckdb.DuckDBPyConnection,
) -> None:
    record = RunRecord()
    record.note_checks(con, [KEPT])
    assert record.has_passed("raw_users", "promise")
    broken = replace(KEPT, passed=False, failing_count=2)
    record.note_checks(con, [broken, replace(KEPT, name="another", skipped="imported data")])
    assert not record.has_passed("raw_users", "promise")
    assert con.execute("from check_results order by check_name").fetchall() == [
        ("raw_users", "another", "WARN", True, 0.3, "0 rows", 0, KEPT.description, KEPT.remedy, "imported data"),
        ("raw_users", "promise", "WARN", False, 0.3, "0 rows", 2, KEPT.description, KEPT.remedy, None),
    ]  # fmt: skip


def test_what_earlier_runs_found_is_forgotten_with_the_rows_it_was_about(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assets = ("operator_controls", "raw_users", "features_30d", "decision_traces")
    earlier = RunRecord()
    earlier.note_checks(con, [replace(KEPT, asset=asset) for asset in assets])
    for asset in assets:
        earlier.note_seconds(con, asset, 1.0)
        earlier.note_seconds(con, checks_step(asset), 0.5)

    RunRecord().forget(con, FEATURES_30D)
    assert set(known(con)) == {"operator_controls", "raw_users"}
    # How long it took to make what is still there is still true.
    assert set(assets) <= set(timed(con))
    assert checks_step("features_30d") not in timed(con)
    assert checks_step("raw_users") in timed(con)
    # Tables of one step are about each other.
    RunRecord().forget(con, RAW_TRANSACTIONS)
    assert set(known(con)) == {"operator_controls"}


def test_what_this_run_found_after_making_its_rows_stays(con: duckdb.DuckDBPyConnection) -> None:
    record = RunRecord()
    record.note_checks(con, [replace(KEPT, asset="decision_traces")])
    record.forget(con, FEATURES_30D)
    assert set(known(con)) == {"decision_traces"}


def test_an_emptied_warehouse_begins_with_what_the_run_knows(
    con: duckdb.DuckDBPyConnection,
) -> None:
    RunRecord().note_checks(con, [KEPT])
    record = RunRecord()
    record.note_seconds(con, "operator_controls", 0.12345)
    record.write_anew(con)
    assert known(con) == {}
    assert timed(con) == {"operator_controls": 0.123}


def test_tables_of_another_version_are_made_anew(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create or replace table check_results as select 'raw_users' as asset")
    prepare(con)
    assert known(con) == {}
