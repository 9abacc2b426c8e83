"""What a bank ever shows of one person's transactions, each from a day on and until another: what
is shown on a day, and what has changed between two, is a walk along it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from spendsense_pipeline.plaid.responses.transactions import transaction

if TYPE_CHECKING:
    from spendsense_pipeline.plaid.person import Row

FOR_EVER: Final = dt.date.max


class Entry(NamedTuple):
    """A transaction in one of its forms: pending, or posted.

    Attributes:
        transaction_id: in this form.
        account_id: whose it is.
        date: as it shows it.
        shown_from: first day it is shown.
        shown_until: first day it is not shown any more; FOR_EVER while it is.
        amount_cents: positive = money out.
        is_pending: whether it counts in no balance.
        name: the bank's description line.
        text: the transaction as JSON.
        number: of those an app has created, the how manieth; 0 of a person's own.
    """

    transaction_id: str
    account_id: str
    date: dt.date
    shown_from: dt.date
    shown_until: dt.date
    amount_cents: int
    is_pending: bool
    name: str
    text: str
    number: int = 0


@dataclass(frozen=True, order=True)
class Position:
    """How far something has been seen.

    Attributes:
        day: the clock's.
        created: how many transactions the app had created.
    """

    day: dt.date
    created: int = 0

    def shows(self, entry: Entry) -> bool:
        """Whether that is shown there."""
        return entry.shown_from <= self.day < entry.shown_until and entry.number <= self.created


class Changes(NamedTuple):
    """What has changed between two positions, in the order it did."""

    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]


def entry_of(row: Row, *, number: int = 0) -> Entry:
    """A row in one of its forms.

    Args:
        row: of `raw_transactions`, with `shown_from` and `shown_until`.
        number: of those an app has created, the how manieth.
    """
    return Entry(
        row["transaction_id"],
        row["account_id"],
        row["date"],
        row["shown_from"],
        row["shown_until"] or FOR_EVER,
        int(row["amount"] * 100),
        row["pending"],
        row["name"],
        json.dumps(transaction(row), separators=(",", ":")),
        number,
    )


def changes(entries: Iterable[Entry], seen: Position | None, now: Position) -> Changes:
    """What is there now and was not when it was last seen, and what was and is not.

    Args:
        entries: in the order they are shown.
        seen: how far they were; None: nothing was.
        now: how far they are looked at now.
    """
    added, removed = [], []
    for entry in entries:
        is_shown = now.shows(entry)
        was_shown = seen is not None and seen.shows(entry)
        if is_shown and not was_shown:
            added.append(entry)
        elif was_shown and not is_shown:
            removed.append(entry)
    return Changes(tuple(added), tuple(removed))


def of_accounts(
    entries: Sequence[Entry], account_ids: frozenset[str], starts_on: dt.date | None
) -> tuple[Entry, ...]:
    """Those of some accounts, from a day on.

    Args:
        entries: of a person.
        account_ids: whose are kept.
        starts_on: the first day whose rows are; None: all.
    """
    is_late: Callable[[Entry], bool] = (
        (lambda _: True) if starts_on is None else (lambda entry: entry.date >= starts_on)
    )
    return tuple(entry for entry in entries if entry.account_id in account_ids and is_late(entry))
