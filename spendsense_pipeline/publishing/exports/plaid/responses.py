"""Responses shaped exactly like Plaid's `/accounts/get`, `/transactions/sync`,
`/transactions/recurring/get` and `/liabilities/get`. Money is a number, a date is text, and every
value of an enumeration is one Plaid documents.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

from spendsense_pipeline.plaid.person import Person
from spendsense_pipeline.plaid.responses.accounts import account
from spendsense_pipeline.plaid.responses.items import ALL_BANKS_NAME, item
from spendsense_pipeline.plaid.responses.liabilities import liabilities
from spendsense_pipeline.plaid.responses.streams import streams_by_direction
from spendsense_pipeline.plaid.responses.transactions import CATEGORY_VERSION, transaction

SYNC_PAGE_ROWS = 500  # the most /transactions/sync returns at once
_PRODUCTS = ["liabilities", "transactions"]


def accounts_get(person: Person, dataset_id: str) -> dict[str, Any]:
    """Body of `/accounts/get`.

    Args:
        person: whose accounts.
        dataset_id: what identifiers are derived from.

    Returns:
        The body, as Plaid names its parts; amounts in USD.
    """
    return {
        "accounts": [account(row) for row in person.accounts],
        "item": _item(person, dataset_id),
        "request_id": _identifier(dataset_id, person.user_id, "accounts"),
    }


def transactions_sync(person: Person, dataset_id: str) -> Iterator[dict[str, Any]]:
    """Bodies of `/transactions/sync`, page after page from an empty cursor.

    Args:
        person: whose transactions.
        dataset_id: what cursors and identifiers are derived from.

    Yields:
        A page of at most `SYNC_PAGE_ROWS` transactions; of somebody without any, one empty page.
    """
    rows = person.transactions
    for start in range(0, max(len(rows), 1), SYNC_PAGE_ROWS):
        page = rows[start : start + SYNC_PAGE_ROWS]
        touched = {row["account_id"] for row in page}
        yield {
            "transactions_update_status": "HISTORICAL_UPDATE_COMPLETE",
            "accounts": [account(row) for row in person.accounts if row["account_id"] in touched],
            "added": [transaction(row) for row in page],
            "modified": [],
            "removed": [],
            "next_cursor": _identifier(dataset_id, person.user_id, f"cursor {start}", length=64),
            "has_more": start + SYNC_PAGE_ROWS < len(rows),
            "request_id": _identifier(dataset_id, person.user_id, f"sync {start}"),
        }


def transactions_recurring_get(person: Person, dataset_id: str, as_of: dt.date) -> dict[str, Any]:
    """Body of `/transactions/recurring/get`.

    Args:
        person: whose streams.
        dataset_id: what identifiers are derived from.
        as_of: the day the streams were found.

    Returns:
        The body, money in and money out apart; amounts in USD, money in negative.
    """
    return {
        **streams_by_direction(person.streams),
        "updated_datetime": f"{as_of.isoformat()}T00:00:00Z",
        "personal_finance_category_version": CATEGORY_VERSION,
        "request_id": _identifier(dataset_id, person.user_id, "recurring"),
    }


def liabilities_get(person: Person, dataset_id: str) -> dict[str, Any]:
    """Body of `/liabilities/get`: credit cards, mortgages and student loans, as Plaid has no other.

    Args:
        person: whose liabilities.
        dataset_id: what identifiers are derived from.

    Returns:
        The body; amounts in USD, rates in percent.
    """
    return {
        "accounts": [account(row) for row in person.accounts],
        "item": _item(person, dataset_id),
        "liabilities": liabilities(person),
        "request_id": _identifier(dataset_id, person.user_id, "liabilities"),
    }


def _item(person: Person, dataset_id: str) -> dict[str, Any]:
    """One Item for everything; of a bank where all accounts are with one."""
    banks = {(row["institution_id"], row["institution_name"]) for row in person.accounts}
    bank_id, bank = banks.pop() if len(banks) == 1 else (None, None)
    return item(
        _identifier(dataset_id, person.user_id, "item", length=37),
        institution_id=bank_id,
        institution_name=bank or ALL_BANKS_NAME,
        products=_PRODUCTS,
    )


def _identifier(*parts: str, length: int = 15) -> str:
    """An opaque id as Plaid makes them, the same for the same dataset."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:length]
