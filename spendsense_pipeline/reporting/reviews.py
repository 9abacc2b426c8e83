"""What there is to review and what was said of it: the queue, and one item in full. What is said is
written by `review.log`.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.consent import Decision, read_decisions, withdrawn
from spendsense_pipeline.recommendations.edits import render
from spendsense_pipeline.reporting.person import find_user
from spendsense_pipeline.reporting.review_items import find_items
from spendsense_pipeline.review.log import read
from spendsense_pipeline.review.policy import Policy, state_of, unsaid
from spendsense_pipeline.review.requests import without_consent
from spendsense_pipeline.review.standing import Standing, standing
from spendsense_pipeline.review.states import APPROVED, STATES, ItemState, allowed, fold
from spendsense_pipeline.sql import QueryFolder

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.review.entries import Entry
    from spendsense_pipeline.settings import Settings

_QUERIES = QueryFolder(__package__)


@dataclass(frozen=True)
class QueueItem:
    """A recommendation and the state it is in."""

    recommendation_id: str
    user_id: str
    state: str
    kind: str
    form: str
    content_id: str
    title: str
    persona: str
    windows: tuple[int, ...]
    rank: int
    operator: str | None
    at: dt.datetime | None
    reason: str | None


@dataclass(frozen=True)
class Queue:
    """What there is to review.

    Attributes:
        dataset_id: the published dataset.
        as_of: its day.
        policy: what an item is of which nobody has said anything.
        counts: items by state, of everybody who consents (and is asked for).
        hidden: items of people who have withdrawn consent, which are in no other figure.
        items: those asked for, what waits for somebody first.
        found: how many there are of them; `items` may be the first few.
    """

    dataset_id: str
    as_of: dt.date
    policy: Policy
    counts: dict[str, int]
    hidden: int
    items: tuple[QueueItem, ...]
    found: int


@dataclass(frozen=True)
class Shown:
    """An item as one window has it: figures differ, the item is the same.

    Attributes:
        rationale: as published.
        edited: as it reads with the words it was edited to; None without, or where one of the
            figures they cite is not known.
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


@dataclass(frozen=True)
class _Reviewed:
    """What holds now, of a dataset."""

    entries: tuple[Entry, ...]
    decisions: dict[str, Decision]
    states: dict[str, ItemState]
    policy: Policy

    def of(self, item_id: str, user_id: str) -> ItemState:
        return state_of(
            item_id,
            user_id,
            states=self.states,
            decisions=self.decisions,
            policy=self.policy,
        )


def review_queue(
    published: DatasetReader,
    settings: Settings,
    *,
    status: str | None = None,
    user_id: str | None = None,
    limit: int | None = None,
) -> Queue:
    """The items of a dataset by the state they are in.

    Args:
        published: the dataset.
        settings: where the log is.
        status: only items in this state.
        user_id: only items of this person.
        limit: how many of them at most; None for all.

    Raises:
        SpendSenseError: there is no such state or person, or the person has withdrawn consent.
    """
    if status is not None and status not in STATES:
        raise SpendSenseError(
            problem=f"status must be one of {', '.join(STATES)}; it is {status!r}",
            remedy="choose one of those, or leave it out",
        )
    reviewed = _reviewed(published, settings)
    gone = withdrawn(reviewed.decisions)
    if user_id is not None:
        find_user(published, user_id)
        if user_id in gone:
            raise without_consent(user_id, about="what is recommended")
    parameters = {
        "item_ids": list(reviewed.states),
        "states": [item.state for item in reviewed.states.values()],
        "withdrawn": gone,
        "unsaid": unsaid(reviewed.policy, None).state,
    }
    published.con.execute(
        f"create or replace temp table _review_queue as\n{_QUERIES.text('review_queue.sql')}",
        parameters,
    )
    of_person = "user_id = coalesce($user_id, user_id)"
    counted = published.con.execute(
        f"select state, count(*) from _review_queue where {of_person} group by state",
        {"user_id": user_id},
    ).fetchall()
    counts = dict(counted)
    rows = published.rows(
        f"select * from _review_queue where {of_person} and state = coalesce($status, state) "
        "order by list_position($order, state), len(user_id), user_id, rank, recommendation_id "
        "limit $limit",
        {"user_id": user_id, "status": status, "order": list(STATES), "limit": limit},
    )
    return Queue(
        dataset_id=published.dataset.dataset_id,
        as_of=published.dataset.as_of,
        policy=reviewed.policy,
        counts={state: counts.get(state, 0) for state in STATES},
        hidden=_count_of(published, gone),
        items=tuple(_queue_item(row, reviewed) for row in rows),
        found=counts.get(status, 0) if status else sum(counts.values()),
    )


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
    reviewed = _reviewed(published, settings)
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
            words.text
            if (words := edited.get((key.recommendation_id, row["window_days"])))
            else None,
            json.loads(row["because"]),
            json.loads(row["eligibility"]),
            row["status"],
        )
        for row in rows
    )
    about = first | {
        "state": state.state,
        "windows": [shown.window_days for shown in windows],
        "rank": min(shown.rank for shown in windows),
    }
    return ItemView(
        item=_queue_item(about, reviewed),
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


def standing_now(published: DatasetReader, settings: Settings) -> Standing:
    """Where every item of a dataset stands now, whatever it said when it was published.

    Args:
        published: the dataset.
        settings: where the log is.
    """
    reviewed = _reviewed(published, settings)
    return standing(
        published.con,
        reviewed.states,
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
    reviewed = _reviewed(published, settings)
    rows = published.rows(
        "select distinct recommendation_id from recommendations where user_id = $user_id",
        {"user_id": user_id},
    )
    items = (reviewed.of(row["recommendation_id"], user_id) for row in rows)
    return sum(item.state == APPROVED for item in items)


def _reviewed(published: DatasetReader, settings: Settings) -> _Reviewed:
    entries, decisions = read(settings), read_decisions(settings)
    states = fold(entries, decisions, published.dataset.as_of)
    return _Reviewed(entries, decisions, states, published.resolved.controls.review_policy)


def _count_of(published: DatasetReader, users: list[str]) -> int:
    [(count,)] = published.con.execute(
        "select count(distinct recommendation_id) from recommendations "
        "where list_contains($users::varchar[], user_id)",
        {"users": users},
    ).fetchall()
    return int(count)


def _queue_item(row: dict[str, Any], reviewed: _Reviewed) -> QueueItem:
    state = reviewed.of(row["recommendation_id"], row["user_id"])
    return QueueItem(
        recommendation_id=row["recommendation_id"],
        user_id=row["user_id"],
        state=row["state"],
        kind=row["kind"],
        form=row["form"],
        content_id=row["content_id"],
        title=row["title"],
        persona=row["persona"],
        windows=tuple(row["windows"]),
        rank=row["rank"],
        operator=state.operator,
        at=state.at,
        reason=state.reason,
    )
