"""Transactions that an app has created on an Item (`/sandbox/transactions/create`), beside its
person's own.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from spendsense_pipeline.local_plaid.timeline import Entry, entry_of
from spendsense_pipeline.local_plaid.tokens import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spendsense_pipeline.local_plaid.store import Store


@dataclass(frozen=True)
class NewTransaction:
    """One to be created.

    Attributes:
        account_id: of the Item.
        date: the day it posts.
        authorized_date: the day it happens.
        amount_cents: positive = money out.
        description: the bank's line.
        iso_currency_code: its currency.
    """

    account_id: str
    date: dt.date
    authorized_date: dt.date
    amount_cents: int
    description: str
    iso_currency_code: str


class Created:
    """What apps have created on all Items."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def count(self, item_id: str) -> int:
        """How many there are of an Item."""
        found = self._store.row(
            "select count(*) as count from created_transactions where item_id = :item_id",
            {"item_id": item_id},
        )
        return int(found["count"]) if found else 0

    def add(self, item_id: str, transactions: Iterable[NewTransaction]) -> None:
        """Create some on an Item, all or none."""
        with self._store.change():
            before = self.count(item_id)
            for number, each in enumerate(transactions, start=before + 1):
                self._store.add(
                    "created_transactions",
                    {
                        "item_id": item_id,
                        "number": number,
                        "content": json.dumps(asdict(each), default=dt.date.isoformat),
                    },
                )

    def entries(self, item_id: str) -> tuple[Entry, ...]:
        """Those of an Item, in the order they were created."""
        rows = self._store.rows(
            "select number, content from created_transactions where item_id = :item_id"
            " order by number",
            {"item_id": item_id},
        )
        return tuple(_entry(item_id, row["number"], row["content"]) for row in rows)


def _entry(item_id: str, number: int, content: str) -> Entry:
    given = json.loads(content)
    date = dt.date.fromisoformat(given["date"])
    return entry_of(
        {
            "transaction_id": name_of(item_id, "created", str(number)),
            "account_id": given["account_id"],
            "date": date,
            "authorized_date": dt.date.fromisoformat(given["authorized_date"]),
            "amount": Decimal(given["amount_cents"]) / 100,
            "iso_currency_code": given["iso_currency_code"],
            "name": given["description"],
            "merchant_name": None,
            "merchant_entity_id": None,
            "payment_channel": "other",
            "category_primary": None,
            "category_detailed": None,
            "pending": False,
            "pending_transaction_id": None,
            "city": None,
            "state": None,
            "shown_from": date,
            "shown_until": None,
        },
        number=number,
    )
