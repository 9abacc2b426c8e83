"""When a purchase posts: so many business days after it, by what was bought how, for everybody."""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints
from spendsense_pipeline.generation.calendar import Calendar
from spendsense_pipeline.generation.catalog import Catalog, PostingClasses

PENDING_DAYS_MAX: Final = 5
"""No purchase is pending for longer."""
LAG_BITS: Final = 8
"""Bits of a draw that pick how long it takes."""


def posting_class(catalog: Catalog, merchant: Ints, is_online: Flags) -> Ints:
    """How each purchase posts.

    Args:
        catalog: The catalog.
        merchant: Row of its merchants, `[N]`.
        is_online: Whether it was bought online, `[N]`.

    Returns:
        Row of PostingClasses each, `[N]`.
    """
    groups, group = catalog.spending_groups, catalog.merchants.group[merchant]
    online, in_person = groups.online_posting_class[group], groups.posting_class[group]
    return np.where(is_online, online, in_person).astype(np.int64)


def posted_on(calendar: Calendar, classes: PostingClasses, of: Ints, day: Ints, draw: Ints) -> Ints:
    """The day each purchase posts, a business day; Saturday's post from Monday on.

    Args:
        calendar: Business days.
        classes: How long purchases take.
        of: Row of PostingClasses, `[N]`.
        day: Day of the purchase, `[N]`.
        draw: LAG_BITS bits of a draw, `[N]`.

    Returns:
        Days since the first of the calendar, `[N]`.
    """
    lags = classes.business_days_shares.shape[1]
    return _posting_days(calendar, lags, day)[_lags(classes)[of, draw], np.arange(day.size)]


class PostingDays:
    """When purchases of each day post, looked up once for a whole calendar."""

    def __init__(self, calendar: Calendar, catalog: Catalog) -> None:
        """Look up every day and every merchant.

        Args:
            calendar: Business days.
            catalog: Where one may buy, and how long purchases take.
        """
        classes = catalog.posting_classes
        lags = classes.business_days_shares.shape[1]
        # By day first: a day's is looked up at a time.
        self._posts = _posting_days(calendar, lags, np.arange(calendar.days)).T.copy()
        merchant = np.arange(catalog.merchants.group.size)
        self._class = np.stack(
            [
                posting_class(catalog, merchant, np.full(merchant.size, is_online))
                for is_online in (False, True)
            ]
        )
        self._lags = _lags(classes)

    def of(self, day: int, merchant: Ints, is_online: Flags, draw: Ints) -> Ints:
        """The day each purchase of a day posts.

        Args:
            day: The day.
            merchant: Row of the catalog's merchants, `[N]`.
            is_online: Whether it was bought online, `[N]`.
            draw: LAG_BITS bits of a draw, `[N]`.

        Returns:
            Days since the first of the calendar, `[N]`.
        """
        lag = self._lags[self._class[is_online.astype(np.int64), merchant], draw]
        return np.asarray(self._posts[day][lag], dtype=np.int64)


def _posting_days(calendar: Calendar, lags: int, day: Ints) -> Ints:
    """When purchases of each day post after 0, 1, 2, … business days: `[lags, N]`."""
    first = calendar.on_or_after(day).astype(np.int64)
    # Over a long weekend a purchase that takes long posts before it.
    latest = calendar.on_or_before(day + PENDING_DAYS_MAX)
    # Counted from the last day banks were open, or a weekend would take a day longer.
    posts = calendar.on_or_before(day).astype(np.int64)
    found = []
    for _ in range(lags):
        found.append(np.maximum(np.minimum(posts, latest), first))
        posts = calendar.on_or_after(posts + 1).astype(np.int64)
    return np.array(found)


@functools.lru_cache(maxsize=4)
def _lags(classes: PostingClasses) -> Ints:
    """Business days by class and draw: `[P, 256]`."""
    size = 1 << LAG_BITS
    edges = np.rint(np.cumsum(classes.business_days_shares, axis=1)[:, :-1] * size)
    return np.asarray((np.arange(size) >= edges[:, :, np.newaxis]).sum(axis=1), dtype=np.int64)
