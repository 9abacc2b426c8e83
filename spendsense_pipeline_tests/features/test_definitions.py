"""The definitions at their edges, by hand: one small household and one number each."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.measured_people import measured_each, measured_one
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


def spends(*households: list[Row]) -> list[float]:
    """What each household spends in 30 days, given its transactions."""
    accounts = [an_account(), a_card(), a_savings_account()]
    measured = measured_each(*({"accounts": accounts, "transactions": t} for t in households))
    return [float(row["total_spend_usd"]) for row in measured]


def test_the_windows_edge_days() -> None:
    assert spends(
        [a_transaction("10.00", AS_OF), a_transaction("5.00", FIRST_DAY)],
        [a_transaction("10.00", FIRST_DAY - dt.timedelta(days=1))],
        [a_transaction("10.00", AS_OF + dt.timedelta(days=1))],
    ) == [15, 0, 0]


def test_pending_rows_count_nowhere() -> None:
    row = measured_one(
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
    assert measured_one(accounts=[an_account(), broker], transactions=rows)["total_spend_usd"] == 0


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
    savers = [
        {
            "accounts": [a_savings_account(balance_current=Decimal(balance))],
            "transactions": [deposit],
        }
        for balance in ("90.99", "91.00", "80.00")
    ]
    assert [row["savings_growth_rate"] for row in measured_each(*savers)] == [None, 90, None]


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


# Balance and limit of every card, then the highest and the mean use and whether one is over 30 %.
UTILIZATION: list[tuple[list[tuple[str, str | None]], float | None, float | None, bool | None]] = [
    ([("299.99", "1000")], 0.29999, 0.29999, False),
    ([("300.00", "1000")], 0.3, 0.3, True),
    ([("-20.00", "1000")], -0.02, -0.02, False),
    ([("100.00", "1000"), ("900.00", "1000")], 0.9, 0.5, True),
    ([("100.00", None)], None, None, None),
    ([("100.00", "0.00")], None, None, None),
    ([("100.00", "1000"), ("5.00", None)], None, None, None),
    ([("600.00", "1000"), ("5.00", None)], 0.6, None, True),
]


def test_utilization() -> None:
    people = [
        {
            "accounts": [
                a_card(
                    f"card{n}",
                    balance_current=Decimal(owed),
                    balance_limit=None if limit is None else Decimal(limit),
                )
                for n, (owed, limit) in enumerate(cards)
            ]
        }
        for cards, *_ in UTILIZATION
    ]
    for row, (cards, top, mean, over_30) in zip(measured_each(*people), UTILIZATION, strict=True):
        assert row["max_utilization"] == pytest.approx(top), cards
        assert row["mean_utilization"] == pytest.approx(mean), cards
        assert row["utilization_over_30"] is over_30, cards


def a_payer(
    payments: list[tuple[str, dt.date]], balance: str = "900.00", minimum: str = "40.00", **raw: Any
) -> dict[str, list[Row]]:
    """Somebody with a card, three statements unless given, and these payments."""
    statements = [
        a_statement(D(2026, month, 10), balance=balance, minimum_payment_amount=Decimal(minimum))
        for month in (4, 5, 6)
    ]
    rows = [a_transaction(f"-{amount}", date, "card", **PAYMENT) for amount, date in payments]
    return {"accounts": [a_card()], "transactions": rows, "statements": statements} | raw


def minimum_only(*payers: dict[str, list[Row]], window_days: int = 30) -> list[bool | None]:
    return [row["minimum_payment_only"] for row in measured_each(*payers, window_days=window_days)]


def test_minimum_payment_only() -> None:
    day = D(2026, 6, 20)
    assert minimum_only(*(a_payer([(paid, day)]) for paid in ("40.00", "42.00", "38.00"))) == [
        True,
        True,
        True,
    ]
    assert (
        minimum_only(
            a_payer([("42.01", day)]),
            a_payer([("37.99", day)]),
            a_payer([("40.00", day), ("500.00", day)]),
            a_payer([]),
            a_payer([("40.00", day)], balance="40.00"),  # paid in full
            a_payer([("41.00", day)], balance="41.00"),
        )
        == [False] * 6
    )


def test_a_payment_answers_the_statement_before_it() -> None:
    statements = [
        a_statement(D(2026, 5, 20), balance="900.00", minimum_payment_amount=Decimal("40.00")),
        a_statement(D(2026, 6, 20), balance="800.00", minimum_payment_amount=Decimal("60.00")),
    ]
    assert minimum_only(
        # belongs to the cycle closing that day
        a_payer([("40.00", D(2026, 6, 20))], statements=statements),
        a_payer([("40.00", D(2026, 6, 21))], statements=statements),
    ) == [True, False]
    early, late = ("40.00", D(2026, 3, 1)), ("500.00", D(2026, 6, 1))
    assert minimum_only(
        a_payer([early], statements=statements),
        a_payer([early, late], statements=statements),
        window_days=180,
    ) == [None, False]


def test_without_statements_liabilities_tell() -> None:
    last = {
        "last_payment_amount": Decimal("40.00"),
        "minimum_payment_amount": Decimal("40.00"),
        "last_statement_balance": Decimal("900.00"),
        "last_payment_date": D(2026, 6, 9),
    }
    told: list[tuple[list[Row], bool | None]] = [
        ([], None),
        ([a_liability(**last)], True),
        ([a_liability(**last | {"last_payment_amount": Decimal("300.00")})], False),
        ([a_liability(**last | {"last_statement_balance": None})], None),
        ([a_liability(**last | {"last_payment_date": D(2026, 5, 1)})], False),
        ([a_liability(**last | {"last_payment_date": None})], None),
    ]
    payers = [a_payer([], statements=[], liabilities=liabilities) for liabilities, _ in told]
    assert minimum_only(*payers) == [answer for _, answer in told]


def test_overdue_is_true_over_unknown_over_false() -> None:
    cases = (
        (True, None, True),
        (False, None, None),
        (False, False, False),
        (False, True, True),
    )
    cards = [a_card("a"), a_card("b")]
    people = [
        {
            "accounts": cards,
            "liabilities": [a_liability("a", is_overdue=one), a_liability("b", is_overdue=other)],
        }
        for one, other, _ in cases
    ]
    one_unknown = {"accounts": cards, "liabilities": [a_liability("a")]}
    found = [row["is_overdue"] for row in measured_each(*people, one_unknown)]
    assert found == [*(answer for _, _, answer in cases), None]


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
    found = measured_each(*(an_earner(*days) for days in gaps))
    assert [row["median_pay_gap_days"] for row in found] == list(gaps.values())
    [row] = measured_each(an_earner(90, 76, 62), window_days=180)
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
    found = [row["pay_frequency"] for row in measured_each(*earners, an_earner(5), window_days=180)]
    assert found == [*frequencies.values(), None]


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
    found = [row["paycheck_count"] for row in measured_each(*earners, on_a_card)]
    assert found == [0] * 5 + [1] * 4 + [0]


def test_one_paycheck_has_no_variability() -> None:
    [row] = measured_each(an_earner(3))
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


def with_balances(*balances: str) -> list[Row]:
    accounts = [an_account(balance_current=Decimal(balance)) for balance in balances]
    return measured_each(*({"accounts": [account]} for account in accounts))


def test_a_hundred_dollars_is_not_low() -> None:
    found = with_balances("100.00", "99.99", "-5.00")
    assert [row["low_balance_day_share"] for row in found] == [0, 1, 1]


def test_volatility_needs_a_mean() -> None:
    found = with_balances("0.99", "1.00", "-1.00", "-0.50")
    assert [row["balance_volatility"] for row in found] == [None, 0, 0, None]


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
