"""Tastes: what a population buys and at which prices, from the operator's controls, as tables.

Who buys it on which day is for `shopping`. A mix of purchases is tilted towards dearer or cheaper
kinds by a level; a ticket is what the merchant sells, whoever buys.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.controls import OperatorControls
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.habits import by_way_of_living
from spendsense_pipeline.generation.living.needs import days_between_visits, drawn_per_bought_of
from spendsense_pipeline.generation.living.tickets import mean_tickets, relative_prices
from spendsense_pipeline.generation.population import People
from spendsense_pipeline.generation.thresholds import Thresholds
from spendsense_pipeline.tables.raw import HOUSEHOLD_TYPES

TRAVEL_GROUP: Final = "travel"
TRIPS_MAX_SHARE: Final = 0.13
"""Of everyday dollars, what goes to planned trips at most."""
CASH_SHARE = 0.065
"""Of everyday dollars: 0.6 to 1.5 withdrawals a month of about $198 (Federal Reserve Payments Study
2021)."""
CASH_DRAWN_PER_FETCHED = 2.0
"""Trips to a machine are drawn so much oftener than they are made, as some people make most."""
BOUGHT_SHARE = 0.967
"""Of what people mean to buy, what they do: the rest is thought better of when the money is short,
or left out after a trip (measured: without it they bought so much less often than was asked)."""
REFUNDS_FACTOR = 1.5
"""The catalog's shares are of goods given back whole; half as many come back in part."""
GROUP_BITS: Final = 20
"""Bits of a draw that pick a group."""
TILTS: Final[Floats] = np.round(np.arange(-2.2, 1.2001, 0.05), 2)
"""Exponents of a kind's mean ticket that its share of purchases is multiplied by, by level."""
USUAL_LEVEL: Final = int(np.flatnonzero(TILTS == 0.0)[0])

# Engel's law, after spending by income quintile in the Consumer Expenditure Survey: who has three
# times as much to spend travels more than three times as dearly and drinks much the same coffee.
ELASTICITY: Final[dict[str, float]] = {
    "coffee": 0.3,
    "fast_food": 0.3,
    "fuel": 0.2,
    "transit": 0.3,
    "personal_care": 0.5,
    "shopping": 0.3,
    "cash_withdrawal": 0.5,
    "groceries": 0.6,
    "alcohol": 0.6,
    "pets": 0.6,
    "dining": 0.7,
    "health": 0.7,
    "auto_care": 0.7,
    "travel": 1.0,
}
USUAL_ELASTICITY = 0.9
LEAST_WAY_OUT = 0.4
"""Of the mean ticket: kinds cheaper than this are bought so much oftener by who has little as one
that costs this; nobody lives on fast food because the rent is due."""
WAY_OUT: Final[dict[str, float]] = {"groceries": 0.4, "coffee": 0.55, "fuel": 0.6}
"""The same of what is needed, though in smaller baskets, and of what is cut first, whatever they
cost."""
LIKED_SHARE = 0.25
"""Purchases of the kinds a person likes best, which are drawn for them as any other is once; what
is only needed now and then, as fuel is, nobody likes best."""
COMES_TO: Final[dict[str, float]] = {
    "groceries": 1.04,
    "shopping": 1.12,
    "coffee": 0.88,
    "household": 0.8,
    "health": 0.8,
    "entertainment": 0.8,
    "personal_care": 0.78,
    "electronics": 0.88,
    "dining": 0.9,
    "gifts_and_donations": 0.9,
}
"""Of what is meant for a group, what is spent on it: the rest are visits that come too soon after
the last of their kind, and things too dear that day (measured over 900 people)."""
CROWDING_POWER: Final = 0.66
"""By how much that is more where more is asked of a group than usual: visits come too soon oftener
(.65 of what was meant of household things where 2.7 times the usual was asked for)."""
CROWDING_RANGE: Final = (0.3, 3.0)
USUAL_EVERYDAY_CENTS = 225_000
"""What a household in the middle has for everyday purchases in a month."""
MEANS_RANGE = (0.2, 2.0)
"""What a household has for a purchase, relative to the usual one, within reason."""
GROCERIES_GROUP: Final = "groceries"
GROCERIES_BY_HOUSEHOLD: Final[dict[str, float]] = {
    "single": 0.83,
    "couple": 1.05,
    "family": 1.27,
    "single_parent": 1.05,
    "shared": 0.83,
}
"""Of the usual basket of groceries: families, who have more to spend too, buy about twice as much
as who lives alone (USDA food plans 2025; BLS, Consumer Expenditure Survey 2023 by size)."""
_COUNT_ITERATIONS = 8


@dataclass(frozen=True)
class Tastes:
    """Tables for one set of controls; `G` spending groups, `T` tilts, 4096 equally likely draws."""

    purchases_per_month: float
    """Everyday purchases a usual user sets out for; what is needed rarely may come too soon."""
    usual_ticket_cents: float
    """Mean ticket at usual prices, whoever buys."""
    dollar_share: Floats
    """Share of each group in what each way of living spends, untilted: `[WAYS, G]`."""
    mean_ticket_cents: Floats
    """Mean ticket by way of living and tilt, rising: `[WAYS, T]`."""
    groups_on: tuple[tuple[Thresholds, ...], ...]
    """Groups by GROUP_BITS of a draw, by weekday and by month of the year: a row per way of living
    and tilt, see `row_of`."""
    busy_on: Floats
    """Of each weekday, purchases over those of a usual day: `[7]`."""
    busy_in: Floats
    """Of each month of the year, purchases over those of a usual one: `[12]`."""
    relative_price: Floats
    """Price by spread class and draw, relative to the merchant's median: `[S, 4096]`."""
    spread_class: Ints
    """Row of `relative_price` for each merchant."""
    refund_share: Floats
    """Share of purchases that are refunded: `[G]`."""
    elasticity: Floats
    """How prices paid grow with what a household has to spend: `[G]`, 1 = in proportion."""
    groceries: int
    """Number of the group of groceries."""
    wanted: Floats
    """Dollars of each group over those of a usual population, `[G]`."""

    def row_of(self, way: Ints, level: Ints) -> Ints:
        """Row in `groups_on`.

        Args:
            way: What somebody does without, one of the WAYS, `[N]`.
            level: Tilt of their mix, an index into TILTS, `[N]`.

        Returns:
            A row each, `[N]`.
        """
        return np.asarray(way * TILTS.size + level, dtype=np.int64)


def baskets(people: People, tastes: Tastes, relative: Floats) -> Floats:
    """What each household buys of each group at a time, relative to a usual one.

    Args:
        people: The shard's.
        tastes: What the population buys.
        relative: What a household has for a purchase, relative to a usual one, `[U]`.

    Returns:
        Factors, `[U, G]`.
    """
    factors = relative[:, np.newaxis] ** tastes.elasticity
    of_type = np.array([GROCERIES_BY_HOUSEHOLD[each] for each in HOUSEHOLD_TYPES])
    factors[:, tastes.groceries] *= of_type[people.household_type]
    return np.asarray(factors, dtype=np.float64)


class _Asked(NamedTuple):
    """The controls that tastes depend on, so that populations alike in them share the tables."""

    ratios: tuple[tuple[str, float], ...]
    seasonality: float
    volatility: float
    distribution: str
    purchases_per_month: float


def tastes_of(controls: OperatorControls, average: float, catalog: Catalog) -> Tastes:
    """Tables for a population's controls; populations alike in them share the tables.

    Args:
        controls: The operator's controls.
        average: `avg_transactions_per_month`: purchases per user and month before the multiplier.
        catalog: Where one may shop.

    Returns:
        The tables.
    """
    asked = _Asked(
        ratios=tuple(sorted(controls.category_spending_ratios.items())),
        seasonality=controls.seasonality,
        volatility=controls.transaction_volatility,
        distribution=controls.amount_distribution,
        purchases_per_month=average * controls.transaction_multiplier,
    )
    return _tastes(asked, catalog)


@functools.lru_cache(maxsize=8)
def _tastes(asked: _Asked, catalog: Catalog) -> Tastes:
    groups = catalog.spending_groups
    dollars = _group_dollars(dict(asked.ratios), catalog)
    dollars = dollars / _comes_to(dollars, catalog)
    dollars = dollars / dollars.sum()
    month_profile = groups.month_profile**asked.seasonality
    month_profile = month_profile / month_profile.mean(axis=1, keepdims=True)
    weekday_profile = groups.weekday_profile / groups.weekday_profile.mean(axis=1, keepdims=True)
    prices, spread_class = relative_prices(catalog, asked.volatility, asked.distribution)
    ticket = mean_tickets(catalog, prices, spread_class)
    elasticity = np.array([ELASTICITY.get(name, USUAL_ELASTICITY) for name in groups.names])
    # Relative to one another: who has twice as much for a purchase spends twice as much on it.
    elasticity = elasticity / np.average(elasticity, weights=np.maximum(dollars, 1e-9))
    counts = dollars / ticket
    for _ in range(_COUNT_ITERATIONS):
        counts = counts / counts.sum()
        # What a usual household has for a purchase decides how dear it buys each kind.
        usual = asked.purchases_per_month * (counts * ticket).sum()
        means = np.clip(USUAL_EVERYDAY_CENTS / usual, *MEANS_RANGE)
        counts = dollars / (ticket * means**elasticity)
    counts = counts / counts.sum()
    # What is needed now and then is drawn oftener, as some draws of it come to nothing.
    drawn_per_bought = drawn_per_bought_of(counts, asked.purchases_per_month, catalog)
    drawn_per_bought[groups.cash] = CASH_DRAWN_PER_FETCHED
    purchases_drawn = asked.purchases_per_month / BOUGHT_SHARE * float(counts @ drawn_per_bought)
    counts = counts * drawn_per_bought * _instead_of_liked(counts, catalog)
    counts = counts / counts.sum()
    # Around the usual mix: a kind twice as dear as the mean is bought so much oftener or rarer.
    relative = np.maximum(ticket / (counts * ticket).sum(), LEAST_WAY_OUT)
    cheaper = relative.copy()
    for name, way_out in WAY_OUT.items():
        cheaper[groups.index(name)] = way_out
    is_cheaper = (TILTS < 0)[:, np.newaxis]
    tilted = counts * np.where(is_cheaper, cheaper, relative) ** TILTS[:, np.newaxis]
    tilted = tilted / tilted.sum(axis=1, keepdims=True)
    by_way = by_way_of_living(tilted, groups.names, tilted[USUAL_LEVEL])
    usual_dollars = by_way[:, USUAL_LEVEL] * ticket
    return Tastes(
        purchases_per_month=purchases_drawn,
        usual_ticket_cents=float(tilted[USUAL_LEVEL] @ ticket),
        dollar_share=usual_dollars / usual_dollars.sum(axis=1, keepdims=True),
        mean_ticket_cents=np.maximum.accumulate(by_way @ ticket, axis=1),
        groups_on=_groups_on(by_way.reshape(-1, ticket.size), weekday_profile.T, month_profile.T),
        busy_on=weekday_profile.T @ tilted[USUAL_LEVEL],
        busy_in=month_profile.T @ tilted[USUAL_LEVEL],
        relative_price=prices,
        spread_class=spread_class,
        refund_share=groups.refund_share * REFUNDS_FACTOR,
        elasticity=elasticity,
        groceries=groups.index(GROCERIES_GROUP),
        wanted=_wanted(dict(asked.ratios), catalog),
    )


def _instead_of_liked(share: Floats, catalog: Catalog) -> Floats:
    """How much oftener a group is drawn that is nobody's favourite: `[G]`, 1 for most."""
    return np.where(needed_groups(catalog), 1 / (1 - LIKED_SHARE * (1 - share)), 1.0)


def needed_groups(catalog: Catalog) -> Flags:
    """Groups that are bought when they are needed, and nobody's favourites: fuel, cash.

    Args:
        catalog: Where one may shop.

    Returns:
        `[G]`.
    """
    is_needed = days_between_visits(catalog) > 0
    is_needed[catalog.spending_groups.cash] = True
    return np.asarray(is_needed)


def _groups_on(
    group_share: Floats, by_weekday: Floats, by_month: Floats
) -> tuple[tuple[Thresholds, ...], ...]:
    """Groups by draw, by weekday and by month of the year.

    Args:
        group_share: Share of purchases of each group, a row per way of living and tilt: `[R, G]`.
        by_weekday: Purchases of each group by weekday, mean 1: `[7, G]`.
        by_month: Purchases of each group by month of the year, mean 1: `[12, G]`.
    """

    def on(weekday: Floats, month: Floats) -> Thresholds:
        edges = np.cumsum(group_share * weekday * month, axis=1)
        edges = np.rint(edges * ((1 << GROUP_BITS) / edges[:, -1:]))
        return Thresholds(edges.astype(np.int64), 1 << GROUP_BITS)

    return tuple(tuple(on(weekday, month) for month in by_month) for weekday in by_weekday)


def _wanted(ratios: dict[str, float], catalog: Catalog) -> Floats:
    """Dollars of each group over what they are at usual ratios: `[G]`, 1 for most."""
    usual = _group_dollars(OperatorControls().category_spending_ratios, catalog)
    asked = _group_dollars(ratios, catalog)
    return np.divide(asked, usual, out=np.zeros_like(asked), where=usual > 0)


def _comes_to(dollars: Floats, catalog: Catalog) -> Floats:
    """Of what is meant for each group, what is spent on it: `[G]` from shares of dollars, `[G]`."""
    usually = _group_dollars(OperatorControls().category_spending_ratios, catalog)
    times = np.clip(dollars / np.maximum(usually, 1e-9), *CROWDING_RANGE)
    comes = np.array([COMES_TO.get(name, 1.0) for name in catalog.spending_groups.names])
    return np.where(comes < 1, comes ** (times**CROWDING_POWER), comes)


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
    shares[groups.cash] = CASH_SHARE
    # Trips are planned (see `behaviours.trips`). What nobody can spend on a trip a month is bought
    # day by day.
    asked = ratios.get(groups.category[groups.index(TRAVEL_GROUP)], 0.0)
    shares[groups.index(TRAVEL_GROUP)] = max(asked - TRIPS_MAX_SHARE, 0.0)
    return shares
