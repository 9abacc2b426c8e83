"""The states of an item, who may move it from which to which (declared once, as data), and the fold
of everything said into what holds now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from spendsense_pipeline.publishing.consent import Decision
    from spendsense_pipeline.review.entries import Entry

State = Literal["pending", "edited", "flagged", "approved", "withdrawn", "rejected"]

PENDING: State = "pending"
EDITED: State = "edited"
FLAGGED: State = "flagged"
APPROVED: State = "approved"
WITHDRAWN: State = "withdrawn"
REJECTED: State = "rejected"

STATES = (PENDING, EDITED, FLAGGED, APPROVED, WITHDRAWN, REJECTED)
"""In the order of a queue: what waits for somebody comes first."""

PIPELINE = "pipeline"
"""The operator of what a run says itself; no person may go by that name."""

# A quarter: long enough not to ask the same again every month, short enough that what a person is
# shown was read by somebody while they lived as they do.
APPROVAL_DAYS = 90

CONSENT_WITHDRAWN = "consent withdrawn"
CONSENT_GRANTED_ANEW = "consent granted anew"
APPROVAL_EXPIRED = f"approved more than {APPROVAL_DAYS} days ago"


@dataclass(frozen=True)
class Action:
    """Something that can be said of an item.

    Attributes:
        name: the verb, as typed.
        done: what the item then is, in a sentence.
        begins: the states it may be said in.
        ends: the state it leads to.
        needs: what has to be said with it: a reason, a text, or nothing more.
        next_step: what follows for whoever said it.
        is_of_pipeline: said by a run, never by a person.
    """

    name: str
    done: str
    begins: tuple[State, ...]
    ends: State
    needs: Literal["reason", "text"] | None
    next_step: str
    is_of_pipeline: bool = False


_DECLARED = (
    Action(
        "approve",
        "approved",
        (PENDING, EDITED, FLAGGED),
        APPROVED,
        None,
        f"shown from now on, for {APPROVAL_DAYS} days at most; recall takes it back",
    ),
    Action(
        "reject",
        "rejected",
        (PENDING, EDITED, FLAGGED),
        REJECTED,
        "reason",
        "never shown; that is final for this text, another text is another item",
    ),
    Action(
        "edit",
        "edited",
        (PENDING, EDITED, FLAGGED),
        EDITED,
        "text",
        "approve it to show it",
    ),
    Action(
        "flag",
        "flagged",
        (PENDING, EDITED),
        FLAGGED,
        "reason",
        "not shown until somebody approves, edits or rejects it",
    ),
    Action(
        "recall",
        "recalled",
        (APPROVED,),
        WITHDRAWN,
        "reason",
        "hidden at once; that is final for this text, another text is another item",
    ),
    Action(
        "end",
        "pending again",
        (APPROVED,),
        PENDING,
        "reason",
        "approve it to show it",
        is_of_pipeline=True,
    ),
)
ACTIONS: dict[str, Action] = {action.name: action for action in _DECLARED}
"""Everything that can be said, by its verb."""

MOVES: dict[tuple[State, State], Action] = {
    (begins, action.ends): action for action in _DECLARED for begins in action.begins
}
"""Every transition there is: from, to, and what is said for it."""


@dataclass(frozen=True)
class ItemState:
    """What holds of an item now.

    Attributes:
        state: one of `STATES`.
        operator: who brought that about: a name, `PIPELINE`, or None where it is the person's
            consent or nobody has said anything.
        at: when; None where nobody has said anything.
        reason: why, if one was given.
        text: the rationale template it was last edited to; None as it was written. It stays with
            the item whatever is said afterwards, so what is approved is what the queue shows.
        approved_as_of: the day of the dataset an approval that holds was given on; else None.
        said: the state last said in the log, whatever consent and time have made of it; None where
            the log says nothing.
    """

    state: State
    operator: str | None = None
    at: dt.datetime | None = None
    reason: str | None = None
    text: str | None = None
    approved_as_of: dt.date | None = None
    said: State | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing can be said of this text any more: it was rejected or recalled."""
        return self.said in (REJECTED, WITHDRAWN)

    @property
    def is_without_consent(self) -> bool:
        """Whether it is withdrawn because the person took consent back."""
        return self.state == WITHDRAWN and not self.is_final


def allowed(item: ItemState) -> tuple[str, ...]:
    """What an operator may say of an item now.

    Args:
        item: as it is.

    Returns:
        Verbs, keys of `ACTIONS`; none of what is final or without consent.
    """
    return tuple(
        action.name
        for action in ACTIONS.values()
        if item.state in action.begins and not action.is_of_pipeline
    )


def fold(
    entries: Iterable[Entry], decisions: Mapping[str, Decision], as_of: dt.date
) -> dict[str, ItemState]:
    """What holds of every item something was said of.

    The last entry counts, then the person's consent, then time. Consent and time only ever take an
    approval away, and which day an entry was said on matters to the end of an approval alone: with
    an older dataset published again, what was rejected, recalled or withdrawn stays so.

    Args:
        entries: the log, in its order.
        decisions: consent decisions by user id.
        as_of: the day of the dataset that is shown.

    Returns:
        States by recommendation id.
    """
    last: dict[str, Entry] = {}
    texts: dict[str, str] = {}
    for entry in entries:
        last[entry.recommendation_id] = entry
        if entry.text is not None:
            texts[entry.recommendation_id] = entry.text
    return {
        item_id: _holding(entry, texts.get(item_id), decisions.get(entry.user_id), as_of)
        for item_id, entry in last.items()
    }


def _holding(
    entry: Entry, text: str | None, decision: Decision | None, as_of: dt.date
) -> ItemState:
    said = ItemState(
        entry.to_state,
        entry.operator,
        entry.at,
        entry.reason,
        text,
        entry.as_of if entry.to_state == APPROVED else None,
        entry.to_state,
    )
    if said.is_final:
        return said
    if decision is not None and decision.status == "revoked":
        return _instead(said, WITHDRAWN, CONSENT_WITHDRAWN, None, decision.decided_at)
    # What was said before the person last agreed was said of data they had taken back since.
    if decision is not None and decision.decided_at >= entry.at:
        return _instead(said, PENDING, CONSENT_GRANTED_ANEW, None, decision.decided_at)
    if said.approved_as_of and as_of > last_day_of(said.approved_as_of):
        return _instead(said, PENDING, APPROVAL_EXPIRED, PIPELINE, entry.at)
    return said


def last_day_of(approved_as_of: dt.date) -> dt.date:
    """The last day an approval holds.

    Args:
        approved_as_of: the day of the dataset it was given on.
    """
    return approved_as_of + dt.timedelta(days=APPROVAL_DAYS)


def _instead(
    said: ItemState, state: State, reason: str, operator: str | None, at: dt.datetime
) -> ItemState:
    return replace(said, state=state, reason=reason, operator=operator, at=at, approved_as_of=None)
