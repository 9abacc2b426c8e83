"""A town of hand-written households, one for each way of living a trace must explain, and the
machinery to measure, judge and trace any world of raw rows."""

from __future__ import annotations

import datetime as dt
import functools
import json
from decimal import Decimal
from typing import Any

import duckdb

from spendsense_pipeline.controls import OperatorConfig, PersonaThresholds, ResolvedConfig, resolve
from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.personas.assignment import assign
from spendsense_pipeline.traces import build_traces
from spendsense_pipeline_tests.builders import (
    AS_OF,
    HISTORY_START,
    Row,
    a_card,
    a_liability,
    a_paycheck,
    a_savings_account,
    a_statement,
    a_transaction,
    a_user,
    a_warehouse,
    an_account,
)

Trace = dict[str, Any]


def resolved_with(**thresholds: float) -> ResolvedConfig:
    config = OperatorConfig(thresholds=PersonaThresholds(**thresholds))
    return resolve(config, as_of=AS_OF, history_start=HISTORY_START)


def measure(
    con: duckdb.DuckDBPyConnection, *, history_start: dt.date | None = HISTORY_START
) -> None:
    """Streams and the features of both windows."""
    build_recurring_streams(con, as_of=AS_OF)
    for window in (30, 180):
        build_features(con, as_of=AS_OF, window_days=window, history_start=history_start)


def explain(
    con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig | None = None, **people: Any
) -> None:
    """Assignments and traces from the features there are."""
    resolved = resolved or resolved_with()
    assign(con, as_of=resolved.as_of, thresholds=resolved.thresholds)
    build_traces(con, resolved=resolved, dataset_id="d" * 16, code_version="c" * 12, **people)


def texts_of(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        t
        for (t,) in con.execute(
            "select trace from decision_traces order by user_id, window_days"
        ).fetchall()
    ]


def traces_of(con: duckdb.DuckDBPyConnection) -> list[Trace]:
    return [json.loads(text) for text in texts_of(con)]


def a_traced_world(
    *, history_start: dt.date | None = HISTORY_START, **raw: Any
) -> duckdb.DuckDBPyConnection:
    con = a_warehouse(**raw)
    measure(con, history_start=history_start)
    explain(con)
    return con


def days_back(days: int) -> dt.date:
    return AS_OF - dt.timedelta(days=days)


@functools.cache
def a_town() -> dict[str, list[Row]]:
    """Rows of every household below."""
    homes = [home(f"user_{i:04d}") for i, home in enumerate(HOUSEHOLDS)]
    return {name: [row for home in homes for row in home.get(name, [])] for name in RAW}


RAW = ("users", "accounts", "transactions", "liabilities", "statements")


def _paid_and_fed(
    user: str, *, every: int = 14, pay: str = "1500", spend: str = "200"
) -> list[Row]:
    checking = f"{user}:checking"
    return [
        *(
            a_paycheck(pay, days_back(d), account_id=checking, user_id=user)
            for d in range(3, 178, every)
        ),
        *(a_transaction(spend, days_back(d), checking, user) for d in range(0, 178, 2)),
    ]


def _checking(user: str, balance: str = "6000.00") -> Row:
    return an_account(f"{user}:checking", user, balance_current=Decimal(balance))


def _subscription(user: str, name: str, amount: str, day: int) -> list[Row]:
    return [
        a_transaction(
            amount,
            dt.date(2026, month, day),
            f"{user}:checking",
            user,
            name=name.upper(),
            merchant_name=name,
            category_primary="ENTERTAINMENT",
            category_detailed="ENTERTAINMENT_TV_AND_MOVIES",
        )
        for month in range(1, 7)
    ]


def heavy_card(user: str) -> dict[str, list[Row]]:
    """A card at 62.5 %, with interest, the minimum paid and a due date passed; a light one beside it."""
    card, light = f"{user}:card", f"{user}:light"
    interest = [
        a_transaction(
            amount,
            day,
            card,
            user,
            name="INTEREST CHARGE",
            merchant_name=None,
            category_primary="BANK_FEES",
            category_detailed="BANK_FEES_INTEREST_CHARGE",
        )
        for amount, day in (
            ("21.37", days_back(40)),
            ("22.05", days_back(10)),
            ("0.07", days_back(9)),
        )
    ]
    payment = a_transaction(
        "-40.00",
        days_back(8),
        card,
        user,
        name="PAYMENT THANK YOU",
        merchant_name=None,
        category_primary="LOAN_PAYMENTS",
        category_detailed="LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
    )
    return {
        "users": [a_user(user, target_persona="high_utilization")],
        "accounts": [
            _checking(user),
            a_card(
                card,
                user,
                mask="4242",
                balance_current=Decimal("3125.40"),
                balance_limit=Decimal("5000.00"),
            ),
            a_card(light, user, mask="1111"),
        ],
        "transactions": [*_paid_and_fed(user), *interest, payment],
        "liabilities": [
            a_liability(card, user, is_overdue=True, next_payment_due_date=days_back(2)),
            a_liability(light, user),
        ],
        "statements": [
            a_statement(days_back(20), card, "3100.00", minimum_payment_amount=Decimal("40.00")),
            a_statement(days_back(20), light, "100.00"),
        ],
    }


def seldom_paid(user: str) -> dict[str, list[Row]]:
    """Paid every 56 days, little in checking, much in savings."""
    return {
        "users": [a_user(user)],
        "accounts": [
            _checking(user, "410.55"),
            a_savings_account(f"{user}:savings", user, balance_current=Decimal("9000.00")),
        ],
        "transactions": _paid_and_fed(user, every=56, pay="6000"),
    }


def near_zero(user: str) -> dict[str, list[Row]]:
    """Paid every two weeks and out of money half of the time."""
    checking = f"{user}:checking"
    rows = [
        a_paycheck("700", days_back(d), account_id=checking, user_id=user)
        for d in range(3, 178, 14)
    ]
    rows += [a_transaction("680", days_back(d - 5), checking, user) for d in range(17, 178, 14)]
    rows += [a_transaction("20", days_back(d - 6), checking, user) for d in range(17, 178, 14)]
    return {"users": [a_user(user)], "accounts": [_checking(user, "760.00")], "transactions": rows}


def subscriber(user: str) -> dict[str, list[Row]]:
    """Five subscriptions."""
    names = {
        "Netflix": "15.49",
        "Spotify": "11.99",
        "Hulu": "17.99",
        "Peacock": "7.99",
        "Max": "16.99",
    }
    rows = [
        row
        for day, (name, amount) in enumerate(names.items(), 5)
        for row in _subscription(user, name, amount, day)
    ]
    return {
        "users": [a_user(user)],
        "accounts": [_checking(user)],
        "transactions": [*_paid_and_fed(user), *rows],
    }


def frugal_subscriber(user: str) -> dict[str, list[Row]]:
    """Three subscriptions: a small bill, a large share of a small budget."""
    names = {"Netflix": "15.49", "Spotify": "11.99", "Hulu": "17.99"}
    rows = [
        row
        for day, (name, amount) in enumerate(names.items(), 5)
        for row in _subscription(user, name, amount, day)
    ]
    return {
        "users": [a_user(user)],
        "accounts": [_checking(user)],
        "transactions": [*_paid_and_fed(user, pay="180", spend="20"), *rows],
    }


def saver(user: str) -> dict[str, list[Row]]:
    """Moves $80 a week to savings, earns interest there, and uses a card lightly."""
    checking, savings = f"{user}:checking", f"{user}:savings"
    rows = []
    for d in range(1, 178, 7):
        rows.append(
            a_transaction(
                "80.10",
                days_back(d),
                checking,
                user,
                category_primary="TRANSFER_OUT",
                category_detailed="TRANSFER_OUT_SAVINGS",
            )
        )
        rows.append(
            a_transaction(
                "-80.10",
                days_back(d),
                savings,
                user,
                category_primary="TRANSFER_IN",
                category_detailed="TRANSFER_IN_SAVINGS",
            )
        )
    rows += [
        a_transaction(
            "-3.21",
            dt.date(2026, m, 28),
            savings,
            user,
            category_primary="INCOME",
            category_detailed="INCOME_INTEREST_EARNED",
        )
        for m in range(1, 7)
    ]
    return {
        "users": [a_user(user)],
        "accounts": [
            _checking(user),
            a_savings_account(savings, user, balance_current=Decimal("5000.00")),
            a_card(f"{user}:card", user),
        ],
        "transactions": [*_paid_and_fed(user), *rows],
        "liabilities": [a_liability(f"{user}:card", user)],
    }


def saver_without_card(user: str) -> dict[str, list[Row]]:
    home = saver(user)
    home["accounts"] = home["accounts"][:2]
    return home | {"liabilities": []}


def unremarkable(user: str) -> dict[str, list[Row]]:
    """A card at 40 %, a cushion, one subscription."""
    return {
        "users": [a_user(user)],
        "accounts": [
            _checking(user),
            a_card(f"{user}:card", user, balance_current=Decimal("400.00")),
        ],
        "transactions": [*_paid_and_fed(user), *_subscription(user, "Netflix", "15.49", 9)],
        "liabilities": [a_liability(f"{user}:card", user)],
    }


def newcomer(user: str) -> dict[str, list[Row]]:
    """An account and nothing else."""
    return {"users": [a_user(user)], "accounts": [_checking(user)]}


def nobody_known(user: str) -> dict[str, list[Row]]:
    """Consented, and no account is linked."""
    return {"users": [a_user(user)]}


def unconsenting(user: str) -> dict[str, list[Row]]:
    home = heavy_card(user)
    return home | {"users": [a_user(user, consent_status="revoked")]}


HOUSEHOLDS = (
    heavy_card,
    seldom_paid,
    near_zero,
    subscriber,
    saver,
    saver_without_card,
    unremarkable,
    newcomer,
    nobody_known,
    frugal_subscriber,
    unconsenting,
)
EXPECTED = {
    "user_0000": "high_utilization",
    "user_0001": "variable_income",
    "user_0002": "cash_flow_stressed",
    "user_0003": "subscription_heavy",
    "user_0004": "savings_builder",
    "user_0005": "savings_builder",
    "user_0006": "general",
    "user_0007": "general",
    "user_0008": "general",
    "user_0009": "subscription_heavy",
}
