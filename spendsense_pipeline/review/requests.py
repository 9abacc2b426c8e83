"""What an operator asks to have said of an item, and whether it can be said: the one place where a
transition is allowed or refused.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.review.entries import Entry
from spendsense_pipeline.review.states import ACTIONS, PIPELINE, ItemState, allowed

if TYPE_CHECKING:
    from spendsense_pipeline.publishing.consent import Decision


@dataclass(frozen=True)
class Seen:
    """How an item stood when whoever says something of it read it.

    Attributes:
        state: the state it was in.
        at: since when; None where nobody had said anything.
    """

    state: str
    at: dt.datetime | None


@dataclass(frozen=True)
class Request:
    """One thing to be said of one item.

    Attributes:
        action: a key of `states.ACTIONS`.
        operator: who says it.
        recommendation_id: the item.
        user_id: whose item it is.
        content_id: the catalogue's entry it was made from.
        reason: why, of a rejection, a flag and a recall.
        text: of an edit, the rationale template, already held to the guardrails.
        seen: how it stood when they read it, refused if it has changed since; None: as it is now.
    """

    action: str
    operator: str
    recommendation_id: str
    user_id: str
    content_id: str
    reason: str | None = None
    text: str | None = None
    seen: Seen | None = None


@dataclass(frozen=True)
class Occasion:
    """The dataset that something is said on.

    Attributes:
        as_of: its day.
        dataset_id: its id.
        published_at: when it was published, with its time zone.
    """

    as_of: dt.date
    dataset_id: str
    published_at: dt.datetime


def require_operator(name: str) -> str:
    """The name somebody goes by in the log.

    Args:
        name: as given.

    Returns:
        The name without space around it.

    Raises:
        SpendSenseError: when it is empty, not printable, or the pipeline's own.
    """
    name = _one_line("operator", name)
    if not name:
        raise SpendSenseError(
            problem="who says this is not known",
            remedy="give --operator NAME or set SPENDSENSE_OPERATOR",
        )
    if name == PIPELINE:
        raise SpendSenseError(
            problem=f"operator must not be {PIPELINE!r}: runs go by that name",
            remedy="give --operator the name of a person",
        )
    return name


def require_words(
    action: str, *, reason: str | None, text: str | None
) -> tuple[str | None, str | None]:
    """The words an action is said with.

    Args:
        action: a key of `states.ACTIONS`.
        reason: as given.
        text: as given.

    Returns:
        Reason and text without space around them; None for one the action does not need.

    Raises:
        SpendSenseError: when the one it needs is empty or not one printable line.
    """
    needs = ACTIONS[action].needs
    given = {"reason": reason, "text": text}
    if needs is None:
        return None, None
    words = _one_line(needs, given[needs] or "")
    if not words:
        raise SpendSenseError(
            problem=f"{action} needs a {needs}, and it is empty",
            remedy=f"give --{needs} TEXT",
        )
    return (words, None) if needs == "reason" else (None, words)


def entry_for(
    request: Request,
    item: ItemState,
    occasion: Occasion,
    *,
    at: dt.datetime,
    decision: Decision | None,
) -> Entry:
    """The entry that says it, if it can be said.

    Args:
        request: what to say.
        item: what holds of the item at this moment.
        occasion: the dataset it is said on.
        at: this moment, with its time zone.
        decision: the person's last consent decision, if any.

    Returns:
        An entry after which the item is in the state the action ends in.

    Raises:
        SpendSenseError: naming the item, its state and what can be said of it instead; or the word
            that is missing.
    """
    action = ACTIONS[request.action]
    operator = PIPELINE if action.is_of_pipeline else require_operator(request.operator)
    reason, text = require_words(request.action, reason=request.reason, text=request.text)
    if item.is_without_consent:
        raise without_consent(request.user_id, about=request.recommendation_id)
    if item.state not in action.begins:
        raise SpendSenseError(
            problem=(
                f"{request.recommendation_id} of {request.user_id} is {_in_words(item)}, so it"
                f" cannot be {action.done}"
            ),
            remedy=_instead(item),
        )
    if request.seen is not None and request.seen != Seen(item.state, item.at):
        raise SpendSenseError(
            problem=(
                f"{request.recommendation_id} of {request.user_id} has changed since it was read:"
                f" it is {_in_words(item)}"
            ),
            remedy="read it again, then say what holds",
        )
    if decision is not None and decision.decided_at >= at:
        raise SpendSenseError(
            problem=(
                f"the clock says {at:%Y-%m-%d %H:%M:%S} UTC, which is before {request.user_id}"
                f" gave consent ({decision.decided_at:%Y-%m-%d %H:%M:%S} UTC)"
            ),
            remedy="set the clock of this machine, then say it again",
        )
    return Entry(
        at.astimezone(dt.UTC),
        operator,
        request.recommendation_id,
        request.user_id,
        request.content_id,
        item.state,
        action.ends,
        reason,
        text,
        occasion.as_of,
        occasion.dataset_id,
        occasion.published_at.astimezone(dt.UTC),
    )


def without_consent(user_id: str, *, about: str) -> SpendSenseError:
    """The error that says a person took consent back.

    Args:
        user_id: the person.
        about: what was asked for.

    Returns:
        The error, to raise.
    """
    return SpendSenseError(
        problem=f"{user_id} has withdrawn consent: {about} is neither shown nor reviewed",
        remedy=f"if that was a mistake: spendsense consent grant {user_id}",
    )


def _one_line(name: str, text: str) -> str:
    """The text without space around it; the log is read in terminals, and by the line."""
    text = text.strip()
    if not text.isprintable():
        raise SpendSenseError(
            problem=f"{name} must be one line of printable text; it is {text!r}",
            remedy="leave out line breaks and control characters",
        )
    return text


def _in_words(item: ItemState) -> str:
    state = "recalled" if item.is_final and item.state != "rejected" else item.state
    who = f" by {item.operator}" if item.operator else ""
    when = f" since {item.at:%Y-%m-%d %H:%M} UTC" if item.at else ""
    return f"{state}{who}{when}"


def _instead(item: ItemState) -> str:
    if item.is_final:
        return "that is final for this text; another text is another item"
    verbs = allowed(item)
    return f"what can be said of it is {' or '.join(verbs)}"
