"""How pay and daily balances are measured, at the edges, by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.measured_people import measured_alone, measured_alone_each
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    Row,
    a_card,
    a_paycheck,
    a_savings_account,
    a_transaction,
    an_account,
)

D = dt.date


def an_earner(*days_ago: int, **change: Any) -> dict[str, list[Row]]:
    rows = [a_paycheck(1000, AS_OF - dt.timedelta(days=d), **change) for d in days_ago]
    return {"accounts": [an_account()], "transactions": rows}


def test_pay_gaps() -> None:
    gaps: dict[tuple[int, ...], float | None] = {
        (): None,
        (0,): 0,
        (12,): 12,  # only the open gap
        (80, 33): 47,  # none completed in the window: 47 completed, 33 open
        (60, 50): 50,
        (70, 29): 41,  # completed, its later payday in the window
        (70, 30): 40,  # the later payday is a day before it
        (100, 29, 9): (71 + 20) / 2,
    }
    found = measured_alone_each(*(an_earner(*days) for days in gaps))
    assert [row["median_pay_gap_days"] for row in found] == list(gaps.values())
    [row] = measured_alone_each(an_earner(90, 76, 62), window_days=180)
    assert row["median_pay_gap_days"] == 14


def test_pay_frequency() -> None:
    frequencies = {
        7: "weekly",
        14: "biweekly",
        15: "semimonthly",
        30: "monthly",
        10: "irregular",
        21: "irregular",
        56: "irregular",
    }
    earners = [an_earner(3 * gap, 2 * gap, gap, 0) for gap in frequencies]
    found = [
        row["pay_frequency"] for row in measured_alone_each(*earners, an_earner(5), window_days=180)
    ]
    assert found == [*frequencies.values(), None]


def test_two_deposits_on_one_day_are_two_paychecks_and_one_payday() -> None:
    rows = [
        a_paycheck(amount, AS_OF - dt.timedelta(days=d)) for d in (14, 0) for amount in (700, 300)
    ]
    row = measured_alone(accounts=[an_account()], transactions=rows)
    assert (row["paycheck_count"], row["median_pay_gap_days"], row["income_monthly_usd"]) == (
        4,
        14,
        2000,
    )
    assert row["income_variability"] == pytest.approx((4 * 200**2 / 3) ** 0.5 / 500)


def test_what_is_not_pay() -> None:
    others = (
        "INCOME_INTEREST_EARNED",
        "INCOME_TAX_REFUND",
        "INCOME_DIVIDENDS",
        "TRANSFER_IN_DEPOSIT",
        "INCOME_UNEMPLOYMENT",
    )
    earned = ("INCOME_WAGES", "INCOME_SALARY", "INCOME_GIG_ECONOMY", "INCOME_CONTRACTOR")
    on_a_card = {
        "accounts": [an_account(), a_card()],
        "transactions": [a_paycheck(10, AS_OF, account_id="card")],
    }
    earners = [an_earner(3, category_detailed=detailed) for detailed in (*others, *earned)]
    found = [row["paycheck_count"] for row in measured_alone_each(*earners, on_a_card)]
    assert found == [0] * 5 + [1] * 4 + [0]


def test_one_paycheck_has_no_variability() -> None:
    [row] = measured_alone_each(an_earner(3))
    assert (row["income_variability"], row["income_monthly_usd"]) == (None, 1000)


def test_daily_balances_run_backwards_from_today() -> None:
    rows = [a_transaction("950.00", D(2026, 6, 11)), a_paycheck(1000, D(2026, 6, 21))]
    row = measured_alone(
        accounts=[an_account(balance_current=Decimal("1050.00"))], transactions=rows
    )
    # 10 days at 1000, 10 at 50, 10 at 1050.
    assert row["low_balance_day_share"] == pytest.approx(1 / 3)
    assert (row["min_balance_usd"], row["mean_balance_usd"]) == (50, pytest.approx(700))
    assert row["balance_volatility"] == pytest.approx(
        (10 * (300**2 + 650**2 + 350**2) / 29) ** 0.5 / 700
    )


def with_balances(*balances: str) -> list[Row]:
    accounts = [an_account(balance_current=Decimal(balance)) for balance in balances]
    return measured_alone_each(*({"accounts": [account]} for account in accounts))


def test_a_hundred_dollars_is_not_low() -> None:
    found = with_balances("100.00", "99.99", "-5.00")
    assert [row["low_balance_day_share"] for row in found] == [0, 1, 1]


def test_volatility_needs_a_mean() -> None:
    found = with_balances("0.99", "1.00", "-1.00", "-0.50")
    assert [row["balance_volatility"] for row in found] == [None, 0, 0, None]


def test_the_primary_checking_account() -> None:
    rich = an_account("b", balance_current=Decimal("5000.00"))
    poor = an_account("a", balance_current=Decimal("50.00"))
    assert measured_alone(accounts=[rich, poor])["mean_balance_usd"] == 50  # a tie: the lower id
    assert (
        measured_alone(accounts=[rich, poor], transactions=[a_transaction("1.00", AS_OF, "b")])[
            "min_balance_usd"
        ]
        == 5000
    )
    both = measured_alone(accounts=[rich, poor], transactions=[a_transaction("10.00")])
    assert both["cash_flow_buffer_months"] is None  # that row's account is nobody's


def test_buffer_counts_every_checking_account_and_no_savings() -> None:
    accounts = [an_account("a"), an_account("b"), a_savings_account()]
    row = measured_alone(accounts=accounts, transactions=[a_transaction("1000.00", AS_OF, "a")])
    assert row["cash_flow_buffer_months"] == pytest.approx(2)
