"""What is bought when it is needed: how much oftener it is drawn than the last visit lets it be."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.catalog import Catalog, VisitKinds

MOST_OFTENER = 2.0
_DAYS_UNTIL_NEEDED: Final = 400
_HALVINGS: Final = 8


def drawn_per_bought_of(share: Floats, purchases_per_month: float, catalog: Catalog) -> Floats:
    """How often a group is drawn for every time it is bought.

    Args:
        share: Of purchases, `[G]`.
        purchases_per_month: Of a usual user.
        catalog: Knows which groups are bought now and then.

    Returns:
        `[G]`, 1 for most.
    """
    kinds, between = catalog.visit_kinds, days_between_visits(catalog)
    rests = np.maximum(between - 1, 0)
    a_day = share * purchases_per_month / DAYS_PER_MONTH
    # A day on which it is bought rules the next ones out: on the others it is drawn at all with
    # this chance, and so often on average.
    chance = np.minimum(
        a_day / np.maximum(1 - a_day * rests, 0.1), 1 - np.exp(-MOST_OFTENER * a_day)
    )
    often = -np.log1p(-np.minimum(chance, 0.99)) / np.maximum(a_day, 1e-9)
    often = np.where(rests > 0, np.clip(often, 1.0, MOST_OFTENER), 1.0)
    # What is needed the more the longer ago it was bought.
    for group in np.flatnonzero(between).tolist():
        kind = int(catalog.merchants.visit_kind[catalog.merchants.group == group].min())
        if kinds.half_needed_days[kind] > 0:
            often[group] = _oftener_needed(kinds, kind, float(a_day[group]))
    return often


def _oftener_needed(kinds: VisitKinds, kind: int, a_day: float) -> float:
    """How much oftener than it is bought something is drawn that is needed more and more."""
    days = np.arange(1, _DAYS_UNTIL_NEEDED)
    chance = kinds.chance(np.full(days.size, kind), days)
    wanted_days = 1 / max(a_day, 1 / _DAYS_UNTIL_NEEDED)
    least, most = 1.0, MOST_OFTENER
    for _ in range(_HALVINGS):
        often = (least + most) / 2
        # So many are still waiting after each day; together, the mean days from one to the next.
        waiting = np.exp(-np.cumsum(a_day * often * chance))
        is_too_rare = 1 + waiting.sum() > wanted_days
        least, most = (often, most) if is_too_rare else (least, often)
    return (least + most) / 2


def days_between_visits(catalog: Catalog) -> Ints:
    """Least days between two purchases of a group all of whose merchants are visited rarely.

    Args:
        catalog: Where one may shop.

    Returns:
        `[G]`, 0 for groups that are bought whenever one likes.
    """
    shops = catalog.merchants
    between = catalog.visit_kinds.days_between[shops.visit_kind]
    least = np.full(len(catalog.spending_groups), np.iinfo(np.int64).max)
    np.minimum.at(least, shops.group, between)
    return np.where(np.isin(np.arange(least.size), shops.group), least, 0)
