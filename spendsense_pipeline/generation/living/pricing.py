"""What a purchase costs: what the merchant sells at, for a household of that size and means."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.cents import above_least, below_largest
from spendsense_pipeline.generation.living.tastes import Tastes
from spendsense_pipeline.generation.price_endings import priced

SERVED: Final = ("coffee", "dining", "fast_food", "personal_care")
"""Groups that sell to one person at a time: a portion and a haircut have a least price, a basket of
groceries and a tank are as small as one likes."""
_ANYTHING_CENTS: Final = 1.0


class Prices:
    """Knows what merchants sell at, and how much households of a shard buy at a time."""

    def __init__(self, catalog: Catalog, tastes: Tastes, baskets: Floats) -> None:
        """Look up what does not change from day to day.

        Args:
            catalog: Where one may buy.
            tastes: What the population buys, and how prices spread.
            baskets: What a household buys of each group at a time, relative to the usual: `[U, G]`.
        """
        self._catalog, self._tastes, self._baskets = catalog, tastes, baskets
        groups, shops = catalog.spending_groups, catalog.merchants
        cheapest = tastes.relative_price.min(axis=1)[tastes.spread_class]
        is_served = np.isin(shops.group, [groups.index(name) for name in SERVED])
        self._least_cents = np.where(
            is_served, cheapest * shops.ticket_median_cents, _ANYTHING_CENTS
        )
        """The least that is sold at each merchant, however little somebody has: `[N]`."""

    def of(self, user: Ints, group: Ints, merchant: Ints, place: Ints, ending: Ints) -> Ints:
        """What merchants sell at, a dearer basket for who has more.

        Args:
            user: Who buys, `[N]`.
            group: Row of SpendingGroups, `[N]`.
            merchant: Row of the catalog's merchants, `[N]`.
            place: Where a price lies among the merchant's, `[K, N]`, for several it might be.
            ending: ENDING_BITS bits that decide how prices end, `[N]`.

        Returns:
            Cents, `[K, N]`.
        """
        shops, tastes = self._catalog.merchants, self._tastes
        relative = tastes.relative_price[tastes.spread_class[merchant], place]
        raw = relative * shops.ticket_median_cents[merchant] * self._baskets[user, group]
        raw = above_least(raw, self._least_cents[merchant])
        raw = below_largest(raw, shops.ticket_cap_cents[merchant])
        return priced(self._catalog, merchant, raw, ending)
