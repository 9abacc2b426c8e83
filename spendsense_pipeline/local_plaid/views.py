"""What an Item sees of its person on the clock's day."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from spendsense_pipeline.local_plaid.timeline import Entry, Position, of_accounts
from spendsense_pipeline.plaid.accounts import CREDIT, LOAN
from spendsense_pipeline.plaid.errors import NO_ACCOUNTS, PlaidError
from spendsense_pipeline.plaid.person import Person, Row
from spendsense_pipeline.plaid.responses.items import ALL_BANKS_ID

if TYPE_CHECKING:
    from spendsense_pipeline.local_plaid.items import Item
    from spendsense_pipeline.local_plaid.served import HeldPerson


@dataclass(frozen=True)
class View:
    """What an Item sees.

    Attributes:
        held: its person.
        position: how far.
        entries: what is ever shown of its accounts, what the app has created included.
        account_ids: of its accounts on that day.
        accounts: rows of `raw_accounts` on that day.
        liabilities: rows of `raw_liabilities`.
        loans: rows of `raw_loans`.
    """

    held: HeldPerson
    position: Position
    entries: tuple[Entry, ...]
    account_ids: frozenset[str]
    accounts: tuple[Row, ...]
    liabilities: tuple[Row, ...]
    loans: tuple[Row, ...]

    def person(self, streams: tuple[Row, ...] = ()) -> Person:
        """The same as Plaid's shapes take it, without transactions."""
        details = self.held.person.details
        return Person(
            details["user_id"],
            list(self.accounts),
            [],
            list(self.liabilities),
            list(streams),
            list(self.loans),
            details["state"],
        )

    def streams(self) -> tuple[Row, ...]:
        """Rows of `recurring_streams` on that day; what the app has created is in none."""
        found = self.held.streams_on(self.position.day)
        return tuple(row for row in found if row["account_id"] in self.account_ids)


def view_of(item: Item, held: HeldPerson, position: Position, created: tuple[Entry, ...]) -> View:
    """What an Item sees of its person.

    Args:
        item: the Item.
        held: its person.
        position: how far.
        created: what the app has created on it.

    Raises:
        PlaidError: none of its accounts is open on that day.
    """
    then = held.on_day(position.day)
    accounts = tuple(
        _with(row, created, position)
        for row in then.accounts
        if item.institution_id in (ALL_BANKS_ID, row["institution_id"])
    )
    if not accounts:
        raise PlaidError(NO_ACCOUNTS)
    account_ids = frozenset(row["account_id"] for row in accounts)
    return View(
        held,
        position,
        _entries(item, held, created),
        account_ids,
        accounts,
        *(
            tuple(row for row in rows if row["account_id"] in account_ids)
            for rows in (then.liabilities, then.loans)
        ),
    )


def _entries(item: Item, held: HeldPerson, created: tuple[Entry, ...]) -> tuple[Entry, ...]:
    whose = frozenset(
        account_id
        for account_id, institution_id in held.institutions.items()
        if item.institution_id in (ALL_BANKS_ID, institution_id)
    )
    own = of_accounts(held.entries, whose, item.starts_on)
    return (*own, *created)


def _with(row: Row, created: tuple[Entry, ...], position: Position) -> Row:
    """An account whose balances count what was created on it."""
    cents = sum(
        entry.amount_cents
        for entry in created
        if entry.account_id == row["account_id"] and position.shows(entry)
    )
    if not cents:
        return row
    amount = Decimal(cents) / 100
    moved = {"balance_current": amount if row["type"] in (CREDIT, LOAN) else -amount}
    moved["balance_available"] = -amount
    return row | {
        name: None if row[name] is None else row[name] + change for name, change in moved.items()
    }
