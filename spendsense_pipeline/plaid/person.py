"""What Plaid would know of one person: their rows, of every table at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """What Plaid would know of one person.

    Attributes:
        user_id: whose it is.
        accounts: rows of `raw_accounts`, by column name.
        transactions: rows of `raw_transactions`, newest first.
        liabilities: rows of `raw_liabilities`.
        streams: rows of `recurring_streams`.
        loans: rows of `raw_loans`.
        state: where the person lives, two letters; None where nobody says.
    """

    user_id: str
    accounts: list[Row]
    transactions: list[Row]
    liabilities: list[Row]
    streams: list[Row]
    loans: list[Row] = field(default_factory=list)
    state: str | None = None
