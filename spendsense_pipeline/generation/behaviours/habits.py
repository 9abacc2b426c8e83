"""Habits: the operator's volume and taste controls as lookup tables, one row of 4096 per situation.

What a population buys is decided here once; who buys it on which day is for `spending`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.controls import OperatorControls
from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.randomness import NORMAL_QUANTILES, choice_table
from spendsense_pipeline.generation.shops import TABLE_BITS, visited_shares

_TABLE_SIZE: Final = 1 << TABLE_BITS
CASH_GROUP: Final = "cash_withdrawal"
CASH_SHARE = 0.05
"""Of everyday dollars (DCPC: cash is 16 % of payments by number, small by value)."""
TAIL_GROUPS = ("coffee", "fast_food")
"""What a household that has run out still buys before payday."""
REFUNDS_BY_DEBIT_FACTOR = 1.7
"""Only debit purchases of cushioned households are refunded, so they are more often."""
PURCHASES_SHARING_A_BUDGET = 0.5
"""Of a month's purchases, how many others a purchase shares a budget with on average: debit
purchases share a month or less, card purchases a billing cycle."""
# The default volatility of 0.3 leaves the catalog's spread of prices as it is; 0 halves it.
_SPREAD_AT_REST, _SPREAD_PER_VOLATILITY = 0.45, 1.5
_TICKET_PLACES = 256
"""Places of the 4096 at which tickets are averaged; all of them move a count by 0.5 % at most."""
_COUNT_ITERATIONS = 12
"""Each gains about a digit and a half: after twelve the counts no longer move."""


# Engel's law, after spending by income quintile in the Consumer Expenditure Survey: who has three
# times as much to spend travels more than three times as dearly and drinks much the same coffee.
ELASTICITY: Final[dict[str, float]] = {
    "coffee": 0.4,
    "fast_food": 0.4,
    "fuel": 0.55,
    "transit": 0.6,
    "personal_care": 0.6,
    "cash_withdrawal": 0.6,
    "groceries": 0.7,
    "alcohol": 0.7,
    "pets": 0.7,
    "dining": 0.8,
    "health": 0.8,
    "auto_care": 0.8,
    "household": 1.1,
    "electronics": 1.1,
    "gifts_and_donations": 1.1,
    "travel": 1.2,
}
_PRICE_BOUNDS_SIGMA = (-2.8, 2.4)
"""Prices further out than this are nobody's haircut."""
_GAMMA_VARIATION = 0.7
"""A gamma shape as wide as the log-normal's has nearly its skewness; this keeps them apart."""


@dataclass(frozen=True)
class Habits:
    """Lookup tables for one set of controls; `G` spending groups, 4096 equally likely entries."""

    purchases_per_month: float
    """Everyday purchases of a usual user."""
    group_table: Ints
    """Group by weekday, month of the year and draw: `[7, 12, 4096]`."""
    tail_table: Ints
    """Group by draw, for a household that has run out: `[4096]`."""
    relative_price: Floats
    """Price by spread class and draw, relative to the merchant's median: `[S, 4096]`."""
    spread_class: Ints
    """Row of `relative_price` for each merchant."""
    season: Floats
    """Spending by month of the year, mean 1: `[12]`."""
    weekday: Floats
    """Purchases by weekday, mean 1: `[7]`."""
    refund_share: Floats
    """Share of refundable purchases that are refunded: `[G]`."""
    mean_refund_share: float
    """The same over all groups, by dollars."""
    mean_ticket_cents: float
    """Mean price of a purchase before any budget scales it."""
    elasticity: Floats
    """How prices paid grow with what a household has to spend: `[G]`, 1 = in proportion."""


class _Tastes(NamedTuple):
    """The controls that habits depend on, so that populations alike in them share the tables."""

    ratios: tuple[tuple[str, float], ...]
    seasonality: float
    volatility: float
    distribution: str
    purchases_per_month: float


def habits_of(controls: OperatorControls, average: float, catalog: Catalog) -> Habits:
    """Lookup tables for a population's controls; populations alike in them share the tables.

    Args:
        controls: The operator's controls.
        average: `avg_transactions_per_month`: purchases per user and month before the multiplier.
        catalog: Where one may shop.

    Returns:
        The tables, over `G` spending groups and 4096 equally likely draws.
    """
    tastes = _Tastes(
        ratios=tuple(sorted(controls.category_spending_ratios.items())),
        seasonality=controls.seasonality,
        volatility=controls.transaction_volatility,
        distribution=controls.amount_distribution,
        purchases_per_month=average * controls.transaction_multiplier,
    )
    return _habits(tastes, catalog)


@functools.lru_cache(maxsize=8)
def _habits(tastes: _Tastes, catalog: Catalog) -> Habits:
    groups, shops = catalog.spending_groups, catalog.merchants
    dollars = _group_dollars(dict(tastes.ratios), catalog)
    month_profile = groups.month_profile**tastes.seasonality
    month_profile = month_profile / month_profile.mean(axis=1, keepdims=True)
    weekday_profile = groups.weekday_profile / groups.weekday_profile.mean(axis=1, keepdims=True)
    spreads, spread_class = np.unique(shops.ticket_sigma, return_inverse=True)
    widened = spreads * (_SPREAD_AT_REST + _SPREAD_PER_VOLATILITY * tastes.volatility)
    prices = np.array([_prices(float(spread), tastes.distribution) for spread in widened])
    tickets = _tickets(catalog, prices, spread_class)
    counts = _counts(dollars, tickets, tastes.purchases_per_month)
    by_day = (
        counts[:, np.newaxis, np.newaxis]
        * weekday_profile[:, :, np.newaxis]
        * month_profile[:, np.newaxis, :]
    )
    by_weekday = by_day.sum(axis=(0, 2))
    tail = np.where(np.isin(groups.names, TAIL_GROUPS), counts, 0.0)
    refunds = groups.refund_share * REFUNDS_BY_DEBIT_FACTOR
    season = (dollars[:, np.newaxis] * month_profile).sum(axis=0)
    return Habits(
        purchases_per_month=tastes.purchases_per_month,
        group_table=np.array(
            [
                [choice_table(by_day[:, weekday, month], TABLE_BITS) for month in range(12)]
                for weekday in range(7)
            ]
        ),
        tail_table=choice_table(tail if tail.sum() > 0 else counts, TABLE_BITS),
        relative_price=prices,
        spread_class=spread_class.astype(np.int64),
        season=season / season.mean(),
        weekday=by_weekday / by_weekday.mean(),
        refund_share=refunds,
        mean_refund_share=float(np.average(refunds, weights=dollars)),
        mean_ticket_cents=float((counts * tickets.mean(axis=1)).sum()),
        elasticity=np.array([ELASTICITY.get(name, 1.0) for name in groups.names]),
    )


def _group_dollars(ratios: dict[str, float], catalog: Catalog) -> Floats:
    """Share of everyday dollars of each catalog group, `[G]`: a category's ratio, split over its
    groups as the Consumer Expenditure Survey splits them."""
    groups = catalog.spending_groups
    survey = list(zip(groups.annual_cents.tolist(), groups.category, strict=True))
    total = {wanted: sum(usd for usd, of in survey if of == wanted) for wanted in ratios}
    shares = np.array(
        [
            ratios.get(of, 0.0) * usd / total[of] * (1 - CASH_SHARE) if of in total else 0.0
            for usd, of in survey
        ]
    )
    shares[groups.index(CASH_GROUP)] = CASH_SHARE
    return shares


def _tickets(catalog: Catalog, prices: Floats, spread_class: Ints) -> Floats:
    """Prices of each group at evenly likely places, over its merchants: `[G, Q]` cents."""
    shops = catalog.merchants
    tickets = np.ones((len(catalog.spending_groups.names), _TICKET_PLACES))
    places = prices[:, :: _TABLE_SIZE // _TICKET_PLACES]
    for group in range(tickets.shape[0]):
        rows = np.flatnonzero((shops.group == group) & (shops.weight > 0))
        if rows.size:
            each = shops.ticket_median_cents[rows, np.newaxis] * places[spread_class[rows]]
            each = np.minimum(each, shops.ticket_cap_cents[rows, np.newaxis])
            tickets[group] = np.average(each, axis=0, weights=visited_shares(catalog, rows))
    return tickets


def _counts(dollars: Floats, tickets: Floats, usual: float) -> Floats:
    """Share of purchases of each group that gives it its share of dollars: `[G]`.

    A budget is fixed, so a large purchase makes its neighbours smaller: a ticket t among others
    worth r counts t / (t + r) of the budget, not t / mean. Solved by fixed-point iteration.
    """
    counts = dollars / tickets.mean(axis=1)
    for _ in range(_COUNT_ITERATIONS):
        counts = counts / counts.sum()
        others = usual * PURCHASES_SHARING_A_BUDGET * (counts * tickets.mean(axis=1)).sum()
        part = (tickets / (tickets + others)).mean(axis=1)
        counts = dollars / part
    return np.asarray(counts / counts.sum(), dtype=np.float64)


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
