"""`/transactions/sync`: pages of what has changed since a cursor.

An update goes from what was seen to what is there now; its pages are cut out of the same list, so
that they are whole as long as nothing changes in between, and say so when something does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spendsense_pipeline.local_plaid.cursors import Cursor
from spendsense_pipeline.local_plaid.timeline import Changes, Entry, Position
from spendsense_pipeline.plaid.errors import (
    TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION,
    PlaidError,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Page:
    """One page of an update.

    Attributes:
        added: shown now and not before.
        removed: shown before and not now.
        cursor: what to go on from.
        has_more: whether the update has further pages.
    """

    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    cursor: Cursor
    has_more: bool


def page(
    cursor: Cursor,
    now: Position,
    *,
    epoch: int,
    count: int,
    changed: Callable[[Position | None, Position], Changes],
) -> Page:
    """The next page after a cursor.

    Args:
        cursor: what was handed back.
        now: how far there is something to see.
        epoch: how often the clock has been set back: whoever synced before begins anew.
        count: at most so many changes are in it.
        changed: finds what has changed between two positions.

    Returns:
        The page; empty, with the same cursor, while the clock is behind what was seen.

    Raises:
        PlaidError: something has changed since the update's first page.
    """
    if cursor.epoch != epoch:
        cursor = Cursor(cursor.stream, epoch, None)
    if cursor.until is not None and cursor.until != now:
        raise PlaidError(TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION)
    if cursor.seen is not None and cursor.seen.day > now.day:
        return Page((), (), cursor, has_more=False)
    found = changed(cursor.seen, now)
    end = cursor.offset + count
    added = found.added[cursor.offset : end]
    before = len(found.added)
    removed = found.removed[max(cursor.offset - before, 0) : max(end - before, 0)]
    if end < before + len(found.removed):
        return Page(added, removed, replace(cursor, until=now, offset=end), has_more=True)
    return Page(added, removed, Cursor(cursor.stream, epoch, now), has_more=False)
