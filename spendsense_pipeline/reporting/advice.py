"""What one person is recommended, where each item stands, and what kept the other items away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.consent import read_decisions, withdrawn
from spendsense_pipeline.recommendations import catalogue_in_force
from spendsense_pipeline.recommendations.explaining import LeftOut, items_left_out
from spendsense_pipeline.reporting.reviews import standing_now
from spendsense_pipeline.reporting.users import find_user
from spendsense_pipeline.review.requests import without_consent
from spendsense_pipeline.review.standing import STANDING, create_standing

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings


@dataclass(frozen=True)
class Advised:
    """An item a person is recommended in a window.

    Attributes:
        state: where it stands now; only what is approved may be shown to the person.
        rationale: why, in the person's figures and the words that hold now.
        because: the trace, and the features and rows with the values cited.
        eligibility: each criterion with the person's value and the verdict.
    """

    recommendation_id: str
    window_days: int
    rank: int
    kind: str
    form: str
    content_id: str
    title: str
    body: str
    persona: str
    state: str
    rationale: str
    disclosure: str
    because: Any
    eligibility: Any


@dataclass(frozen=True)
class Shortfall:
    """That fewer items of a kind fit than a person should have."""

    window_days: int
    kind: str
    eligible_count: int
    least_count: int
    reason: str


@dataclass(frozen=True)
class Advice:
    """Everything about what one person is recommended.

    Attributes:
        user_id: the person.
        items: what is recommended, by window, kind and rank.
        shortfalls: where too little fits.
        left_out: what was written for the person's personas and is not recommended.
    """

    user_id: str
    items: tuple[Advised, ...]
    shortfalls: tuple[Shortfall, ...]
    left_out: tuple[LeftOut, ...]


def advice_of(published: DatasetReader, settings: Settings, user_id: str) -> Advice:
    """What a person is recommended, and why not the rest.

    Args:
        published: the dataset.
        settings: where the log and consent decisions are.
        user_id: the person.

    Raises:
        SpendSenseError: there is no such person, or nothing may be said of them without consent.
    """
    person = find_user(published, user_id)
    if user_id in withdrawn(read_decisions(settings)):
        raise without_consent(user_id, about="what is recommended")
    if person["consent_status"] != "granted":
        raise SpendSenseError(
            problem=f"{user_id} has not consented: nothing is recommended to them",
            remedy=f"if they do now: spendsense consent grant {user_id}, then the next refresh",
        )
    rows = published_items(published, settings, user_id)
    short = published.rows(
        "select window_days, kind, eligible_count, least_count, reason"
        " from recommendation_shortfalls where user_id = $user_id order by window_days, kind",
        {"user_id": user_id},
    )
    return Advice(
        user_id,
        rows,
        tuple(Shortfall(**row) for row in short),
        items_left_out(published.con, catalogue_in_force(published.resolved), user_id),
    )


def published_items(
    published: DatasetReader, settings: Settings, user_id: str
) -> tuple[Advised, ...]:
    """A person's items as they stand now.

    Args:
        published: the dataset.
        settings: where the log is.
        user_id: the person.
    """
    where = standing_now(published, settings, user_id=user_id)
    create_standing(published.con, where, user_id=user_id)
    rows = published.rows(
        f"""
        select item.recommendation_id, item.window_days, item.rank, item.kind, item.form,
          item.content_id, item.title, about.body, item.persona, now.state,
          coalesce(now.rationale, item.rationale) as rationale, item.disclosure,
          coalesce(now.because, item.because) as because, item.eligibility
        from recommendations as item
        join content_items as about using (content_id)
        join {STANDING} as now
          on now.recommendation_id = item.recommendation_id
          and now.window_days = item.window_days
        where item.user_id = $user_id
        order by item.window_days, item.kind, item.rank
        """,
        {"user_id": user_id},
    )
    return tuple(
        Advised(
            **row
            | {
                "because": json.loads(row["because"]),
                "eligibility": json.loads(row["eligibility"]),
            }
        )
        for row in rows
    )
