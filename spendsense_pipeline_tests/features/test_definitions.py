"""The definitions at their edges, by hand: one small household and one number each."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.measured_people import measured_one
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    HISTORY_START,
    Row,
    a_card,
    a_liability,
    a_paycheck,
    a_savings_account,
    a_statement,
    a_transaction,
    an_account,
)

D = dt.date
FIRST_DAY = D(2026, 6, 1)  # of the 30 days up to AS_OF
PAYMENT = {
    "category_primary": "LOAN_PAYMENTS",
    "category_detailed": "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
}


def code(detailed: str, primary: str | None = None) -> dict[str, Any]:
    return {"category_primary": primary, "category_detailed": detailed}


def spend(*transactions: Row, window: int = 30, **raw: Any) -> float:
    accounts = raw.pop("accounts", [an_account(), a_card(), a_savings_account()])
    row = measured_one(window, accounts=accounts, transactions=list(transactions), **raw)
    return float(row["total_spend_usd"])


def test_the_windows_edge_days() -> None:
    assert spend(a_transaction("10.00", AS_OF), a_transaction("5.00", FIRST_DAY)) == 15
    assert spend(a_transaction("10.00", FIRST_DAY - dt.timedelta(days=1))) == 0
    assert spend(a_transaction("10.00", AS_OF + dt.timedelta(days=1))) == 0


def test_pending_rows_count_nowhere() -> None:
    row = measured_one(
        accounts=[an_account()],
        transactions=[a_transaction(pending=True), a_paycheck(900, AS_OF, pending=True)],
    )
    assert (row["transaction_count"], row["total_spend_usd"], row["paycheck_count"]) == (0, 0, 0)
    assert row["mean_balance_usd"] == 1000


def test_spend() -> None:
    assert spend(a_transaction("80.00"), a_transaction("-30.00")) == 50
    assert (
        spend(
            a_transaction("80.00"),
            a_transaction("12.00", account_id="card", **code("BANK_FEES_INTEREST_CHARGE")),
        )
        == 92
    )
    assert spend(a_transaction("35.00", **code("BANK_FEES_OVERDRAFT_FEES"))) == 35
    assert spend(a_transaction("60.00", **code("TRANSFER_OUT_WITHDRAWAL"))) == 60
    assert spend(a_transaction("300.00", **code("LOAN_PAYMENTS_CAR_PAYMENT"))) == 300
    for moved in (
        "TRANSFER_OUT_SAVINGS",
        "TRANSFER_OUT_ACCOUNT_TRANSFER",
        "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
    ):
        assert spend(a_transaction("300.00", **code(moved))) == 0
    for received in (
        "INCOME_SALARY",
        "INCOME_TAX_REFUND",
        "TRANSFER_IN_SAVINGS",
        "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
        "LOAN_DISBURSEMENTS_PERSONAL",
    ):
        assert spend(a_transaction("-300.00", **code(received))) == 0


def test_spend_is_on_bank_accounts_and_cards_only() -> None:
    broker = an_account("broker", type="investment", subtype="brokerage")
    assert spend(a_transaction("10.00", account_id="broker"), accounts=[an_account(), broker]) == 0


def test_joint_accounts_count_and_business_accounts_do_not() -> None:
    rows = [a_transaction("10.00"), a_transaction("7.00", account_id="shop")]
    shop = an_account("shop", holder_category="business", balance_current=Decimal("99999.00"))
    row = measured_one(accounts=[an_account(ownership="joint"), shop], transactions=rows)
    assert (row["total_spend_usd"], row["transaction_count"]) == (10, 1)
    assert row["cash_flow_buffer_months"] == pytest.approx(1000 / 10)


def test_expenses_of_a_short_history_are_scaled_by_its_days() -> None:
    start = AS_OF - dt.timedelta(days=9)
    row = measured_one(
        180, history_start=start, accounts=[an_account()], transactions=[a_transaction("50.00")]
    )
    assert row["history_days"] == 10
    assert row["monthly_expenses_usd"] == pytest.approx(150)


def test_imports_start_with_their_first_posted_row() -> None:
    rows = [
        a_transaction("50.00", AS_OF - dt.timedelta(days=4)),
        a_transaction("1.00", AS_OF - dt.timedelta(days=40), pending=True),
    ]
    row = measured_one(
        history_start=None, accounts=[an_account(opening_balance=None)], transactions=rows
    )
    assert row["history_days"] == 5
    assert row["monthly_expenses_usd"] == pytest.approx(300)
    assert row["mean_balance_usd"] == 1000  # of the five days there is history for


def test_savings() -> None:
    interest = a_transaction("-4.00", account_id="savings", **code("INCOME_INTEREST_EARNED"))
    deposit = a_transaction("-90.00", account_id="savings", **code("TRANSFER_IN_SAVINGS"))
    account = a_savings_account(balance_current=Decimal("1094.00"))
    row = measured_one(accounts=[account], transactions=[interest, deposit])
    assert row["savings_balance_usd"] == 1094
    assert row["savings_net_inflow_usd"] == row["savings_net_inflow_monthly_usd"] == 90
    assert row["savings_growth_rate"] == pytest.approx(90 / 1000)
    assert row["emergency_fund_months"] is None  # nothing spent
    row = measured_one(accounts=[account], transactions=[interest])
    assert (row["savings_net_inflow_usd"], row["savings_growth_rate"]) == (0, 0)


def test_savings_growth_needs_a_dollar_to_grow_from() -> None:
    deposit = a_transaction("-90.00", account_id="savings", **code("TRANSFER_IN_SAVINGS"))
    for balance, growth in (("90.99", None), ("91.00", 90), ("80.00", None)):
        account = a_savings_account(balance_current=Decimal(balance))
        assert (
            measured_one(accounts=[account], transactions=[deposit])["savings_growth_rate"]
            == growth
        )


def test_without_accounts_of_a_kind_its_features_are_null() -> None:
    row = measured_one(accounts=[a_savings_account()], transactions=[])
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
    row = measured_one(accounts=[a_card()], transactions=[])
    for name in (
        "savings_balance_usd",
        "savings_net_inflow_usd",
        "savings_growth_rate",
        "paycheck_count",
        "income_monthly_usd",
    ):
        assert row[name] is None, name
    assert row["card_count"] == 1


@pytest.mark.parametrize(
    ("cards", "top", "mean", "over_30"),
    [
        ([("299.99", "1000")], 0.29999, 0.29999, False),
        ([("300.00", "1000")], 0.3, 0.3, True),
        ([("-20.00", "1000")], -0.02, -0.02, False),
        ([("100.00", "1000"), ("900.00", "1000")], 0.9, 0.5, True),
        ([("100.00", None)], None, None, None),
        ([("100.00", "0.00")], None, None, None),
        ([("100.00", "1000"), ("5.00", None)], None, None, None),
        ([("600.00", "1000"), ("5.00", None)], 0.6, None, True),
    ],
)
def test_utilization(
    cards: list[tuple[str, str | None]], top: float | None, mean: float | None, over_30: bool | None
) -> None:
    accounts = [
        a_card(
            f"card{n}",
            balance_current=Decimal(owed),
            balance_limit=None if limit is None else Decimal(limit),
        )
        for n, (owed, limit) in enumerate(cards)
    ]
    row = measured_one(accounts=accounts)
    assert (row["max_utilization"], row["mean_utilization"]) == (
        pytest.approx(top),
        pytest.approx(mean),
    )
    assert row["utilization_over_30"] is over_30


def minimum_only(
    payments: list[tuple[str, dt.date]], balance: str = "900.00", minimum: str = "40.00", **raw: Any
) -> bool | None:
    raw.setdefault(
        "statements",
        [
            a_statement(
                D(2026, month, 10), balance=balance, minimum_payment_amount=Decimal(minimum)
            )
            for month in (4, 5, 6)
        ],
    )
    rows = [a_transaction(f"-{amount}", date, "card", **PAYMENT) for amount, date in payments]
    answer: bool | None = measured_one(
        90 * 2 if raw.pop("long", False) else 30, accounts=[a_card()], transactions=rows, **raw
    )["minimum_payment_only"]
    return answer


def test_minimum_payment_only() -> None:
    day = D(2026, 6, 20)
    assert minimum_only([("40.00", day)]) is True
    assert minimum_only([("42.00", day)]) is True
    assert minimum_only([("38.00", day)]) is True
    assert minimum_only([("42.01", day)]) is False
    assert minimum_only([("37.99", day)]) is False
    assert minimum_only([("40.00", day), ("500.00", day)]) is False
    assert minimum_only([]) is False
    assert minimum_only([("40.00", day)], balance="40.00") is False  # paid in full
    assert minimum_only([("41.00", day)], balance="41.00") is False


def test_a_payment_answers_the_statement_before_it() -> None:
    statements = [
        a_statement(D(2026, 5, 20), balance="900.00", minimum_payment_amount=Decimal("40.00")),
        a_statement(D(2026, 6, 20), balance="800.00", minimum_payment_amount=Decimal("60.00")),
    ]
    assert (
        minimum_only([("40.00", D(2026, 6, 20))], statements=statements) is True
    )  # belongs to the cycle closing that day
    assert minimum_only([("40.00", D(2026, 6, 21))], statements=statements) is False
    assert minimum_only([("40.00", D(2026, 3, 1))], statements=statements, long=True) is None
    assert (
        minimum_only(
            [("40.00", D(2026, 3, 1)), ("500.00", D(2026, 6, 1))], statements=statements, long=True
        )
        is False
    )


def test_without_statements_liabilities_tell() -> None:
    last = {
        "last_payment_amount": Decimal("40.00"),
        "minimum_payment_amount": Decimal("40.00"),
        "last_statement_balance": Decimal("900.00"),
        "last_payment_date": D(2026, 6, 9),
    }
    assert minimum_only([], statements=[]) is None
    assert minimum_only([], statements=[], liabilities=[a_liability(**last)]) is True
    assert (
        minimum_only(
            [],
            statements=[],
            liabilities=[a_liability(**last | {"last_payment_amount": Decimal("300.00")})],
        )
        is False
    )
    assert (
        minimum_only(
            [], statements=[], liabilities=[a_liability(**last | {"last_statement_balance": None})]
        )
        is None
    )
    assert (
        minimum_only(
            [],
            statements=[],
            liabilities=[a_liability(**last | {"last_payment_date": D(2026, 5, 1)})],
        )
        is False
    )
    assert (
        minimum_only(
            [], statements=[], liabilities=[a_liability(**last | {"last_payment_date": None})]
        )
        is None
    )


def test_overdue_is_true_over_unknown_over_false() -> None:
    cards = [a_card("a"), a_card("b")]
    for first, second, answer in (
        (True, None, True),
        (False, None, None),
        (False, False, False),
        (False, True, True),
    ):
        liabilities = [a_liability("a", is_overdue=first), a_liability("b", is_overdue=second)]
        assert measured_one(accounts=cards, liabilities=liabilities)["is_overdue"] is answer
    assert measured_one(accounts=cards, liabilities=[a_liability("a")])["is_overdue"] is None


def pay(*days_ago: int, window: int = 30, **change: Any) -> Row:
    rows = [a_paycheck(1000, AS_OF - dt.timedelta(days=d), **change) for d in days_ago]
    return measured_one(window, accounts=[an_account()], transactions=rows)


def test_pay_gaps() -> None:
    assert pay()["median_pay_gap_days"] is None
    assert pay(0)["median_pay_gap_days"] == 0
    assert pay(12)["median_pay_gap_days"] == 12  # only the open gap
    assert (
        pay(80, 33)["median_pay_gap_days"] == 47
    )  # none completed in the window: 47 completed, 33 open
    assert pay(60, 50)["median_pay_gap_days"] == 50
    assert pay(70, 29)["median_pay_gap_days"] == 41  # completed, its later payday in the window
    assert pay(70, 30)["median_pay_gap_days"] == 40  # the later payday is a day before it
    assert pay(100, 29, 9)["median_pay_gap_days"] == (71 + 20) / 2
    assert pay(90, 76, 62, window=180)["median_pay_gap_days"] == 14


def test_pay_frequency() -> None:
    for gap, name in (
        (7, "weekly"),
        (14, "biweekly"),
        (15, "semimonthly"),
        (30, "monthly"),
        (10, "irregular"),
        (21, "irregular"),
        (56, "irregular"),
    ):
        assert pay(3 * gap, 2 * gap, gap, 0, window=180)["pay_frequency"] == name
    assert pay(5)["pay_frequency"] is None


def test_two_deposits_on_one_day_are_two_paychecks_and_one_payday() -> None:
    rows = [
        a_paycheck(amount, AS_OF - dt.timedelta(days=d)) for d in (14, 0) for amount in (700, 300)
    ]
    row = measured_one(accounts=[an_account()], transactions=rows)
    assert (row["paycheck_count"], row["median_pay_gap_days"], row["income_monthly_usd"]) == (
        4,
        14,
        2000,
    )
    assert row["income_variability"] == pytest.approx((4 * 200**2 / 3) ** 0.5 / 500)


def test_what_is_not_pay() -> None:
    for other in (
        "INCOME_INTEREST_EARNED",
        "INCOME_TAX_REFUND",
        "INCOME_DIVIDENDS",
        "TRANSFER_IN_DEPOSIT",
        "INCOME_UNEMPLOYMENT",
    ):
        assert pay(3, category_detailed=other)["paycheck_count"] == 0
    for earned in ("INCOME_WAGES", "INCOME_SALARY", "INCOME_GIG_ECONOMY", "INCOME_CONTRACTOR"):
        assert pay(3, category_detailed=earned)["paycheck_count"] == 1
    card = measured_one(
        accounts=[an_account(), a_card()], transactions=[a_paycheck(10, AS_OF, account_id="card")]
    )
    assert card["paycheck_count"] == 0


def test_one_paycheck_has_no_variability() -> None:
    row = pay(3)
    assert (row["income_variability"], row["income_monthly_usd"]) == (None, 1000)


def test_daily_balances_run_backwards_from_today() -> None:
    rows = [a_transaction("950.00", D(2026, 6, 11)), a_paycheck(1000, D(2026, 6, 21))]
    row = measured_one(accounts=[an_account(balance_current=Decimal("1050.00"))], transactions=rows)
    # 10 days at 1000, 10 at 50, 10 at 1050.
    assert row["low_balance_day_share"] == pytest.approx(1 / 3)
    assert (row["min_balance_usd"], row["mean_balance_usd"]) == (50, pytest.approx(700))
    assert row["balance_volatility"] == pytest.approx(
        (10 * (300**2 + 650**2 + 350**2) / 29) ** 0.5 / 700
    )


def test_a_hundred_dollars_is_not_low() -> None:
    for balance, share in (("100.00", 0), ("99.99", 1), ("-5.00", 1)):
        assert (
            measured_one(accounts=[an_account(balance_current=Decimal(balance))])[
                "low_balance_day_share"
            ]
            == share
        )


def test_volatility_needs_a_mean() -> None:
    for balance, volatility in (("0.99", None), ("1.00", 0), ("-1.00", 0), ("-0.50", None)):
        assert (
            measured_one(accounts=[an_account(balance_current=Decimal(balance))])[
                "balance_volatility"
            ]
            == volatility
        )


def test_the_primary_checking_account() -> None:
    rich = an_account("b", balance_current=Decimal("5000.00"))
    poor = an_account("a", balance_current=Decimal("50.00"))
    assert measured_one(accounts=[rich, poor])["mean_balance_usd"] == 50  # a tie: the lower id
    assert (
        measured_one(accounts=[rich, poor], transactions=[a_transaction("1.00", AS_OF, "b")])[
            "min_balance_usd"
        ]
        == 5000
    )
    both = measured_one(accounts=[rich, poor], transactions=[a_transaction("10.00")])
    assert both["cash_flow_buffer_months"] is None  # that row's account is nobody's


def test_buffer_counts_every_checking_account_and_no_savings() -> None:
    accounts = [an_account("a"), an_account("b"), a_savings_account()]
    row = measured_one(accounts=accounts, transactions=[a_transaction("1000.00", AS_OF, "a")])
    assert row["cash_flow_buffer_months"] == pytest.approx(2)


def test_a_leap_day_is_a_day() -> None:
    rows = [
        a_transaction("29.00", D(2024, 2, 29)),
        a_transaction("1.00", D(2024, 2, 1)),
        a_transaction("7.00", D(2024, 1, 31)),
    ]
    row = measured_one(
        accounts=[an_account()],
        transactions=rows,
        as_of=D(2024, 3, 1),
        history_start=D(2023, 12, 1),
    )
    assert (row["total_spend_usd"], row["history_days"]) == (
        30,
        92,
    )  # 31 January is the thirty-first day back
    row = measured_one(
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
