"""What rows show while they are pending: tips come later, pumps hold, deposits and orders vanish."""

from __future__ import annotations

import collections
import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from spendsense_pipeline_tests.fixtures.generated_people import a_configuration, a_population

TIPPED = (
    "FOOD_AND_DRINK_RESTAURANT",
    "PERSONAL_CARE_HAIR_AND_BEAUTY",
    "PERSONAL_CARE_LAUNDRY_AND_DRY_CLEANING",
)
HELD_USD = (100, 125, 150, 175)


@pytest.fixture(
    scope="module",
    params=[pytest.param({"seed": 3}, marks=pytest.mark.long), {"seed": 8, "num_users": 300}],
)
def con(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    return a_population(a_configuration(config={"num_users": 200, **request.param}))


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return con.execute(query).fetchall()


def test_a_tip_comes_on_top_of_what_was_authorized(con: duckdb.DuckDBPyConnection) -> None:
    slips = rows(
        con,
        "select amount, authorized_amount from raw_transactions where not pending"
        f" and category_detailed in {TIPPED} and payment_channel = 'in store'"
        " and authorized_amount is not null",
    )
    added = [(float(posted), float(shown)) for posted, shown in slips if posted != shown]
    # 60 to 80 % of sit-down rows post with another amount than they showed.
    assert 0.6 <= len(added) / len(slips) <= 0.8
    shares = [posted / shown - 1 for posted, shown in added if shown > 10]
    assert min(shares) > 0.14
    assert max(shares) < 0.26
    # Toast, Q2 2025: 19.1 % on average.
    assert sum(shares) / len(shares) == pytest.approx(0.191, abs=0.01)


def test_pumps_hold_what_their_brand_holds_until_the_fill_is_known(
    con: duckdb.DuckDBPyConnection,
) -> None:
    fills = rows(
        con,
        "select merchant_name, amount, authorized_amount from raw_transactions where not pending"
        " and category_detailed = 'TRANSPORTATION_GAS' and payment_channel = 'in store'"
        " and authorized_amount is not null",
    )
    of_brand = collections.defaultdict(set)
    for brand, posted, shown in fills:
        if posted != shown:
            assert shown > posted
            of_brand[brand].add(shown)
    assert set().union(*of_brand.values()) == set(map(Decimal, HELD_USD))
    assert all(len(held) == 1 for held in of_brand.values())
    assert sum(posted != shown for _, posted, shown in fills) / len(fills) > 0.78


def test_no_pump_holds_more_than_an_account_has(con: duckdb.DuckDBPyConnection) -> None:
    """Added up row by row in Python, from the tables alone."""
    accounts = {
        row[0]: row[1:]
        for row in rows(
            con, "select account_id, type, opening_balance, balance_limit from raw_accounts"
        )
    }
    by_account = collections.defaultdict(list)
    for account_id, *row in rows(
        con,
        "select account_id, case when authorized_amount is null then date else authorized_date"
        " end, coalesce(authorized_amount, amount), amount, pending, category_detailed"
        " from raw_transactions where transaction_id not in"
        " (select pending_transaction_id from pending_truth)",
    ):
        by_account[account_id].append(row)
    held = 0
    for account_id, of_account in by_account.items():
        kind, opening, limit = accounts[account_id]
        for day, shown, posted, pending, code in of_account:
            if code != "TRANSPORTATION_GAS" or shown == posted or pending:
                continue
            known = sum(
                (cents for d, _, cents, waits, _ in of_account if d <= day and not waits), Decimal()
            )
            room = (limit - opening if kind == "credit" else opening) - known
            assert room >= shown - posted, (account_id, day, shown)
            held += 1
    assert held > 1000


def test_other_rows_show_what_they_cost(con: duckdb.DuckDBPyConnection) -> None:
    assert not rows(
        con,
        "select name, amount, authorized_amount from raw_transactions where not pending"
        " and amount <> authorized_amount and (payment_channel <> 'in store' or"
        f" category_detailed not in {(*TIPPED, 'TRANSPORTATION_GAS')})",
    )


def test_hotels_and_lessors_hold_a_deposit_while_somebody_stays(
    con: duckdb.DuckDBPyConnection,
) -> None:
    deposits = rows(
        con,
        "select hold.account_id, hold.authorized_date, hold.vanished_on, stay.authorized_date,"
        " hold.authorized_amount from pending_truth as hold left join raw_transactions as stay"
        " on stay.user_id = hold.user_id and stay.name = hold.name"
        " and stay.authorized_date between hold.authorized_date and hold.authorized_date + 8"
        " where hold.category_primary = 'TRAVEL' and hold.vanished_on is not null"
        " and hold.authorized_date <= date '2026-06-15'",
    )
    assert len(deposits) > 20
    for account_id, arrived, let_go, left, amount in deposits:
        assert left is not None, (account_id, arrived)
        assert arrived < left
        assert let_go <= arrived + dt.timedelta(days=5)
        assert amount in (50, 100, 150, 200, 250, 300)


def test_now_and_then_an_order_is_sent_twice(con: duckdb.DuckDBPyConnection) -> None:
    (bought,) = rows(
        con,
        "select count(*) from raw_transactions where payment_channel = 'online'"
        " and authorized_amount is not null",
    )
    twice = rows(
        con,
        "select count(*), count(order_.transaction_id) from pending_truth as hold"
        " left join raw_transactions as order_ on order_.account_id = hold.account_id"
        " and order_.name = hold.name and order_.authorized_date = hold.authorized_date"
        " and order_.amount = hold.authorized_amount"
        " and order_.transaction_id <> hold.pending_transaction_id"
        " where hold.category_primary <> 'TRAVEL'",
    )
    assert twice[0][0] == twice[0][1] > 0
    assert twice[0][0] / bought[0] < 0.012
