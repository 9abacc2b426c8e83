"""One entry of the log and the line of JSON it is kept as."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spendsense_pipeline.review.states import MOVES, State


@dataclass(frozen=True, slots=True)
class Entry:
    """Who said what of an item, when, and on which dataset.

    Attributes:
        at: the instant, in UTC.
        operator: a person's name, or `states.PIPELINE`.
        recommendation_id: the item; it changes with the item's text.
        user_id: whose item it is.
        content_id: the catalogue's entry it was made from.
        from_state: what held of it then.
        to_state: what it was said to be.
        reason: why, where one is needed.
        text: of an edit, the new rationale template with its {slots}.
        as_of: the day of the dataset it was said on.
        dataset_id: that dataset.
        published_at: when that dataset was published, in UTC.
    """

    at: dt.datetime
    operator: str
    recommendation_id: str
    user_id: str
    content_id: str
    from_state: State
    to_state: State
    reason: str | None
    text: str | None
    as_of: dt.date
    dataset_id: str
    published_at: dt.datetime


_TEXTS = ("operator", "recommendation_id", "user_id", "content_id", "dataset_id")
_PERHAPS = ("reason", "text")
# How many lines of what was said at once come after this one: a process killed while it writes
# several leaves a beginning that says itself that it is not the whole.
_FOLLOWING = "following"


def lines_of(entries: Sequence[Entry]) -> bytes:
    """What is said at once, as whole lines.

    Args:
        entries: in the order of the log.
    """
    return b"".join(
        _line(entry, len(entries) - number) for number, entry in enumerate(entries, start=1)
    )


def _line(entry: Entry, following: int) -> bytes:
    members = {
        "at": entry.at.isoformat(),
        "operator": entry.operator,
        "recommendation_id": entry.recommendation_id,
        "user_id": entry.user_id,
        "content_id": entry.content_id,
        "from": entry.from_state,
        "to": entry.to_state,
        "reason": entry.reason,
        "text": entry.text,
        "as_of": entry.as_of.isoformat(),
        "dataset_id": entry.dataset_id,
        "published_at": entry.published_at.isoformat(),
        _FOLLOWING: following,
    }
    return json.dumps(members, ensure_ascii=False).encode() + b"\n"


def parse_line(line: bytes) -> tuple[Entry, int]:
    """The entry a line holds.

    Args:
        line: without its line feed.

    Returns:
        The entry, and how many more lines belong to what was said at once.

    Raises:
        ValueError: saying what is wrong, when it is not a line of ours.
    """
    said = json.loads(line.decode())
    try:
        return _entry(said), _whole_number(said.get(_FOLLOWING, 0))
    except KeyError as missing:
        msg = f"it has no {missing}"
        raise ValueError(msg) from missing
    except TypeError as error:
        raise ValueError(str(error)) from error


def _entry(said: Any) -> Entry:
    for name in _TEXTS:
        if not isinstance(said[name], str):
            msg = f"its {name} is no text"
            raise TypeError(msg)
    for name in _PERHAPS:
        if not isinstance(said[name], str | None):
            msg = f"its {name} is neither a text nor null"
            raise TypeError(msg)
    move = MOVES.get((said["from"], said["to"]))
    if move is None:
        msg = f"nothing leads from {said['from']!r} to {said['to']!r}"
        raise ValueError(msg)
    if move.needs and not said[move.needs]:
        msg = f"it has no {move.needs}, and is {move.done}"
        raise ValueError(msg)
    return Entry(
        _instant(said["at"]),
        said["operator"],
        said["recommendation_id"],
        said["user_id"],
        said["content_id"],
        said["from"],
        said["to"],
        said["reason"],
        said["text"],
        dt.date.fromisoformat(said["as_of"]),
        said["dataset_id"],
        _instant(said["published_at"]),
    )


def _instant(text: str) -> dt.datetime:
    instant = dt.datetime.fromisoformat(text)
    if instant.tzinfo is None:
        msg = f"{text} has no time zone"
        raise ValueError(msg)
    return instant


def _whole_number(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        msg = f"its {_FOLLOWING} is {value!r}"
        raise ValueError(msg)
    return value
