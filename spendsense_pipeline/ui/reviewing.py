"""Saying something of items on a page: who says it is asked, what cannot be said is shown in the
log's own words, and what was said in those of the command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.operations.reviewing import Said, say
from spendsense_pipeline.reporting.wording import counted, moment
from spendsense_pipeline.review.requests import Seen
from spendsense_pipeline.review.states import APPROVED, EDITED, FLAGGED, REJECTED, WITHDRAWN
from spendsense_pipeline.ui.acting import require_name
from spendsense_pipeline.ui.markup import Markup, tag
from spendsense_pipeline.ui.panels import badge

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from spendsense_pipeline.reporting.reviewed import QueueItem
    from spendsense_pipeline.ui.room import Room

_KINDS: dict[str, str] = {
    APPROVED: "good",
    EDITED: "warn",
    FLAGGED: "warn",
    REJECTED: "bad",
    WITHDRAWN: "bad",
}
# A screen or two; all of them stand in the log.
_SENTENCES_SHOWN = 200


async def says(
    room: Room, action: str, items: Sequence[QueueItem], **words: str | None
) -> Said | None:
    """Say something of items as they were read: of all of them, or of none.

    Args:
        room: the server's.
        action: the verb.
        items: as the page shows them.
        words: `reason` or `text`, where the action needs one.

    Returns:
        What was said; None when somebody would not say who they are.

    Raises:
        SpendSenseError: what cannot be said and why; one of the items has changed, for one.
    """
    name = await require_name(room)
    if name is None:
        return None
    return await room.reading.work(
        lambda: say(
            room.settings,
            action,
            [item.recommendation_id for item in items],
            operator=name,
            seen={item.recommendation_id: Seen(item.state, item.at) for item in items},
            now=room.now,
            **words,
        )
    )


def what_was_said(said: Said) -> Markup:
    """What holds now, and of every item the command's sentence."""
    shown = said.sentences[:_SENTENCES_SHOWN]
    left = len(said.sentences) - len(shown)
    follows = tag("p", f"Next: {said.next_step}.")
    if len(said.sentences) == 1:
        body: tuple[Any, ...] = (tag("p", said.sentences[0]), follows)
    else:
        body = (
            tag("p", f"{counted(len(said.entries), 'item')}: {said.entries[0].to_state}."),
            follows,
            tag(
                "details",
                tag("summary", "Each of them"),
                tag("ul", *(tag("li", sentence) for sentence in shown)),
                tag("p", f"and {left:,} more, in the log.") if left else None,
            ),
        )
    return tag("div", *body, class_="remark good")


def what_was_refused(error: SpendSenseError) -> Markup:
    """Why something was not said, in the words of the command line."""
    return tag("div", *(tag("p", each) for each in error.problems), class_="remark bad")


def state_badge(state: str) -> Markup:
    """The state an item is in."""
    return badge(state, _KINDS.get(state, ""))


def by_whom(operator: str | None, at: dt.datetime | None, words: str | None) -> str:
    """Who brought it about, when and why; empty where nobody has said anything."""
    said = f"by {operator}" if operator else ""
    when = f"on {moment(at)}" if at else ""
    return ": ".join(filter(None, (" ".join(filter(None, (said, when))), words)))


def in_windows(windows: Sequence[int]) -> str:
    """The windows an item stands in."""
    return " and ".join(str(days) for days in windows) + " days"
