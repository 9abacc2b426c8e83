"""The queue: what there is to review, counted by state, in pages."""

from __future__ import annotations

import datetime as dt
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.publishing.consent import withdrawn
from spendsense_pipeline.reporting.paging import one_of
from spendsense_pipeline.reporting.reviewed import QueueItem, reviewed_now
from spendsense_pipeline.reporting.users import find_user
from spendsense_pipeline.review.requests import without_consent
from spendsense_pipeline.review.states import STATES
from spendsense_pipeline.sql import QueryFolder, create_temporary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.review.policy import Policy
    from spendsense_pipeline.settings import Settings

_QUERIES = QueryFolder(__package__)
# What waits for somebody first, and a person's items together.
_IN_ORDER: Final = "list_position($order, state), len(user_id), user_id, rank, recommendation_id"


@dataclass(frozen=True, kw_only=True)
class ItemsOf:
    """Which items; a filter that is None is none.

    Attributes:
        user_id: whose.
        kind: `education` or `offer`.
        persona: key of the persona they speak to.
        content_id: entry of the catalogue they were made from.
    """

    user_id: str | None = None
    kind: str | None = None
    persona: str | None = None
    content_id: str | None = None


class Noted:
    """Which items a queue held and how each stood: eight bytes an item, whoever has them open."""

    def __init__(self, standings: Iterable[int]) -> None:
        self._standings = array("Q", sorted(standings))

    def __len__(self) -> int:
        return len(self._standings)

    def __contains__(self, standing: int) -> bool:
        at = bisect_left(self._standings, standing)
        return at < len(self) and self._standings[at] == standing


@dataclass(frozen=True)
class Queue:
    """What there is to review.

    Attributes:
        dataset_id: the published dataset.
        as_of: its day.
        policy: what an item is of which nobody has said anything.
        counts: items by state, of those asked for whatever their state.
        hidden: items of people who have withdrawn consent, which are in no other figure.
        items: those asked for, what waits for somebody first.
        found: how many there are of them; `items` may be the first few.
        noted: which they are and how they stand, where that was asked for.
    """

    dataset_id: str
    as_of: dt.date
    policy: Policy
    counts: dict[str, int]
    hidden: int
    items: tuple[QueueItem, ...]
    found: int
    noted: Noted | None = None


EVERY_ITEM = ItemsOf()


def review_queue(
    published: DatasetReader,
    settings: Settings,
    *,
    status: str | None = None,
    items: ItemsOf = EVERY_ITEM,
    limit: int | None = None,
    offset: int = 0,
    is_noted: bool = False,
    as_noted: Noted | None = None,
) -> Queue:
    """The items of a dataset by the state they are in.

    Args:
        published: the dataset.
        settings: where the log is.
        status: only items in this state.
        items: which items.
        limit: how many of them at most; None for all.
        offset: how many to pass over.
        is_noted: take note of all that are found.
        as_noted: of the items only those that stand as they stood when they were noted.

    Raises:
        SpendSenseError: there is no such state or person, or the person has withdrawn consent.
    """
    if status is not None:
        one_of("status", status, STATES)
    reviewed = reviewed_now(published, settings)
    gone = withdrawn(reviewed.decisions)
    if items.user_id is not None:
        find_user(published, items.user_id)
        if items.user_id in gone:
            raise without_consent(items.user_id, about="what is recommended")
    asked = {name: value for name, value in vars(items).items() if value is not None}
    chosen = "".join(f" and {name} = ${name}" for name in asked)
    create_temporary(
        published.con,
        "_review_queue",
        _QUERIES.text("review_queue.sql").replace("/* asked */", chosen),
        {**reviewed.parameters(), "withdrawn": gone, **asked},
    )
    counts = dict(
        published.con.execute("select state, count(*) from _review_queue group by state").fetchall()
    )
    return Queue(
        dataset_id=published.dataset.dataset_id,
        as_of=published.dataset.as_of,
        policy=reviewed.policy,
        counts={state: counts.get(state, 0) for state in STATES},
        hidden=_count_of(published, gone),
        items=tuple(
            reviewed.queued(row)
            for row in _page(published, status=status, limit=limit, offset=offset)
            if as_noted is None or row["standing"] in as_noted
        ),
        found=counts.get(status, 0) if status else sum(counts.values()),
        noted=_noted(published, status) if is_noted else None,
    )


def content_choices(published: DatasetReader) -> dict[str, str]:
    """The entries of the catalogue that somebody is recommended: id to title, by title.

    Args:
        published: the dataset.
    """
    rows = published.con.execute(
        "select content_id, any_value(title) from recommendations group by all order by 2, 1"
    ).fetchall()
    return dict(rows)


def _page(
    published: DatasetReader, *, status: str | None, limit: int | None, offset: int
) -> list[dict[str, Any]]:
    if limit == 0:
        return []
    create_temporary(
        published.con,
        "_review_page",
        f"select *, row_number() over (order by {_IN_ORDER}) as place from ("
        "select * from _review_queue where state = coalesce($status, state) "
        f"order by {_IN_ORDER} limit $limit offset $offset)",
        {"status": status, "order": list(STATES), "limit": limit, "offset": offset},
    )
    return published.rows(_QUERIES.text("review_page.sql"))


def _noted(published: DatasetReader, status: str | None) -> Noted:
    rows = published.con.execute(
        "select standing from _review_queue where state = coalesce($status, state)",
        {"status": status},
    ).fetchall()
    return Noted(standing for (standing,) in rows)


def _count_of(published: DatasetReader, users: list[str]) -> int:
    [(count,)] = published.con.execute(
        "select count(distinct recommendation_id) from recommendations "
        "where list_contains($users::varchar[], user_id)",
        {"users": users},
    ).fetchall()
    return int(count)
