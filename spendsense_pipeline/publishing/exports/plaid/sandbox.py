"""Plaid Sandbox custom users: a generated person as the configuration object one pastes into
Plaid's dashboard (Developers, Sandbox, Test users), so that the same persona can be met through
Plaid's own API.
"""

from __future__ import annotations

import json
from typing import Any

from spendsense_pipeline.plaid.person import Person, Row

# Sandbox refuses what is larger than about 55 kB or 250 transactions, says Plaid's page on custom
# users (plaid.com/docs/sandbox/user-custom); a little below, since both are approximate.
MOST_BYTES = 54_000
MOST_TRANSACTIONS = 250
_APR_FIELDS = {
    "purchase_apr": "purchase_apr",
    "cash_apr": "cash_apr",
    "balance_transfer_apr": "balance_transfer_apr",
    "special": "special_apr",
}


def custom_user(person: Person) -> dict[str, Any]:
    """The configuration with as many of the newest posted transactions as Sandbox takes.

    Dates roll forward on the day it is loaded, so it never goes stale.

    Args:
        person: whose accounts and transactions.

    Returns:
        What is sent as JSON when a Sandbox user is made.
    """
    posted = [row for row in person.transactions if not row["pending"]]
    kept = posted[:MOST_TRANSACTIONS]
    while True:
        content = _configuration(person, kept)
        size = len(json.dumps(content, ensure_ascii=False).encode())
        if size <= MOST_BYTES or not kept:
            return content
        kept = kept[: len(kept) * MOST_BYTES // size - 1]


def _configuration(person: Person, transactions: list[Row]) -> dict[str, Any]:
    terms = {row["account_id"]: row for row in person.liabilities}
    return {
        "seed": person.user_id,
        "roll_dates_forward": True,
        "override_accounts": [
            _account(row, [t for t in transactions if t["account_id"] == row["account_id"]], terms)
            for row in person.accounts
            if row["subtype"] is not None  # Sandbox makes no account without one
        ],
    }


def _account(row: Row, transactions: list[Row], terms: dict[str, Row]) -> dict[str, Any]:
    meta = {
        "name": row["name"],
        "official_name": row["official_name"],
        "limit": _number(row["balance_limit"]),
        "mask": row["mask"],
    }
    account = {
        "type": row["type"],
        "subtype": row["subtype"],
        "starting_balance": _number(row["balance_current"]),
        "force_available_balance": _number(row["balance_available"]),
        "currency": row["iso_currency_code"] or "USD",
        "meta": _given(meta),
        "transactions": [_transaction(t) for t in transactions],
        "liability": _liability(terms.get(row["account_id"])),
    }
    return _given(account)


def _transaction(row: Row) -> dict[str, Any]:
    return {
        "date_transacted": (row["authorized_date"] or row["date"]).isoformat(),
        "date_posted": row["date"].isoformat(),
        "amount": _number(row["amount"]),
        "description": row["name"],
        "currency": row["iso_currency_code"] or "USD",
    }


def _liability(row: Row | None) -> dict[str, Any] | None:
    if row is None:
        return None
    terms = {
        "type": "credit",
        "last_payment_amount": _number(row["last_payment_amount"]),
        "last_statement_balance": _number(row["last_statement_balance"]),
        "minimum_payment_amount": _number(row["minimum_payment_amount"]),
        "is_overdue": row["is_overdue"],
    }
    apr_field = _APR_FIELDS.get(row["apr_type"] or "purchase_apr", "purchase_apr")
    return _given(terms | {apr_field: _number(row["apr_percentage"])})


def _given(content: dict[str, Any]) -> dict[str, Any]:
    """Without fields that are not known: Sandbox takes no nulls."""
    return {key: value for key, value in content.items() if value is not None}


def _number(value: Any) -> float | None:
    return None if value is None else round(float(value), 2)
