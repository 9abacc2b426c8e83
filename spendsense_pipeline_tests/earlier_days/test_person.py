"""A person on an earlier day is the person a dataset of that day would hold.

The datasets compared with are generated as of those days: what the queries find by going back, the
generator finds by going no further.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.earlier_days.person import Person, rows_shown_of
from spendsense_pipeline.features.build import build_recurring_streams
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration, a_population
from spendsense_pipeline_tests.fixtures.local_bank import START

Row = dict[str, Any]
KEYS = {
    "raw_accounts": "account_id",
    "raw_liabilities": "account_id",
    "raw_loans": "account_id",
    "raw_transactions": "transaction_id",
}
THIS_YEARS = ("ytd_interest_paid_usd", "ytd_principal_paid_usd")


@functools.lru_cache(maxsize=2)
def a_dataset(as_of: dt.date, preset: str | None, seed: int, users: int) -> Any:
    con = a_population(
        a_configuration(
            preset=preset,
            as_of=as_of,
            history_start=START,
            config={"num_users": users, "seed": seed},
        )
    )
    build_recurring_streams(con, as_of=as_of)
    return con


def rows(con: duckdb.DuckDBPyConnection, table: str, user_id: str) -> list[Row]:
    cursor = con.execute(f"select * from {table} where user_id = ?", [user_id])
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def people(con: duckdb.DuckDBPyConnection) -> list[str]:
    found = con.execute(
        "select user_id from raw_users where consent_status = 'granted' order by user_id"
    ).fetchall()
    return [user_id for (user_id,) in found]


def a_person(con: duckdb.DuckDBPyConnection, user_id: str, as_of: dt.date) -> Person:
    return Person(con, user_id, as_of=as_of, history_start=START, is_generated=True)


def shown_on(con: duckdb.DuckDBPyConnection, user_id: str, day: dt.date) -> list[Row]:
    return [
        {name: value for name, value in row.items() if not name.startswith("shown_")}
        for row in rows_shown_of(con, user_id)
        if row["shown_from"] <= day and (row["shown_until"] is None or day < row["shown_until"])
    ]


def assert_is_as_of(
    last_day: dt.date, day: dt.date, preset: str | None, seed: int, users: int
) -> None:
    later, then = (a_dataset(as_of, preset, seed, users) for as_of in (last_day, day))
    compared = dict.fromkeys(KEYS, 0)
    for user_id in people(then):
        person = a_person(later, user_id, last_day)
        known = person.on_day(day)
        found = {
            "raw_accounts": known.accounts,
            "raw_liabilities": known.liabilities,
            "raw_loans": known.loans,
            "raw_transactions": shown_on(later, user_id, day),
        }
        for table, key in KEYS.items():
            expected = {row[key]: row for row in rows(then, table, user_id)}
            actual = {row[key]: row for row in found[table]}
            if (
                table == "raw_loans"
                and day.year < last_day.year
                and dt.date(day.year, 1, 1) < START
            ):
                for row in (*expected.values(), *actual.values()):
                    row |= dict.fromkeys(THIS_YEARS)
            assert actual == expected, (user_id, table)
            compared[table] += len(expected)
    assert all(compared.values()), compared


@pytest.mark.parametrize(
    ("last_day", "day"),
    [
        pytest.param(dt.date(2026, 6, 30), dt.date(2026, 6, 29), marks=pytest.mark.long),
        (dt.date(2026, 6, 30), dt.date(2026, 5, 24)),  # a Sunday
        pytest.param(dt.date(2027, 2, 20), dt.date(2026, 12, 31), marks=pytest.mark.long),
        pytest.param(dt.date(2027, 2, 20), dt.date(2026, 2, 28), marks=pytest.mark.long),
        pytest.param(dt.date(2027, 2, 20), dt.date(2026, 1, 31), marks=pytest.mark.long),
    ],
)
def test_it_is_the_person_of_that_day(last_day: dt.date, day: dt.date) -> None:
    assert_is_as_of(last_day, day, None, 42, 16)


@pytest.mark.long
@pytest.mark.parametrize("preset", ["high_utilization_focus", "variable_income_focus", "balanced"])
@pytest.mark.parametrize("days", [1, 17, 70])
def test_whoever_they_are(preset: str, days: int) -> None:
    last_day = dt.date(2026, 8, 14)
    assert_is_as_of(last_day, last_day - dt.timedelta(days=days), preset, days, 25)


@pytest.mark.parametrize(
    "day", [dt.date(2026, 5, 24), pytest.param(dt.date(2026, 6, 29), marks=pytest.mark.long)]
)
def test_streams_are_found_as_they_were_then(day: dt.date) -> None:
    last_day = dt.date(2026, 6, 30)
    later, then = (a_dataset(as_of, None, 42, 16) for as_of in (last_day, day))
    for user_id in people(then)[:4]:
        found = a_person(later, user_id, last_day).streams_on(day)
        expected = sorted(
            rows(then, "recurring_streams", user_id), key=lambda row: str(row["stream_id"])
        )
        assert list(found) == expected


def test_on_its_last_day_it_is_what_the_dataset_says() -> None:
    last_day = dt.date(2026, 6, 30)
    con = a_dataset(last_day, None, 42, 16)
    user_id = people(con)[0]
    person = a_person(con, user_id, last_day)
    known = person.on_day(last_day)
    for table, found in (
        ("raw_accounts", known.accounts),
        ("raw_liabilities", known.liabilities),
        ("raw_loans", known.loans),
        ("raw_transactions", shown_on(con, user_id, last_day)),
        ("recurring_streams", person.streams_on(last_day)),
    ):
        expected = {repr(sorted(row.items())) for row in rows(con, table, user_id)}
        assert {repr(sorted(row.items())) for row in found} == expected, table
