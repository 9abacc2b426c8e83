"""What a person's own page shows: their month, what is coming up, where they stand in plain words,
and what was approved for them; nothing that waits, was rejected or was withdrawn.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.plaid.categories import BENEFIT_INCOME_CODES, EARNED_INCOME_CODES
from spendsense_pipeline.reporting.advice import published_items
from spendsense_pipeline.reporting.balances import BILL_KINDS
from spendsense_pipeline.reporting.cash_flow import Flow, flow_between
from spendsense_pipeline.reporting.consent import GRANTED, consent_now
from spendsense_pipeline.reporting.person import read_trace
from spendsense_pipeline.reporting.tracing import trace_record
from spendsense_pipeline.review.states import APPROVED
from spendsense_pipeline.sql import QueryFolder
from spendsense_pipeline.tables.features import SHORT_WINDOW, WINDOWS

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.advice import Advised
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings

LOOKS_AHEAD_DAYS: Final = 31
"""A month: everything that comes monthly is in it once."""
_QUERIES = QueryFolder(__package__)


@dataclass(frozen=True)
class Expected:
    """A bill, a subscription or pay that is expected.

    Attributes:
        date: when.
        name: who is paid, or pays.
        kind: of the stream: `bill`, `subscription` or `income`.
        amount_usd: about how much, without a sign.
        is_money_in: whether it comes in.
        account_id: the account it was on last.
    """

    date: dt.date
    name: str
    kind: str
    amount_usd: Decimal
    is_money_in: bool
    account_id: str


@dataclass(frozen=True)
class WhereYouStand:
    """What a window says of a person, said to them: no label, no score.

    Attributes:
        window_days: the days looked at.
        plain: what shows, in a few words.
        explanation: the whole in a paragraph.
        reasons: what it rests on, a sentence each.
        would_change: what would have to be otherwise.
    """

    window_days: int
    plain: str
    explanation: str
    reasons: tuple[str, ...]
    would_change: str


@dataclass(frozen=True)
class ForYou:
    """An approved item in the words that hold now."""

    recommendation_id: str
    kind: str
    form: str
    title: str
    body: str
    """In Markdown."""
    rationale: str
    disclosure: str


@dataclass(frozen=True)
class OwnRoom:
    """What one person is shown; past `withheld` nothing, unless it is None.

    Attributes:
        user_id: whose page it is.
        name: theirs; None where nobody says, or nobody has that id.
        as_of: the day it is about.
        is_known: whether the dataset has such a person.
        consent_status: what they decided last; None of nobody.
        withheld: why nothing is shown, said to the person.
        flow: the last 30 days.
        next_payday: the first pay, pension or benefit expected; interest is none.
        coming_up: bills, subscriptions and pay expected, in order.
        stands: where they stand, the shorter window first.
        items: what was approved for them.
    """

    user_id: str
    name: str | None
    as_of: dt.date
    is_known: bool
    consent_status: str | None
    withheld: str | None
    flow: Flow | None = None
    next_payday: Expected | None = None
    coming_up: tuple[Expected, ...] = ()
    stands: tuple[WhereYouStand, ...] = ()
    items: tuple[ForYou, ...] = ()


def own_room(published: DatasetReader, settings: Settings, user_id: str) -> OwnRoom:
    """A person's own page. Of somebody unknown or without consent it says so, and nothing else.

    Args:
        published: the dataset.
        settings: where the review log and consent decisions are.
        user_id: the person.
    """
    as_of = published.dataset.as_of
    if not is_known(published, user_id):
        unknown = "Nobody of that id is in today's data."
        return OwnRoom(user_id, None, as_of, is_known=False, consent_status=None, withheld=unknown)
    consent = consent_now(published, settings, user_id)
    if consent.withheld:
        return OwnRoom(
            user_id,
            consent.name,
            as_of,
            is_known=True,
            consent_status=consent.status,
            withheld=_said_to_them(consent.status),
        )
    coming = _coming_up(published, user_id)
    return OwnRoom(
        user_id,
        consent.name,
        as_of,
        is_known=True,
        consent_status=consent.status,
        withheld=None,
        flow=flow_between(
            published, user_id, after=as_of - dt.timedelta(days=SHORT_WINDOW), through=as_of
        ),
        next_payday=next((each for each in coming if each.is_money_in), None),
        coming_up=coming,
        stands=tuple(_stands(published, user_id, window) for window in WINDOWS),
        items=_items(published, settings, user_id),
    )


def is_known(published: DatasetReader, user_id: str) -> bool:
    """Whether the dataset has a person of that id.

    Args:
        published: the dataset.
        user_id: the id.
    """
    [(count,)] = published.con.execute(
        "select count(*) from raw_users where user_id = $user_id", {"user_id": user_id}
    ).fetchall()
    return bool(count)


def _said_to_them(status: str) -> str:
    if status == GRANTED:
        return "You have agreed since this was made. What we can show you comes with the next run."
    return (
        "You have not agreed that we look at your money, so there is nothing to show: no figures,"
        " no patterns, no suggestions."
    )


def _coming_up(published: DatasetReader, user_id: str) -> tuple[Expected, ...]:
    as_of = published.dataset.as_of
    rows = published.rows(
        _QUERIES.text("coming_up.sql"),
        {
            "user_id": user_id,
            "as_of": as_of,
            "through": as_of + dt.timedelta(days=LOOKS_AHEAD_DAYS),
            "bills": list(BILL_KINDS),
            "pay": [*EARNED_INCOME_CODES, *BENEFIT_INCOME_CODES],
        },
    )
    return tuple(
        Expected(
            row["date"],
            row["name"],
            row["kind"],
            abs(row["amount_usd"]),
            row["amount_usd"] < 0,
            row["account_id"],
        )
        for row in rows
    )


def _stands(published: DatasetReader, user_id: str, window_days: int) -> WhereYouStand:
    trace = trace_record(read_trace(published, user_id, window_days))
    return WhereYouStand(
        window_days,
        trace.plain,
        trace.explanation,
        tuple(reason.text for reason in trace.reasons),
        trace.would_change,
    )


def _items(published: DatasetReader, settings: Settings, user_id: str) -> tuple[ForYou, ...]:
    """What is approved, each once, in the words of the shortest window it stands in."""
    approved: dict[str, Advised] = {}
    for item in published_items(published, settings, user_id):
        if item.state == APPROVED:
            approved.setdefault(item.recommendation_id, item)
    return tuple(
        ForYou(
            item.recommendation_id,
            item.kind,
            item.form,
            item.title,
            item.body,
            item.rationale,
            item.disclosure,
        )
        for item in approved.values()
    )
