"""How tables are built: ranges of people, threads, consent, other days, and inputs that cannot be measured."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.features import (
    FeatureInputError,
    build_features,
    build_recurring_streams,
    disagreements,
)
from spendsense_pipeline.features.sufficiency import NEEDS, data_sufficiency
from spendsense_pipeline.tables.features import FEATURES, FEATURES_30D, RECURRING_STREAMS
from spendsense_pipeline.tables.raw import RAW_USERS
from spendsense_pipeline_tests.features.test_third_party import household
from spendsense_pipeline_tests.fixtures.measured_people import measured, rows_of
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    HISTORY_START,
    Row,
    a_card,
    a_user,
    a_warehouse,
    an_account,
    insert,
)

TABLES = (
    "recurring_streams",
    "features_30d",
    "features_180d",
    "_features_unrounded_30d",
    "_features_unrounded_180d",
)


def a_street(households: int = 5) -> duckdb.DuckDBPyConnection:
    """Neighbours with the same life, at different prices; the third has not consented."""
    users, accounts, transactions = [], [], []
    for n in range(households):
        key = f"user_{n:04d}"
        users.append(a_user(key, consent_status="denied" if n == 2 else "granted"))
        accounts += [an_account(f"checking{n}", key), a_card(f"card{n}", key)]
        for row in household():
            scaled = row["amount"] + n
            transactions.append(
                row
                | {
                    "user_id": key,
                    "account_id": f"{row['account_id']}{n}",
                    "amount": scaled,
                    "transaction_id": f"{key}:{row['transaction_id']}",
                }
            )
    return a_warehouse(users=users, accounts=accounts, transactions=transactions)


def build(con: duckdb.DuckDBPyConnection, users: tuple[int, int] | None = None) -> None:
    build_recurring_streams(con, as_of=AS_OF, users=users)
    for window in (30, 180):
        build_features(con, as_of=AS_OF, window_days=window, history_start=None, users=users)


def contents(con: duckdb.DuckDBPyConnection) -> dict[str, list[Row]]:
    return {
        table: sorted(rows_of(con, table), key=lambda r: (r["user_id"], r.get("stream_id", "")))
        for table in TABLES
    }


@pytest.fixture(scope="module")
def street() -> duckdb.DuckDBPyConnection:
    return a_street()


def test_ranges_of_people_add_up_to_everybody(street: duckdb.DuckDBPyConnection) -> None:
    build(street)
    whole = contents(street)
    for table in TABLES:
        street.execute(f'drop table "{table}"')
    for users in ((3, 5), (0, 3), (3, 4)):  # in any order, and a range a second time
        build(street, users)
    assert contents(street) == whole
    assert [row["user_id"] for row in whole["features_30d"]] == [
        "user_0000",
        "user_0001",
        "user_0003",
        "user_0004",
    ]


def test_threads_do_not_show(street: duckdb.DuckDBPyConnection) -> None:
    results = []
    for threads in (1, 3):
        street.execute(f"set threads = {threads}")
        build(street)
        results.append(contents(street))
    assert results[0] == results[1]


def test_nothing_temporary_is_left(street: duckdb.DuckDBPyConnection) -> None:
    build(street)
    assert street.execute("select table_name from duckdb_tables() where temporary").fetchall() == []


def test_withdrawn_consent_removes_the_rows() -> None:
    con = a_warehouse(
        users=[a_user(), a_user("user_0001")],
        accounts=[an_account(), an_account("other", "user_0001")],
    )
    assert set(measured(con)) == {"user_0000", "user_0001"}
    con.execute("update raw_users set consent_status = 'revoked' where user_id = 'user_0000'")
    assert set(measured(con)) == {"user_0001"}


def test_a_range_drops_the_rows_of_another_day() -> None:
    con = a_warehouse(users=[a_user(), a_user("user_0001")])
    measured(con, as_of=AS_OF - dt.timedelta(days=1))
    measured(con, users=(0, 1))
    assert {(row["user_id"], row["as_of"]) for row in rows_of(con, "features_30d")} == {
        ("user_0000", AS_OF)
    }


def test_a_range_replaces_a_table_of_another_shape() -> None:
    con = a_warehouse(users=[a_user()])
    con.execute("create table recurring_streams (stream_id varchar)")
    build_recurring_streams(con, as_of=AS_OF, users=(0, 1))
    assert disagreements(con, RECURRING_STREAMS) == []


def test_disagreements_name_the_column() -> None:
    con = duckdb.connect()
    con.execute(FEATURES_30D.create_sql())
    con.execute("alter table features_30d drop column card_count")
    con.execute("alter table features_30d add column surprise integer")
    con.execute("alter table features_30d alter column is_overdue type varchar")
    assert disagreements(con, FEATURES_30D) == [
        "features_30d.card_count is declared but not there",
        "features_30d.surprise is there but not declared",
        "features_30d.is_overdue is VARCHAR, declared BOOLEAN",
    ]


def test_a_missing_table_or_column_is_named_before_anything_is_written() -> None:
    con = a_warehouse(users=[a_user()])
    con.execute("drop table raw_liabilities")
    con.execute("alter table raw_accounts drop column balance_limit")
    with pytest.raises(
        FeatureInputError,
        match=r"raw_accounts has no column balance_limit.*there is no table raw_liabilities",
    ):
        build_recurring_streams(con, as_of=AS_OF)
    assert ("recurring_streams",) not in con.execute(
        "select table_name from duckdb_tables()"
    ).fetchall()


def test_a_column_of_another_type_is_named() -> None:
    con = a_warehouse(users=[a_user()])
    con.execute("alter table raw_transactions alter column amount type double")
    with pytest.raises(
        FeatureInputError, match=r"raw_transactions.amount is DOUBLE and must be DECIMAL\(12,2\)"
    ):
        build_recurring_streams(con, as_of=AS_OF)


def test_features_need_the_streams_of_their_day() -> None:
    con = a_warehouse(users=[a_user()], accounts=[an_account()], transactions=household())
    arguments: dict[str, Any] = {"window_days": 30, "history_start": HISTORY_START}
    with pytest.raises(FeatureInputError, match="build_recurring_streams first"):
        build_features(con, as_of=AS_OF, **arguments)
    build_recurring_streams(con, as_of=AS_OF)
    with pytest.raises(
        FeatureInputError, match="recurring_streams is as of 2026-06-30, not 2026-07-01"
    ):
        build_features(con, as_of=AS_OF + dt.timedelta(days=1), **arguments)


def test_bad_arguments() -> None:
    con = a_warehouse(users=[a_user()])
    build_recurring_streams(con, as_of=AS_OF)
    with pytest.raises(
        FeatureInputError, match="history_start 2026-07-01 lies after as_of 2026-06-30"
    ):
        build_features(con, as_of=AS_OF, window_days=30, history_start=dt.date(2026, 7, 1))
    with pytest.raises(FeatureInputError, match=r"users must be a range"):
        build_recurring_streams(con, as_of=AS_OF, users=(3, 1))


def test_rounded_tables_are_the_exact_ones_rounded(street: duckdb.DuckDBPyConnection) -> None:
    build(street)
    decimals = {column.name: column.decimals for column in FEATURES}
    for window in (30, 180):
        shown = rows_of(street, f"features_{window}d")
        exact = rows_of(street, f"_features_unrounded_{window}d")
        for left, right in zip(shown, exact, strict=True):
            for name, value in left.items():
                places = decimals.get(name)
                if places is None or value is None:
                    assert value == right[name]
                else:
                    assert abs(value - right[name]) <= 0.5000001 * 10**-places
                    assert value == round(value, places)


def test_ids_of_more_than_four_digits_stay_in_their_range() -> None:
    con = a_warehouse(
        users=[a_user(key) for key in ("user_0999", "user_10000", "user_1000", "user_1001")]
    )
    seen = []
    for position in range(4):
        seen += list(measured(con, users=(position, position + 1)))[-1:]
    assert sorted(row["user_id"] for row in rows_of(con, "features_30d")) == [
        "user_0999",
        "user_1000",
        "user_10000",
        "user_1001",
    ]
    insert(con, RAW_USERS, [a_user("user_2000")])
    assert len(measured(con)) == 5


def test_sufficiency() -> None:
    assert set(NEEDS) == {column.name for column in FEATURES}
    assert data_sufficiency("subscription_count", 59, 30) == "insufficient"
    assert data_sufficiency("subscription_count", 60, 30) == "partial"
    assert data_sufficiency("subscription_count", 130, 30) == "sufficient"
    assert data_sufficiency("total_spend_usd", 29, 30) == "partial"
    assert data_sufficiency("total_spend_usd", 30, 30) == "sufficient"
    assert data_sufficiency("total_spend_usd", 30, 180) == "partial"
    assert data_sufficiency("max_utilization", 1, 180) == "sufficient"
    assert data_sufficiency("max_utilization", None, 180) == "insufficient"
