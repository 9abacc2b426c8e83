"""What the clock's moving from day to day means for Items: which webhooks are due.

What is to be worked out is noted with the move itself, so that a process that ends in between owes
it still. Transactions come first; finding what else has changed takes longer.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.local_plaid.standing import fault
from spendsense_pipeline.local_plaid.timeline import Position, changes
from spendsense_pipeline.local_plaid.views import view_of
from spendsense_pipeline.plaid.errors import PlaidError
from spendsense_pipeline.plaid.responses.liabilities import liabilities
from spendsense_pipeline.plaid.responses.streams import stream
from spendsense_pipeline.plaid.webhooks import (
    liabilities_update,
    recurring_update,
    sync_updates_available,
    transactions_removed,
    transactions_update,
)

if TYPE_CHECKING:
    from spendsense_pipeline.local_plaid.items import Item
    from spendsense_pipeline.local_plaid.served import Served
    from spendsense_pipeline.local_plaid.store import Store
    from spendsense_pipeline.local_plaid.views import View

TRANSACTIONS, LIABILITIES, STREAMS = "transactions", "liabilities", "streams"
_KINDS: Final = {  # in this order; and the product an Item must have been linked for
    TRANSACTIONS: "transactions",
    LIABILITIES: "liabilities",
    STREAMS: "transactions",
}


@dataclass(frozen=True)
class Movement:
    """One Item, one kind of news, from one day to another.

    Attributes:
        movement_id: its number.
        item_id: of the Item.
        kind: what may have changed.
        seen_day: what was shown.
        shown_day: what is shown since.
    """

    movement_id: int
    item_id: str
    kind: str
    seen_day: dt.date
    shown_day: dt.date


class Movements:
    """What is still to be worked out."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, item: Item, seen: dt.date, shown: dt.date) -> None:
        """Note that an Item is shown a later day."""
        for kind, product in _KINDS.items():
            if product not in item.products or self._goes_on(item, kind, shown):
                continue
            self._store.add(
                "movements",
                {
                    "item_id": item.item_id,
                    "kind": kind,
                    "seen_day": seen.isoformat(),
                    "shown_day": shown.isoformat(),
                },
            )

    def _goes_on(self, item: Item, kind: str, shown: dt.date) -> bool:
        """Whether one that waits now ends on that day: who lets many days pass is told once of
        what takes long to find.
        """
        if kind == TRANSACTIONS:
            return False
        changed = self._store.run(
            "update movements set shown_day = :shown where item_id = :item_id and kind = :kind",
            {"shown": shown.isoformat(), "item_id": item.item_id, "kind": kind},
        )
        return changed > 0

    def next(self) -> Movement | None:
        """The one to be worked out first; None while there is none."""
        order = " ".join(f"when '{kind}' then {place}" for place, kind in enumerate(_KINDS))
        row = self._store.row(
            f"select * from movements order by case kind {order} end, movement_id limit 1"
        )
        if row is None:
            return None
        return Movement(
            row["movement_id"],
            row["item_id"],
            row["kind"],
            dt.date.fromisoformat(row["seen_day"]),
            dt.date.fromisoformat(row["shown_day"]),
        )

    def done(self, movement: Movement) -> None:
        """Forget one that has been worked out, as far as it went then."""
        as_it_was = {"id": movement.movement_id, "shown": movement.shown_day.isoformat()}
        with self._store.change():
            self._store.run(
                "delete from movements where movement_id = :id and shown_day = :shown", as_it_was
            )
            self._store.run(
                "update movements set seen_day = :shown where movement_id = :id", as_it_was
            )


def news(movement: Movement, item: Item, served: Served, created: int) -> list[dict[str, Any]]:
    """Bodies of the webhooks that a movement makes due.

    Args:
        movement: from which day to which.
        item: the Item.
        served: what is published now.
        created: how many transactions its app has created.

    Returns:
        None where nothing has changed, or where the Item cannot be answered any more.
    """
    is_answered = fault(item) is None and item.world == served.world
    held = served.person(item.user_id) if is_answered else None
    if held is None or movement.shown_day > served.as_of:
        return []
    try:
        before, after = (
            view_of(item, held, Position(day, created), ())
            for day in (movement.seen_day, movement.shown_day)
        )
    except PlaidError:
        return []
    found = {TRANSACTIONS: _transactions, LIABILITIES: _liabilities, STREAMS: _streams}
    return found[movement.kind](item.item_id, before, after)


def _transactions(item_id: str, before: View, after: View) -> list[dict[str, Any]]:
    changed = changes(after.entries, before.position, after.position)
    if not (changed.added or changed.removed):
        return []
    bodies = [
        sync_updates_available(item_id),
        transactions_update(item_id, "DEFAULT_UPDATE", len(changed.added)),
    ]
    if changed.removed:
        bodies.append(
            transactions_removed(item_id, [entry.transaction_id for entry in changed.removed])
        )
    return bodies


def _liabilities(item_id: str, before: View, after: View) -> list[dict[str, Any]]:
    was, is_now = _owed(before), _owed(after)
    new = sorted(is_now.keys() - was.keys())
    changed = {
        account_id: fields
        for account_id in sorted(is_now.keys() & was.keys())
        if (
            fields := [
                name
                for name, value in is_now[account_id].items()
                if value != was[account_id].get(name)
            ]
        )
    }
    return [liabilities_update(item_id, new, changed)] if new or changed else []


def _owed(view: View) -> dict[str, dict[str, Any]]:
    return {
        each["account_id"]: each
        for kind in liabilities(view.person()).values()
        for each in kind or ()
    }


def _streams(item_id: str, before: View, after: View) -> list[dict[str, Any]]:
    was, is_now = ({row["stream_id"]: stream(row) for row in v.streams()} for v in (before, after))
    touched = sorted(
        {
            found["account_id"]
            for stream_id in was.keys() | is_now.keys()
            if was.get(stream_id) != is_now.get(stream_id)
            for found in (is_now.get(stream_id) or was[stream_id],)
        }
    )
    return [recurring_update(item_id, touched)] if touched else []
