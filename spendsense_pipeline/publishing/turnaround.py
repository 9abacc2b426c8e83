"""How long operators take to decide on what is recommended, from the log of what they said."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.review.states import PENDING, PIPELINE

if TYPE_CHECKING:
    from spendsense_pipeline.review.entries import Entry

SECONDS_PER_HOUR: Final = 3600


def median_hours(entries: Iterable[Entry], kinds: Mapping[str, str]) -> dict[str, float]:
    """Hours from the publication that showed an item to the first that an operator said of it.

    Args:
        entries: of the log, in order.
        kinds: kind of item, by content id; of other items nothing is counted.

    Returns:
        The median in hours, by kind; without the kinds of which nothing was said.
    """
    waited: dict[str, list[float]] = {}
    seen = set()
    for entry in entries:
        is_first = entry.recommendation_id not in seen
        seen.add(entry.recommendation_id)
        if not is_first or entry.from_state != PENDING or entry.operator == PIPELINE:
            continue
        if kind := kinds.get(entry.content_id):
            seconds = (entry.at - entry.published_at).total_seconds()
            waited.setdefault(kind, []).append(seconds / SECONDS_PER_HOUR)
    return {kind: statistics.median(hours) for kind, hours in sorted(waited.items())}
