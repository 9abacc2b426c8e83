"""One person's accounts as ledgers see them: money held is positive, money owed negative, and every
account opens with what it held before its first row.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from spendsense_pipeline.plaid.accounts import OWED_TYPES
from spendsense_pipeline.plaid.person import Person, Row


@dataclass(frozen=True)
class LedgerAccount:
    """An account and its posted rows, oldest first.

    Attributes:
        row: of `raw_accounts`.
        rows: of `raw_transactions`.
        closing: what is held at as_of, negative when owed; None where nobody knows.
        opening: the same before the first row.
    """

    row: Row
    rows: list[Row]
    closing: Decimal | None
    opening: Decimal | None

    @property
    def account_id(self) -> str:
        """Plaid's id of the account."""
        return str(self.row["account_id"])

    @property
    def is_owed(self) -> bool:
        """Whether it is a debt: a card or a loan."""
        return self.row["type"] in OWED_TYPES

    @property
    def label(self) -> str:
        """Its name, as a person would call it."""
        return str(self.row["official_name"] or self.row["name"] or self.account_id)

    def first_day(self, default: dt.date) -> dt.date:
        """The day of the first row, or the default if that is earlier or there is none."""
        first: dt.date = min([default, *(row["date"] for row in self.rows[:1])])
        return first


def change(row: Row) -> Decimal:
    """What a row does to its account's holdings: Plaid's amount is what leaves it."""
    return -Decimal(row["amount"])


def ledger_accounts(person: Person) -> list[LedgerAccount]:
    """The accounts of a person, in order of id."""
    rows: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in person.transactions:
        if not row["pending"]:
            rows[row["account_id"]].append(row)
    found = []
    for account in person.accounts:
        own = sorted(rows[account["account_id"]], key=lambda r: (r["date"], r["transaction_id"]))
        balance = account["balance_current"]
        closing = None
        if balance is not None:
            closing = Decimal(-balance if account["type"] in OWED_TYPES else balance)
        # An import seldom knows what an account opened with; the balance says it backwards.
        opening = None if closing is None else closing - sum(map(change, own), Decimal(0))
        found.append(LedgerAccount(account, own, closing, opening))
    return found
