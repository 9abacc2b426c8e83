"""Who did what and when: the log of operations and the log of reviews, told as one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.operations.entries import ACTIONS, Operation
from spendsense_pipeline.operations.log import read_operations
from spendsense_pipeline.publishing.consent import read_decisions, withdrawn
from spendsense_pipeline.review.log import read
from spendsense_pipeline.review.states import MOVES

if TYPE_CHECKING:
    from spendsense_pipeline.review.entries import Entry
    from spendsense_pipeline.settings import Settings

_HIDDEN = "consent is withdrawn, so what it was about is not shown"


@dataclass(frozen=True)
class Deed:
    """One thing somebody did.

    Attributes:
        at: when, in UTC.
        operator: who; None where that is not known.
        what: what was done, in words, with what it was done to.
        user_id: the person it was about; None where it was about nobody.
        detail: reason, words, or what was asked; "" for nothing.
        via: where it was asked; None of a review, whose log does not say.
    """

    at: dt.datetime
    operator: str | None
    what: str
    user_id: str | None
    detail: str
    via: str | None


def who_did_what(
    settings: Settings, *, limit: int | None = None, user_id: str | None = None
) -> tuple[Deed, ...]:
    """The newest things done, oldest of them first.

    Of reviews of somebody who has withdrawn consent it is told that and by whom, not of what.

    Args:
        settings: where both logs are.
        limit: how many at most; None for all.
        user_id: only what was done about this person.

    Raises:
        WarehouseError: when a log cannot be read, naming it.
    """
    gone = set(withdrawn(read_decisions(settings)))
    deeds = [_operation(entry) for entry in read_operations(settings)]
    deeds += [_review(entry, is_hidden=entry.user_id in gone) for entry in read(settings)]
    if user_id is not None:
        deeds = [deed for deed in deeds if deed.user_id == user_id]
    deeds.sort(key=lambda deed: deed.at)
    return tuple(deeds if limit is None else deeds[-limit:] if limit > 0 else [])


def _operation(entry: Operation) -> Deed:
    what = f"{ACTIONS[entry.action]} {entry.subject}"
    about = entry.subject if entry.action in _ABOUT_A_PERSON else None
    return Deed(entry.at, entry.operator, what, about, entry.detail, entry.via)


_ABOUT_A_PERSON = ("consent granted", "consent revoked")


def _review(entry: Entry, *, is_hidden: bool) -> Deed:
    done = MOVES[(entry.from_state, entry.to_state)].done
    item = "an item" if is_hidden else entry.recommendation_id[:8]
    what = f"{done} {item} of {entry.user_id}"
    detail = _HIDDEN if is_hidden else entry.reason or entry.text or ""
    return Deed(entry.at, entry.operator, what, entry.user_id, detail, None)
