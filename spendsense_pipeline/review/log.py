"""The log of everything said of items: read, and written under the rules of what can be said.

How a log is kept whole, and by one writer at a time, is `journal`'s business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from spendsense_pipeline.journal import Journal
from spendsense_pipeline.publishing.consent import read_decisions
from spendsense_pipeline.review.entries import Entry, lines_of, parse_line
from spendsense_pipeline.review.policy import Policy, state_of
from spendsense_pipeline.review.requests import Occasion, Request, entry_for
from spendsense_pipeline.review.states import (
    APPROVAL_EXPIRED,
    APPROVED,
    ItemState,
    fold,
    last_day_of,
)

if TYPE_CHECKING:
    from spendsense_pipeline.settings import Settings


def read(settings: Settings) -> tuple[Entry, ...]:
    """Everything said, in the order it was said; nothing if nobody has said anything.

    Args:
        settings: names the file.

    Raises:
        WarehouseError: when the file cannot be read, or holds a line that is not ours, naming it.
            Guessing could show a person what somebody rejected.
    """
    return _journal(settings).read()


def append(
    settings: Settings,
    requests: Sequence[Request],
    occasion: Occasion,
    *,
    policy: Policy,
    now: Callable[[], dt.datetime],
) -> tuple[Entry, ...]:
    """Say something of items: all of it or, if one thing cannot be said, nothing.

    Each is judged by what holds when it is written, not by what the caller saw before.

    Args:
        settings: names the files.
        requests: what to say, in order.
        occasion: the dataset it is said on.
        policy: how an item reads of which nobody has said anything.
        now: the clock, with its time zone; read once nobody else can write.

    Returns:
        What was said. It is on disk.

    Raises:
        SpendSenseError: naming what cannot be said and why.
        WarehouseError: when the log cannot be read or written, or somebody holds it too long.
        DiskFullError: when there is no room; the log is as it was.
    """
    with _journal(settings).writing() as pen:
        decisions = read_decisions(settings)
        states = fold(pen.entries, decisions, occasion.as_of)
        at = now()
        said = []
        for request in requests:
            item_id, decision = request.recommendation_id, decisions.get(request.user_id)
            item = state_of(
                item_id, request.user_id, states=states, decisions=decisions, policy=policy
            )
            entry = entry_for(request, item, occasion, at=at, decision=decision)
            said.append(entry)
            states |= fold([entry], decisions, occasion.as_of)
        pen.write(lines_of(said))
    return tuple(said)


def end_approvals(
    settings: Settings,
    reasons: Mapping[str, str],
    occasion: Occasion,
    *,
    now: Callable[[], dt.datetime],
) -> tuple[Entry, ...]:
    """Record that approvals have ended.

    What is not approved in the log any more is passed over, and so is an approval that was too old
    when the reasons were collected and has been given anew since.

    Args:
        settings: names the files.
        reasons: why, by recommendation id (`policy.endings`).
        occasion: the dataset that ended them.
        now: the clock, with its time zone; read once nobody else can write.

    Returns:
        What was recorded. It is on disk.

    Raises:
        WarehouseError: when the log cannot be read or written, or somebody holds it too long.
        DiskFullError: when there is no room; the log is as it was.
    """
    with _journal(settings).writing() as pen:
        at = now()
        last = {entry.recommendation_id: entry for entry in pen.entries}
        said = [
            entry_for(
                Request("end", "", item_id, entry.user_id, entry.content_id, reason=reason),
                ItemState(APPROVED),
                occasion,
                at=at,
                decision=None,
            )
            for item_id, reason in reasons.items()
            if (entry := last.get(item_id))
            and entry.to_state == APPROVED
            and (reason != APPROVAL_EXPIRED or occasion.as_of > last_day_of(entry.as_of))
        ]
        pen.write(lines_of(said))
    return tuple(said)


def _journal(settings: Settings) -> Journal[Entry]:
    return Journal(settings.reviews_path, settings.reviews_lock_path, parse_line, "review log")
