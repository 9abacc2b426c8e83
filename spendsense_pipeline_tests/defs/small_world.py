"""A generator of trivial households, so that tests of Dagster's mechanics are quick and do not
depend on how real lives are generated: one checking account, a salary every other week, groceries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.tables.raw import (
    CARD_STATEMENTS,
    RAW_ACCOUNTS,
    RAW_LIABILITIES,
    RAW_TRANSACTIONS,
    RAW_USERS,
    STREAM_TRUTH,
)
from spendsense_pipeline_tests.builders import a_paycheck, a_transaction, a_user, an_account

ANYTHING_GOES = {
    "min_coverage": 0.0,
    "min_persona_share": 0.0,
    "max_persona_share": 1.0,
}


def generate(resolved: ResolvedConfig) -> Iterator[Any]:
    """Shards as the real generator yields them."""
    users, accounts, transactions, truth = [], [], [], []
    for n in range(resolved.config.num_users):
        user_id, account_id = f"user_{n:04d}", f"acc_{n:04d}"
        users.append(a_user(user_id, consent_status="denied" if n == 3 else "granted"))
        rows = list(_rows(resolved, user_id, account_id, seed=resolved.config.seed + n))
        balance = Decimal("1000.00") - sum(row["amount"] for row in rows)
        accounts.append(
            an_account(account_id, user_id, balance_current=balance, balance_available=balance)
        )
        transactions += rows
        truth.append(_income_truth(user_id, account_id, rows))
    yield SimpleNamespace(
        users=_table(RAW_USERS, users),
        accounts=_table(RAW_ACCOUNTS, accounts),
        transactions=_table(RAW_TRANSACTIONS, transactions),
        liabilities=_table(RAW_LIABILITIES, []),
        card_statements=_table(CARD_STATEMENTS, []),
        stream_truth=_table(STREAM_TRUTH, truth),
    )


def _rows(resolved: ResolvedConfig, user_id: str, account_id: str, *, seed: int) -> Iterator[Any]:
    # The second Wednesday on: never a weekend, and no federal holiday falls on these.
    day = resolved.history_start + dt.timedelta(days=7)
    day += dt.timedelta(days=(2 - day.weekday()) % 7)
    number = 0
    while day <= resolved.as_of:
        at = {"account_id": account_id, "user_id": user_id}
        tag = f"{user_id}_{number:04d}"
        if number % 2 == 0:
            yield a_paycheck("1500.00", day, transaction_id=f"p_{tag}", **at)
        amount = Decimal(600 + (seed * 7 + number * 13) % 97) + Decimal("0.25")
        yield a_transaction(amount, day, transaction_id=f"g_{tag}", **at)
        day += dt.timedelta(days=7)
        number += 1


def _income_truth(user_id: str, account_id: str, rows: list[Any]) -> dict[str, Any]:
    pay = [row for row in rows if row["amount"] < 0]
    return {
        "stream_key": f"{user_id}:income",
        "user_id": user_id,
        "account_id": account_id,
        "kind": "income",
        "merchant_name": "Acme",
        "cadence": "biweekly",
        "started_on": pay[0]["date"],
        "ended_on": None,
        "first_amount": pay[0]["amount"],
        "last_amount": pay[-1]["amount"],
        "price_steps": 0,
    }


def _table(declared: Any, rows: list[Any]) -> pa.Table:
    return pa.Table.from_pylist(
        [{name: row.get(name) for name in declared.column_names} for row in rows],
        schema=declared.arrow_schema,
    )
