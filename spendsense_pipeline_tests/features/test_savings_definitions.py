"""What counts as saving: money put into savings accounts, not what moves to or from an HSA or a CD."""

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
    Row,
    a_paycheck,
    a_savings_account,
    a_transaction,
    a_transfer_to_savings,
    a_user,
    an_account,
    interest_earned,
)
from spendsense_pipeline_tests.fixtures.traced_people import a_traced_world, traces_of
from spendsense_pipeline_tests.traces.proofs_by_hand import Books, discrepancies


def days_ago(days: int) -> dt.date:
    return AS_OF - dt.timedelta(days=days)


def a_move(
    amount: str,
    date: dt.date,
    from_account: str,
    to_account: str,
    *,
    arrives: dt.date | None = None,
    **change: Any,
) -> list[Row]:
    """Both legs of a transfer between own accounts."""
    return [
        a_transaction(
            Decimal(amount) * sign,
            day,
            account,
            **(
                {
                    "name": "TRANSFER",
                    "merchant_name": None,
                    "category_primary": f"TRANSFER_{way}",
                    "category_detailed": f"TRANSFER_{way}_ACCOUNT_TRANSFER",
                }
                | change
            ),
        )
        for sign, account, day, way in (
            (1, from_account, date, "OUT"),
            (-1, to_account, arrives or date, "IN"),
        )
    ]


ACCOUNTS = [
    an_account(),
    a_savings_account(),
    an_account("market", subtype="money market"),
    an_account("cash", subtype="cash management"),
    an_account("hsa", subtype="hsa", balance_current=Decimal(7000)),
    an_account("cd", subtype="cd", balance_current=Decimal(9000)),
]
UNCATEGORISED = {"category_primary": None, "category_detailed": None}


def test_three_kinds_of_account_are_savings() -> None:
    rows = [
        row
        for account in ("savings", "market", "cash", "hsa", "cd")
        for row in a_move("100.00", days_ago(5), "checking", account)
    ]
    found = measured_alone(accounts=ACCOUNTS, transactions=rows)
    assert (found["savings_balance_usd"], found["savings_net_inflow_usd"]) == (3000, 300)
    assert found["savings_growth_rate"] == pytest.approx(300 / 2700)


@pytest.mark.parametrize(
    "arrives_after",
    [pytest.param(0, marks=pytest.mark.long), 1, pytest.param(6, marks=pytest.mark.long)],
)
@pytest.mark.parametrize(
    "change",
    [{}, pytest.param({"transfer_id": "x"}, marks=pytest.mark.long), UNCATEGORISED],
)
@pytest.mark.parametrize("other", ["hsa", "cd"])
def test_money_to_or_from_an_hsa_or_cd_is_no_inflow(
    other: str, change: dict[str, Any], arrives_after: int
) -> None:
    saved = a_transfer_to_savings("200.00", days_ago(3))
    ways = ((other, "savings"), ("savings", other))
    moves = [
        a_move("5000.00", days_ago(10), *ends, arrives=days_ago(10 - arrives_after), **change)
        for ends in ways
    ]
    rows = measured_alone_each(
        *({"accounts": ACCOUNTS, "transactions": [*saved, *moved]} for moved in moves)
    )
    for ends, row in zip(ways, rows, strict=True):
        assert row["savings_net_inflow_usd"] == 200
        # The window began with what the move left there.
        start = 3000 - 200 + (5000 if ends[0] == "savings" else -5000)
        expected = pytest.approx(200 / start) if start > 0 else None
        assert row["savings_growth_rate"] == expected


def test_only_the_other_leg_is_left_out() -> None:
    rows = [
        *a_move("500.00", days_ago(10), "cd", "savings"),
        *a_move("500.00", days_ago(10), "checking", "savings"),
        *a_move("500.00", days_ago(2), "checking", "savings"),  # eight days later
        *a_move("400.00", days_ago(10), "checking", "hsa"),
        *a_move("400.00", days_ago(10), "checking", "savings"),  # the same way, not the other leg
        a_transaction("300.00", days_ago(5), "hsa"),  # a purchase from the HSA
        *a_move("300.00", days_ago(5), "checking", "savings"),
    ]
    row = measured_alone(accounts=ACCOUNTS, transactions=rows)
    assert row["savings_net_inflow_usd"] == 500 + 500 + 400 + 300


def test_legs_with_ids_of_different_transfers_are_not_of_one() -> None:
    rows = [
        *a_move("500.00", days_ago(10), "cd", "checking", transfer_id="a"),
        *a_move("500.00", days_ago(10), "checking", "savings", transfer_id="b"),
    ]
    row = measured_alone(accounts=ACCOUNTS, transactions=rows)
    assert row["savings_net_inflow_usd"] == 500


def test_the_move_is_told_across_the_windows_edge() -> None:
    rows = a_move("500.00", days_ago(31), "cd", "savings", arrives=days_ago(28))
    row = measured_alone(accounts=ACCOUNTS, transactions=rows)
    assert row["savings_net_inflow_usd"] == 0


def test_evidence_leaves_the_moves_out_too() -> None:
    rows = [
        *a_transfer_to_savings("250.00", days_ago(3)),
        *a_transfer_to_savings("250.00", days_ago(20)),
        *a_move("800.00", days_ago(10), "cd", "savings"),
        interest_earned("3.10", days_ago(1)),
        a_paycheck(2000, days_ago(4)),
        a_transaction("400.00", days_ago(2)),
    ]
    accounts = [an_account(balance_current=Decimal(50_000)), *ACCOUNTS[1:]]
    con = a_traced_world(users=[a_user()], accounts=accounts, transactions=rows)
    books = Books(con)
    traces = traces_of(con)
    cited = {entry["feature"] for trace in traces for entry in trace["evidence"]}
    assert {"savings_growth_rate", "savings_net_inflow_monthly_usd"} <= cited
    assert [problem for trace in traces for problem in discrepancies(books, trace)] == []
    con.close()


@pytest.mark.parametrize(
    ("type_", "subtype"),
    [
        ("loan", "mortgage"),
        pytest.param("loan", "student", marks=pytest.mark.long),
        pytest.param("investment", "ira", marks=pytest.mark.long),
    ],
)
def test_loans_and_investments_enter_nothing(type_: str, subtype: str) -> None:
    theirs = an_account("other", type=type_, subtype=subtype, balance_current=Decimal(150_000))
    on_it = [
        a_transaction("900.00", days_ago(300), "other", category_detailed="OTHER_OTHER"),
        *(a_transaction("-900.00", days_ago(day), "other") for day in (65, 35, 5)),
        a_transaction("55.00", days_ago(4), "other"),
    ]
    mine = [
        a_transaction(
            "900.00", days_ago(day), category_detailed="LOAN_PAYMENTS_MORTGAGE_PAYMENT", name="LOAN"
        )
        for day in (65, 35, 5)
    ]
    with_it = measured_one(
        180, history_start=None, accounts=[an_account(), theirs], transactions=[*mine, *on_it]
    )
    assert with_it == measured_one(
        180, history_start=None, accounts=[an_account()], transactions=mine
    )
    assert (with_it["transaction_count"], with_it["total_spend_usd"]) == (3, 2700)
    assert with_it["history_days"] == 66
