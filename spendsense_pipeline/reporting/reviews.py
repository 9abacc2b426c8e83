"""One item in full, where every item of a dataset stands now, and how many a person is shown. What
is said is written by `review.log`; the queue is `review_queue`'s.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.recommendations.edits import render
from spendsense_pipeline.reporting.review_items import find_items
from spendsense_pipeline.reporting.reviewed import QueueItem, reviewed_now
from spendsense_pipeline.review.policy import unsaid
from spendsense_pipeline.review.standing import Standing, standing
from spendsense_pipeline.review.states import APPROVED, allowed

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.review.entries import Entry
    from spendsense_pipeline.settings import Settings


@dataclass(frozen=True)
class Shown:
    """An item as one window has it: figures differ, the item is the same.

    Attributes:
        rationale: as published.
        edited: as it reads with the words it was edited to; None without, or where one of the
            figures they cite is not known.
        because: the trace, and the features and rows cited; those an edit cites as well.
    """

    window_days: int
    rank: int
    rationale: str
    edited: str | None
    because: Any
    eligibility: Any
    status: str


@dataclass(frozen=True)
class ItemView:
    """One item in full.

    Attributes:
        item: what it is and the state it is in.
        body: its text, in Markdown.
        disclosure: the sentence every item carries.
        windows: what each window says of it.
        text: the rationale template it was edited to; None as it was written.
        history: who said what of it, oldest first.
        allowed: what can be said of it now.
    """

    item: QueueItem
    body: str
    disclosure: str
    catalog_version: str
    windows: tuple[Shown, ...]
    text: str | None
    history: tuple[Entry, ...]
    allowed: tuple[str, ...]


def view_item(published: DatasetReader, settings: Settings, beginning: str) -> ItemView:
    """One item in full.

    Args:
        published: the dataset.
        settings: where the log is.
        beginning: its id, or enough of it to tell which.

    Raises:
        SpendSenseError: there is no such item, or several, or the person has withdrawn consent.
    """
    [key] = find_items(published, settings, [beginning])
    reviewed = reviewed_now(published, settings)
    rows = published.rows(
        "select advised.*, content_items.body from recommendations as advised "
        "join content_items using (content_id) "
        "where advised.recommendation_id = $item_id order by advised.window_days",
        {"item_id": key.recommendation_id},
    )
    first = rows[0]
    state = reviewed.of(key.recommendation_id, key.user_id)
    edited = render(published.con, {key.recommendation_id: state.text} if state.text else {})
    windows = tuple(
        Shown(
            row["window_days"],
            row["rank"],
            row["rationale"],
            None if words is None else words.text,
            json.loads(row["because"] if words is None else words.because),
            json.loads(row["eligibility"]),
            row["status"],
        )
        for row in rows
        for words in (edited.get((key.recommendation_id, row["window_days"])),)
    )
    about = first | {
        "state": state.state,
        "windows": [shown.window_days for shown in windows],
        "rank": min(shown.rank for shown in windows),
    }
    return ItemView(
        item=reviewed.queued(about),
        body=first["body"],
        disclosure=first["disclosure"],
        catalog_version=first["catalog_version"],
        windows=windows,
        text=state.text,
        history=tuple(
            entry for entry in reviewed.entries if entry.recommendation_id == key.recommendation_id
        ),
        allowed=allowed(state),
    )


def standing_now(
    published: DatasetReader, settings: Settings, *, user_id: str | None = None
) -> Standing:
    """Where every item of a dataset stands now, whatever it said when it was published.

    Args:
        published: the dataset.
        settings: where the log is.
        user_id: only of this person's items; None: of everybody's.
    """
    reviewed = reviewed_now(published, settings)
    return standing(
        published.con,
        reviewed.states if user_id is None else reviewed.states_of(user_id),
        unsaid=unsaid(reviewed.policy, None).state,
        render=lambda templates: render(published.con, templates),
    )


def approved_count(published: DatasetReader, settings: Settings, user_id: str) -> int:
    """How many items a person is shown now.

    Args:
        published: the dataset.
        settings: where the log is.
        user_id: the person.
    """
    reviewed = reviewed_now(published, settings)
    rows = published.rows(
        "select distinct recommendation_id from recommendations where user_id = $user_id",
        {"user_id": user_id},
    )
    items = (reviewed.of(row["recommendation_id"], user_id) for row in rows)
    return sum(item.state == APPROVED for item in items)
