"""Which item of a dataset an id or the beginning of one means, and what the log needs to know of it
and of the dataset.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.consent import read_decisions, withdrawn
from spendsense_pipeline.review.requests import Occasion, without_consent

if TYPE_CHECKING:
    from spendsense_pipeline.publishing.publish import Dataset
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings

# Two ids of a million begin alike in six digits now and then, and a person can still type them.
FEWEST_DIGITS = 6
_BEGINNING = re.compile(rf"[0-9a-f]{{{FEWEST_DIGITS},32}}")
_CANDIDATES_NAMED = 5


@dataclass(frozen=True)
class ItemKey:
    """Which item, of whom, made from which entry of the catalogue."""

    recommendation_id: str
    user_id: str
    content_id: str


def find_items(
    published: DatasetReader, settings: Settings, beginnings: Iterable[str]
) -> list[ItemKey]:
    """The items that ids, or beginnings of ids, mean; each once, in the order they are named.

    Args:
        published: the dataset.
        settings: where consent decisions are.
        beginnings: of ids, each enough to tell which.

    Raises:
        SpendSenseError: there is no such item, or several, or the person has withdrawn consent.
    """
    gone = set(withdrawn(read_decisions(settings)))
    asked = [beginning.strip().lower() for beginning in beginnings]
    whole = _whole_ids(published, asked)
    found: dict[str, ItemKey] = {}
    for beginning in asked:
        key = whole.get(beginning) or _find_item(published, beginning)
        if key.user_id in gone:
            raise without_consent(key.user_id, about=key.recommendation_id)
        found[key.recommendation_id] = key
    return list(found.values())


def occasion_of(dataset: Dataset) -> Occasion:
    """The dataset, as the log names what something was said on."""
    return Occasion(dataset.as_of, dataset.dataset_id, dataset.published_at.replace(tzinfo=dt.UTC))


def _whole_ids(published: DatasetReader, asked: list[str]) -> dict[str, ItemKey]:
    """Those that are ids already, found at once: a page may name every item there is."""
    rows = published.rows(
        "select distinct recommendation_id, user_id, content_id from recommendations "
        "semi join (select unnest($asked::varchar[]) as recommendation_id) "
        "using (recommendation_id)",
        {"asked": asked},
    )
    return {row["recommendation_id"]: ItemKey(**row) for row in rows}


def _find_item(published: DatasetReader, beginning: str) -> ItemKey:
    if not _BEGINNING.fullmatch(beginning):
        raise SpendSenseError(
            problem=(
                f"{beginning!r} is no id of a recommendation: it must be its 32 digits (0-9, a-f)"
                f" or at least the first {FEWEST_DIGITS}"
            ),
            remedy="`spendsense review list` shows them",
        )
    rows = published.rows(
        "select distinct recommendation_id, user_id, content_id from recommendations "
        "where starts_with(recommendation_id, $beginning) order by recommendation_id",
        {"beginning": beginning},
    )
    if not rows:
        dataset = published.dataset
        raise SpendSenseError(
            problem=(
                f"there is no recommendation {beginning} in dataset {dataset.dataset_id} as of"
                f" {dataset.as_of}"
            ),
            remedy="`spendsense review list` shows those there are",
        )
    if len(rows) > 1:
        named = ", ".join(row["recommendation_id"] for row in rows[:_CANDIDATES_NAMED])
        more = f" and {len(rows) - _CANDIDATES_NAMED} more" * (len(rows) > _CANDIDATES_NAMED)
        raise SpendSenseError(
            problem=f"{beginning} begins {len(rows)} ids ({named}{more})",
            remedy="give more digits",
        )
    return ItemKey(**rows[0])
