"""The definitions at their edges, by hand: one small household and one number each."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.measured_people import (
    measured_alone,
    measured_alone_each,
    measured_one,
)
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    HISTORY_START,
    Row,
    a_card,
    a_paycheck,
    a_savings_account,
    a_transaction,
    an_account,
)

D = dt.date


FIRST_DAY = D(2026, 6, 1)  # of the 30 days up to AS_OF


def code(detailed: str, primary: str | None = None) -> dict[str, Any]:
    return {"category_primary": primary, "category_detailed": detailed}


def spends(*households: list[Row]) -> list[float]:
    """What each household spends in 30 days, given its transactions."""
    accounts = [an_account(), a_card(), a_savings_account()]
    measured = measured_alone_each(*({"accounts": accounts, "transactions": t} for t in households))
    return [float(row["total_spend_usd"]) for row in measured]


def test_the_windows_edge_days() -> None:
    assert spends(
        [a_transaction("10.00", AS_OF), a_transaction("5.00", FIRST_DAY)],
        [a_transaction("10.00", FIRST_DAY - dt.timedelta(days=1))],
        [a_transaction("10.00", AS_OF + dt.timedelta(days=1))],
    ) == [15, 0, 0]


def test_pending_rows_count_nowhere() -> None:
    row = measured_alone(
        accounts=[an_account()],
        transactions=[a_transaction(pending=True), a_paycheck(900, AS_OF, pending=True)],
    )
    assert (row["transaction_count"], row["total_spend_usd"], row["paycheck_count"]) == (0, 0, 0)
    assert row["mean_balance_usd"] == 1000


def test_spend() -> None:
    interest = code("BANK_FEES_INTEREST_CHARGE")
    assert spends(
        [a_transaction("80.00"), a_transaction("-30.00")],
        [a_transaction("80.00"), a_transaction("12.00", account_id="card", **interest)],
        [a_transaction("35.00", **code("BANK_FEES_OVERDRAFT_FEES"))],
        [a_transaction("60.00", **code("TRANSFER_OUT_WITHDRAWAL"))],
        [a_transaction("300.00", **code("LOAN_PAYMENTS_CAR_PAYMENT"))],
    ) == [50, 92, 35, 60, 300]


def test_what_is_moved_or_received_is_not_spent() -> None:
    moved = (
        "TRANSFER_OUT_SAVINGS",
        "TRANSFER_OUT_ACCOUNT_TRANSFER",
        "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
    )
    received = (
        "INCOME_SALARY",
        "INCOME_TAX_REFUND",
        "TRANSFER_IN_SAVINGS",
        "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
        "LOAN_DISBURSEMENTS_PERSONAL",
    )
    found = spends(
        *([a_transaction("300.00", **code(each))] for each in moved),
        *([a_transaction("-300.00", **code(each))] for each in received),
    )
    assert found == [0] * 8


def test_spend_is_on_bank_accounts_and_cards_only() -> None:
    broker = an_account("broker", type="investment", subtype="brokerage")
    rows = [a_transaction("10.00", account_id="broker")]
    assert (
        measured_alone(accounts=[an_account(), broker], transactions=rows)["total_spend_usd"] == 0
    )


def test_joint_accounts_count_and_business_accounts_do_not() -> None:
    rows = [a_transaction("10.00"), a_transaction("7.00", account_id="shop")]
    shop = an_account("shop", holder_category="business", balance_current=Decimal("99999.00"))
    row = measured_alone(accounts=[an_account(ownership="joint"), shop], transactions=rows)
    assert (row["total_spend_usd"], row["transaction_count"]) == (10, 1)
    assert row["cash_flow_buffer_months"] == pytest.approx(1000 / 10)


def test_expenses_of_a_short_history_are_scaled_by_its_days() -> None:
    start = AS_OF - dt.timedelta(days=9)
    row = measured_alone(
        180, history_start=start, accounts=[an_account()], transactions=[a_transaction("50.00")]
    )
    assert row["history_days"] == 10
    assert row["monthly_expenses_usd"] == pytest.approx(150)


def test_imports_start_with_their_first_posted_row() -> None:
    rows = [
        a_transaction("50.00", AS_OF - dt.timedelta(days=4)),
        a_transaction("1.00", AS_OF - dt.timedelta(days=40), pending=True),
    ]
    row = measured_alone(
        history_start=None, accounts=[an_account(opening_balance=None)], transactions=rows
    )
    assert row["history_days"] == 5
    assert row["monthly_expenses_usd"] == pytest.approx(300)
    assert row["mean_balance_usd"] == 1000  # of the five days there is history for


def test_savings() -> None:
    interest = a_transaction("-4.00", account_id="savings", **code("INCOME_INTEREST_EARNED"))
    deposit = a_transaction("-90.00", account_id="savings", **code("TRANSFER_IN_SAVINGS"))
    account = a_savings_account(balance_current=Decimal("1094.00"))
    row = measured_alone(accounts=[account], transactions=[interest, deposit])
    assert row["savings_balance_usd"] == 1094
    assert row["savings_net_inflow_usd"] == row["savings_net_inflow_monthly_usd"] == 90
    assert row["savings_growth_rate"] == pytest.approx(90 / 1000)
    assert row["emergency_fund_months"] is None  # nothing spent
    row = measured_alone(accounts=[account], transactions=[interest])
    assert (row["savings_net_inflow_usd"], row["savings_growth_rate"]) == (0, 0)


def test_savings_growth_needs_a_dollar_to_grow_from() -> None:
    deposit = a_transaction("-90.00", account_id="savings", **code("TRANSFER_IN_SAVINGS"))
    savers = [
        {
            "accounts": [a_savings_account(balance_current=Decimal(balance))],
            "transactions": [deposit],
        }
        for balance in ("90.99", "91.00", "80.00")
    ]
    assert [row["savings_growth_rate"] for row in measured_alone_each(*savers)] == [None, 90, None]


def test_without_accounts_of_a_kind_its_features_are_null() -> None:
    row = measured_alone(accounts=[a_savings_account()], transactions=[])
    for name in (
        "max_utilization",
        "mean_utilization",
        "utilization_over_30",
        "interest_charged_usd",
        "minimum_payment_only",
        "is_overdue",
        "low_balance_day_share",
        "balance_volatility",
        "cash_flow_buffer_months",
    ):
        assert row[name] is None, name
    row = measured_alone(accounts=[a_card()], transactions=[])
    for name in (
        "savings_balance_usd",
        "savings_net_inflow_usd",
        "savings_growth_rate",
        "paycheck_count",
        "income_monthly_usd",
    ):
        assert row[name] is None, name
    assert row["card_count"] == 1


def test_a_leap_day_is_a_day() -> None:
    rows = [
        a_transaction("29.00", D(2024, 2, 29)),
        a_transaction("1.00", D(2024, 2, 1)),
        a_transaction("7.00", D(2024, 1, 31)),
    ]
    row = measured_alone(
        accounts=[an_account()],
        transactions=rows,
        as_of=D(2024, 3, 1),
        history_start=D(2023, 12, 1),
    )
    assert (row["total_spend_usd"], row["history_days"]) == (
        30,
        92,
    )  # 31 January is the thirty-first day back
    row = measured_alone(
        accounts=[an_account()],
        transactions=rows,
        as_of=D(2024, 3, 2),
        history_start=D(2024, 2, 29),
    )
    assert (row["history_days"], row["monthly_expenses_usd"]) == (3, pytest.approx(290))


def test_detected_behaviours() -> None:
    accounts = [an_account(), a_savings_account(), a_card()]
    assert measured_one(accounts=accounts)["detected_behaviours"] == 0
    rows = [
        a_transaction("1.00"),
        a_transaction("1.00", account_id="card"),
        a_transaction("-1.00", account_id="savings", **code("TRANSFER_IN_SAVINGS")),
        a_paycheck(5, AS_OF),
    ]
    assert measured_one(accounts=accounts, transactions=rows)["detected_behaviours"] == 4


def test_one_month_of_history() -> None:
    rows = [
        a_paycheck(2000, D(2026, 6, 5)),
        a_paycheck(2000, D(2026, 6, 19)),
        a_transaction("40.00", D(2026, 6, 7)),
    ]
    short = measured_one(30, history_start=FIRST_DAY, accounts=[an_account()], transactions=rows)
    long = measured_one(180, history_start=FIRST_DAY, accounts=[an_account()], transactions=rows)
    assert {k: v for k, v in short.items() if k != "window_days"} == {
        k: v for k, v in long.items() if k != "window_days"
    }
    assert HISTORY_START < FIRST_DAY
