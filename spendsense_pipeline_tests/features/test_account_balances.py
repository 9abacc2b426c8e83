"""`account_balances`: what every account held or owed when each day ended."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.checks import run_all
from spendsense_pipeline.features.balances import build_account_balances, days_kept
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration, a_population, rows
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    Row,
    a_card,
    a_transaction,
    a_user,
    a_warehouse,
    an_account,
)

DAY = dt.timedelta(days=1)


def balances(con: duckdb.DuckDBPyConnection, **options: Any) -> dict[str, dict[dt.date, Decimal]]:
    """By account and day."""
    build_account_balances(con, **({"as_of": AS_OF, "history_start": None} | options))
    found: dict[str, dict[dt.date, Decimal]] = defaultdict(dict)
    for account, day, usd in rows(con, "from account_balances"):
        found[account][day] = usd
    return found


def an_owner_of(*accounts: Row, transactions: list[Row]) -> duckdb.DuckDBPyConnection:
    return a_warehouse(users=[a_user()], accounts=accounts, transactions=transactions)


@pytest.mark.parametrize(("seed", "days"), [(3, None), (4, 40)])
def test_every_day_of_generated_accounts_is_opening_balance_and_rows(
    seed: int, days: int | None
) -> None:
    resolved = a_configuration(config={"seed": seed, "num_users": 30, "months_history": 3})
    con = a_population(resolved)
    start = resolved.history_start
    found = balances(con, as_of=resolved.as_of, history_start=start, days=days)
    moved: dict[tuple[str, dt.date], Decimal] = defaultdict(Decimal)
    for account, day, amount in rows(
        con, "select account_id, date, amount from raw_transactions where not pending"
    ):
        moved[account, day] += amount
    expected: dict[str, dict[dt.date, Decimal]] = {}
    for account, kind, balance in rows(
        con,
        "select account_id, type, opening_balance from raw_accounts join raw_users using (user_id)"
        " where consent_status = 'granted'",
    ):
        by_day = {}
        for number in range((resolved.as_of - start).days + 1):
            day = start + number * DAY
            balance += (-1 if kind == "depository" else 1) * moved[account, day]
            by_day[day] = balance
        expected[account] = dict(list(by_day.items())[-(days or 0) :])
    assert found == expected


@pytest.mark.parametrize("account", [an_account(), a_card()], ids=["held", "owed"])
@pytest.mark.parametrize("missing", ["opening_balance", "balance_current"])
def test_of_an_import_either_balance_is_enough(account: Row, missing: str) -> None:
    sign = -1 if account["type"] == "depository" else 1
    ledger = [
        a_transaction("30.00", AS_OF - 4 * DAY, account["account_id"]),
        a_transaction("-12.50", AS_OF - 2 * DAY, account["account_id"]),
        a_transaction("99.00", AS_OF - DAY, account["account_id"], pending=True),
    ]
    known = account | {
        "opening_balance": Decimal("100.00"),
        "balance_current": 100 + sign * Decimal("17.50"),
        missing: None,
    }
    [found] = balances(an_owner_of(known, transactions=ledger)).values()
    after_first, after_both = 100 + sign * Decimal("30"), 100 + sign * Decimal("17.50")
    assert list(found.values()) == [after_first] * 2 + [after_both] * 3
    assert list(found) == [AS_OF - number * DAY for number in (4, 3, 2, 1, 0)]


def test_nothing_is_said_where_no_balance_is_known_or_rows_do_not_make_it() -> None:
    unknown = an_account("unknown", balance_current=None, opening_balance=None)
    invested = an_account("invested", type="investment", subtype="brokerage")
    without_rows = an_account("without_rows")
    ledger = [a_transaction("5.00", AS_OF - DAY, each) for each in ("unknown", "invested")]
    con = an_owner_of(unknown, invested, without_rows, transactions=ledger)
    assert balances(con) == {"without_rows": {AS_OF: Decimal("1000.00")}}


def test_an_account_begins_when_it_is_opened_and_ends_with_its_holders_consent() -> None:
    opened = AS_OF - 9 * DAY
    con = a_warehouse(
        users=[a_user(), a_user("user_0001", consent_status="denied")],
        accounts=[an_account(opened_on=opened), an_account("kept", "user_0001")],
        transactions=[a_transaction("5.00", AS_OF - DAY)],
    )
    [found] = balances(con, history_start=AS_OF - 100 * DAY).values()
    assert min(found) == opened
    assert len(found) == 10


@pytest.mark.parametrize(
    ("asked", "people", "kept"),
    [(None, 1_000, None), (None, 1_001, 35), (7, 10, 7), (700, 10_000, 700), (0, 10, 0)],
)
def test_every_day_is_kept_of_few_people_and_a_month_of_many(
    asked: int | None, people: int, kept: int | None
) -> None:
    assert days_kept(asked, people) == kept


def test_no_day_is_kept_where_none_is_asked_for() -> None:
    con = an_owner_of(an_account(), transactions=[a_transaction()])
    assert balances(con, days=0) == {}
    assert balances(con, days=1) == {"checking": {AS_OF: Decimal("1000.00")}}


@pytest.mark.parametrize(
    "change",
    [
        "delete from account_balances where date = date '2026-06-20' and account_id = 'checking'",
        "delete from account_balances where date = date '2026-06-30' and account_id = 'checking'",
        "delete from account_balances where account_id = 'checking'",
        "update account_balances set balance_usd = balance_usd + 1 where account_id = 'checking'",
        "update account_balances set balance_usd = -balance_usd",
        "update raw_transactions set amount = amount + 1",
    ],
)
def test_the_check_finds_what_does_not_follow(change: str) -> None:
    con = an_owner_of(
        an_account(),
        a_card(),
        transactions=[a_transaction("20.00", AS_OF - 20 * DAY), a_transaction("7.00")],
    )
    balances(con)
    resolved = a_configuration(config={"num_users": 10})

    def failed() -> set[str]:
        found = run_all(con, resolved, assets=["account_balances"])
        return {outcome.name for outcome in found if not outcome.passed}

    assert failed() == set()
    con.execute(change)
    assert failed() == {"balances_follow_the_ledger"}
