"""Tickets: how prices spread around what a merchant sells, and what they come to by group."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.cents import below_largest
from spendsense_pipeline.generation.randomness import NORMAL_QUANTILES
from spendsense_pipeline.generation.shops import FAVOURITE_SHARE, visited_weights

# The default volatility of 0.3 leaves the catalog's spread of prices as it is; 0 halves it.
_SPREAD_AT_REST, _SPREAD_PER_VOLATILITY = 0.45, 1.5
_PRICE_BOUNDS_SIGMA = (-2.2, 2.4)
"""Prices further out than this are nobody's haircut."""
_GAMMA_VARIATION = 0.7
"""A gamma shape as wide as the log-normal's has nearly its skewness; this keeps them apart."""


def relative_prices(catalog: Catalog, volatility: float, distribution: str) -> tuple[Floats, Ints]:
    """Prices around a merchant's median, for merchants whose prices spread alike.

    Args:
        catalog: Where one may shop.
        volatility: `transaction_volatility`.
        distribution: `amount_distribution`.

    Returns:
        4096 evenly likely prices around 1 by spread class, `[S, 4096]`, and the class of each
        merchant, `[N]`.
    """
    spreads, spread_class = np.unique(catalog.merchants.ticket_sigma, return_inverse=True)
    widened = spreads * (_SPREAD_AT_REST + _SPREAD_PER_VOLATILITY * volatility)
    prices = np.array([_prices(float(spread), distribution) for spread in widened])
    return prices, spread_class.astype(np.int64)


def mean_tickets(catalog: Catalog, prices: Floats, spread_class: Ints) -> Floats:
    """Mean ticket of each group, mostly at places one goes to again and again.

    Args:
        catalog: Where one may shop.
        prices: Relative to a merchant's median, by spread class: `[S, 4096]`.
        spread_class: Row of them for each merchant, `[N]`.

    Returns:
        Cents, `[G]`; none above a merchant's largest.
    """
    shops = catalog.merchants
    each = shops.ticket_median_cents[:, np.newaxis] * prices[spread_class]
    each = below_largest(each, shops.ticket_cap_cents[:, np.newaxis]).mean(axis=1)
    popularity = visited_weights(catalog)
    is_usual = catalog.visit_kinds.days_between[shops.visit_kind] == 0
    tickets = np.ones(len(catalog.spending_groups.names))
    for group in range(tickets.size):
        rows = (shops.group == group) & (shops.weight > 0)
        if rows.any():
            usual = rows & is_usual if (rows & is_usual).any() else rows
            anywhere, at_usual = (
                np.average(each[of], weights=popularity[of]) for of in (rows, usual)
            )
            tickets[group] = FAVOURITE_SHARE * at_usual + (1 - FAVOURITE_SHARE) * anywhere
    return tickets


def _prices(sigma: float, distribution: str) -> Floats:
    """Prices around a median of 1, at 4096 evenly likely places."""
    normal = np.clip(NORMAL_QUANTILES, *_PRICE_BOUNDS_SIGMA)
    if distribution == "lognormal":
        return np.asarray(np.exp(sigma * normal), dtype=np.float64)
    # A symmetric or nearly symmetric shape as wide as the log-normal would reach below zero: its
    # coefficient of variation is bounded, and so are its prices.
    variation = float(np.sqrt(np.exp(sigma**2) - 1))
    if distribution == "gamma":
        # Wilson and Hilferty 1931: the cube root of a gamma variate is nearly normal.
        shape = 1 / min(_GAMMA_VARIATION * variation, 1.0) ** 2
        cubed = (1 - 1 / (9 * shape) + normal / (3 * shape**0.5)) ** 3
        return np.asarray(np.maximum(cubed, 0.02), dtype=np.float64)
    return np.maximum(1 + min(variation, 0.45) * normal, 0.05)
