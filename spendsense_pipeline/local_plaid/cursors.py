"""Cursors of `/transactions/sync`: what somebody has seen, in a text they hand back.

A cursor names its world, its Item and the day it was made on; the state keeps none.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from spendsense_pipeline.local_plaid.timeline import Position
from spendsense_pipeline.plaid.errors import INVALID_FIELD, PlaidError


@dataclass(frozen=True)
class Cursor:
    """How far an update has been fetched.

    Attributes:
        stream: what is synced: `stream_of` world, Item and account.
        epoch: how often the clock had been set back.
        seen: what was seen before this update; None: nothing.
        until: what the update brings; None between two updates.
        offset: how much of it has been fetched.
    """

    stream: str
    epoch: int
    seen: Position | None
    until: Position | None = None
    offset: int = 0


def stream_of(world: str, item_id: str, account_id: str | None) -> str:
    """Names what is synced: cursors of one stream are none of another."""
    content = "\0".join((world, item_id, account_id or ""))
    return hashlib.sha256(content.encode()).hexdigest()[:24]


def to_text(cursor: Cursor) -> str:
    """As it is handed out: at most 256 characters, as Plaid promises."""
    content = [
        cursor.stream,
        cursor.epoch,
        _content(cursor.seen),
        _content(cursor.until),
        cursor.offset,
    ]
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()


def from_text(text: str, *, stream: str) -> Cursor:
    """As it was handed out.

    Args:
        text: what somebody hands back.
        stream: what they sync.

    Raises:
        PlaidError: it is none of ours, or of another Item, account or world.
    """
    try:
        content = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        named, epoch, seen, until, offset = content
        cursor = Cursor(
            str(named), int(epoch), _position(seen), _position(until), max(int(offset), 0)
        )
    except (ValueError, TypeError, binascii.Error, OverflowError, RecursionError):
        raise PlaidError(INVALID_FIELD, "cursor is not one that was handed out") from None
    if cursor.stream != stream:
        raise PlaidError(INVALID_FIELD, "cursor not associated with access_token")
    return cursor


def _content(position: Position | None) -> list[str | int] | None:
    return None if position is None else [position.day.isoformat(), position.created]


def _position(content: object) -> Position | None:
    if content is None:
        return None
    if not isinstance(content, list):
        raise TypeError
    day, created = content
    return Position(dt.date.fromisoformat(day), int(created))
