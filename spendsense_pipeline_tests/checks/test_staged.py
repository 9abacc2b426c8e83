"""What checks stage is shared while it is true, and made again when what it was read from changes."""

from __future__ import annotations

import duckdb
import pytest

from spendsense_pipeline.checks import CHECKS, run_checks
from spendsense_pipeline.checks.staged import EVERYBODY, QUERIES, StagedRelations
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration
from spendsense_pipeline_tests.fixtures.household_by_hand import a_valid_world


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return a_valid_world().warehouse()


def staged_tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    names = con.execute(
        "select table_name from duckdb_tables() where temporary and table_name like '\\_checks\\_%' escape '\\'"
    ).fetchall()
    return {name.removeprefix("_checks_") for (name,) in names}


def test_steps_that_share_find_what_steps_of_their_own_find(con: duckdb.DuckDBPyConnection) -> None:
    resolved = a_configuration()
    alone = [run_checks(con, [check], resolved)[0] for check in CHECKS]
    staged = StagedRelations(con, resolved)
    assert [run_checks(con, [check], resolved, staged=staged)[0] for check in CHECKS] == alone
    assert staged_tables(con) >= {"movements", "closings"}
    staged.close()
    assert not staged_tables(con)


def test_a_relation_is_made_once_until_a_table_below_it_is_written(
    con: duckdb.DuckDBPyConnection,
) -> None:
    staged = StagedRelations(con, a_configuration())
    query = "select count(*), sum(change_cents) from _checks_movements"
    staged.provide(query)
    before = con.execute(query).fetchall()
    con.execute("delete from raw_transactions")
    staged.provide(query)
    assert con.execute(query).fetchall() == before
    staged.forget(["decision_traces"])
    assert "movements" in staged_tables(con)
    staged.forget(["raw_transactions"])
    assert "movements" not in staged_tables(con)
    staged.provide(query)
    assert con.execute(query).fetchall() != before


def test_closings_go_with_the_rows_their_own_sources_read(con: duckdb.DuckDBPyConnection) -> None:
    staged = StagedRelations(con, a_configuration())
    assert "raw_transactions" not in QUERIES.text("staging/closings.sql")
    staged.provide("from _checks_closings")
    staged.forget(["raw_transactions"])
    assert "closings" not in staged_tables(con)


def test_figures_about_the_first_people_are_not_read_for_everybody(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute(  # somebody without purchases, before everybody else
        "insert into raw_users by name"
        " select 'user_' as user_id, * exclude (user_id) from raw_users limit 1"
    )
    staged = StagedRelations(con, a_configuration())
    query = "select count(*) from _checks_everyday_purchases"
    staged.provide(query, people=1)
    assert con.execute(query).fetchall() == [(0,)]
    staged.provide(query, people=EVERYBODY)
    [(purchases,)] = con.execute(query).fetchall()
    assert purchases > 0
    con.execute("delete from raw_users where user_id <> 'user_'")
    assert staged.parameter("last_person") != "user_"
    staged.forget(["raw_users"])
    assert staged.parameter("last_person") == "user_"
