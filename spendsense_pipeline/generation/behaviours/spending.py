"""Everyday purchases: how many, on which day, where, and at what price before the budget scales it.

Counts follow the volume controls, weekdays and seasons; prices follow the category. What a
household may spend is not decided here: `scaled_cents` brings the prices of a period to its budget.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from spendsense_pipeline.controls import OperatorControls
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.dealing import Flags
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.randomness import (
    NORMAL_QUANTILES,
    Floats,
    Ints,
    bits,
    choice_table,
    user_keys,
    words_each,
)
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

HIGH_SPENDER_FACTOR = 1.5
CASH_GROUP = "cash_withdrawal"
CASH_SHARE = 0.05
"""Of everyday dollars (DCPC: cash is 16 % of payments by number, small by value)."""
# What a household that has run out still buys before payday, how often and how small.
TAIL_GROUPS = ("coffee", "fast_food")
TAIL_COUNT_FACTOR = 0.12
TAIL_PRICE_FACTOR = 0.3
ACTIVE_COUNT_FACTOR = 1.55
FAVOURITE_SHARE = 0.87
FAVOURITES_PER_GROUP = 3
POPULARITY_EXPONENT = 1.15
"""Steepens the catalog's weights, so that merchants over all groups follow Zipf's law."""
_TABLE_BITS = 12
_TABLE = 1 << _TABLE_BITS
_LEVELS_PER_PURCHASE = 32
_TICKET_PLACES = 256
_COUNT_ITERATIONS = 12
PURCHASES_SHARING_A_BUDGET = 0.3
"""Of a month's purchases, how many others a purchase shares a budget with on average: debit
purchases share a month or less, card purchases a billing cycle."""
# Endings out of 256: whole dollars 20 %, .99 14 %, the rest as it comes (facts: 15-30 %, 8-20 %).
_WHOLE_DOLLARS, _NINETY_NINE = 51, 87
REFUND_DELAY_DAYS = (5, 12)
REFUNDS_BY_DEBIT_FACTOR = 1.7
"""Only debit purchases of cushioned households are refunded, so they are more often."""


@dataclass(frozen=True)
class Purchases:
    """Everyday purchases in order of user and day, one array entry each (`[N]`)."""

    user: Ints
    day: Ints
    """Day it happened."""
    settles: Ints
    """Day it posts."""
    serial: Ints
    """Number within the user's day."""
    merchant: Ints
    label: Ints
    weight: Ints
    """Price in cents before the budget scales it."""
    card: Ints
    """0 or 1: the user's first or second card; -1: debit card."""
    ending: Ints
    """0..255, decides the price ending."""
    is_cash: Flags
    refund_day: Ints
    """Day it is refunded in full, -1 for most."""

    def where(self, keep: Flags | Ints) -> Purchases:
        """The purchases selected by a mask or an order."""
        return Purchases(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Habits:
    """The operator's volume and taste controls as lookup tables."""

    group_table: Ints
    """Group by weekday, month of the year and 12 bits: `[7, 12, 4096]`."""
    tail_table: Ints
    merchant_table: Ints
    """Merchant by group and 12 bits: `[G, 4096]`."""
    price_cents: Floats
    """Price by spread class and 12 bits, relative to the merchant's median: `[S, 4096]`."""
    spread_class: Ints
    """Row of `price_cents` for each merchant."""
    season: Floats
    """Spending by month of the year, mean 1: `[12]`."""
    weekday: Floats
    """Purchases by weekday, mean 1: `[7]`."""
    refund_share: Floats
    """Share of dollars refunded, over all groups, as one number per group: `[G]`."""
    mean_refund_share: float


def habits(controls: OperatorControls, average: float, catalog: Catalog) -> Habits:
    """Lookup tables for these controls, made once per process and configuration. `average` is
    `avg_transactions_per_month`."""
    key = (
        tuple(sorted(controls.category_spending_ratios.items())),
        controls.seasonality,
        controls.transaction_volatility,
        controls.amount_distribution,
        usual_purchases(controls, average),
        tuple((row.name, row.category, row.popularity) for row in controls.custom_merchants),
    )
    return _habits(key, catalog)


@functools.lru_cache(maxsize=8)
def _habits(
    key: tuple[tuple[tuple[str, float], ...], float, float, str, float, object], catalog: Catalog
) -> Habits:
    ratios, seasonality, volatility, distribution, usual, _ = key
    groups, shops = catalog.spending_groups, catalog.merchants
    dollars = _group_dollars(dict(ratios), catalog)
    month_profile = groups.month_profile**seasonality
    month_profile = month_profile / month_profile.mean(axis=1, keepdims=True)
    weekday_profile = groups.weekday_profile / groups.weekday_profile.mean(axis=1, keepdims=True)
    spreads, spread_class = np.unique(shops.ticket_sigma, return_inverse=True)
    prices = np.array([_prices(s * (0.55 + 1.5 * volatility), distribution) for s in spreads])
    counts = _counts(dollars, _tickets(catalog, prices, spread_class), usual)
    by_day = (
        counts[:, np.newaxis, np.newaxis]
        * weekday_profile[:, :, np.newaxis]
        * month_profile[:, np.newaxis, :]
    )
    tail = np.where(np.isin(groups.names, TAIL_GROUPS), counts, 0.0)
    refunds = groups.refund_share * REFUNDS_BY_DEBIT_FACTOR
    season = (dollars[:, np.newaxis] * month_profile).sum(axis=0)
    return Habits(
        group_table=np.array(
            [
                [choice_table(by_day[:, weekday, month], _TABLE_BITS) for month in range(12)]
                for weekday in range(7)
            ]
        ),
        tail_table=choice_table(tail if tail.sum() > 0 else counts, _TABLE_BITS),
        merchant_table=np.array(
            [_merchant_row(catalog, group) for group in range(len(groups.names))]
        ),
        price_cents=prices,
        spread_class=spread_class.astype(np.int64),
        season=season / season.mean(),
        weekday=by_day.sum(axis=(0, 2)) / by_day.sum(axis=(0, 2)).mean(),
        refund_share=refunds,
        mean_refund_share=float(np.average(refunds, weights=dollars)),
    )


def _group_dollars(ratios: dict[str, float], catalog: Catalog) -> Floats:
    """Share of everyday dollars of each catalog group: a category's ratio, split over its groups as
    the Consumer Expenditure Survey splits them."""
    names, survey = catalog.spending_groups.names, catalog.spending_groups.annual_cents
    category = catalog.spending_groups.category
    total = {
        wanted: sum(usd for usd, of in zip(survey.tolist(), category, strict=True) if of == wanted)
        for wanted in ratios
    }
    shares = np.array(
        [
            ratios.get(of, 0.0) * usd / total[of] * (1 - CASH_SHARE) if of in total else 0.0
            for usd, of in zip(survey.tolist(), category, strict=True)
        ]
    )
    shares[names.index(CASH_GROUP)] = CASH_SHARE
    return shares


def usual_purchases(controls: OperatorControls, average: float) -> float:
    """Everyday purchases of a usual user in a month."""
    return average * controls.transaction_multiplier


def _tickets(catalog: Catalog, prices: Floats, spread_class: Ints) -> Floats:
    """Prices of each group at evenly likely places, over its merchants: `[G, Q]` cents."""
    shops = catalog.merchants
    tickets = np.ones((len(catalog.spending_groups.names), _TICKET_PLACES))
    places = prices[:, :: _TABLE // _TICKET_PLACES]
    for group in range(tickets.shape[0]):
        rows = np.flatnonzero((shops.group == group) & (shops.weight > 0))
        if rows.size:
            each = shops.ticket_median_cents[rows, np.newaxis] * places[spread_class[rows]]
            tickets[group] = np.average(each, axis=0, weights=shops.weight[rows])
    return tickets


def _counts(dollars: Floats, tickets: Floats, usual: float) -> Floats:
    """Share of purchases of each group that gives it its share of dollars.

    A budget is fixed, so a large purchase makes its neighbours smaller: a ticket t among others
    worth r counts t / (t + r) of the budget, not t / mean. Solved by fixed-point iteration.
    """
    counts = dollars / tickets.mean(axis=1)
    for _ in range(_COUNT_ITERATIONS):
        counts = counts / counts.sum()
        others = usual * PURCHASES_SHARING_A_BUDGET * (counts * tickets.mean(axis=1)).sum()
        part = (tickets / (tickets + others)).mean(axis=1)
        counts = dollars / part
    return counts / counts.sum()


def _merchant_row(catalog: Catalog, group: int) -> Ints:
    shops = catalog.merchants
    weight = np.where(shops.group == group, shops.weight**POPULARITY_EXPONENT, 0.0)
    return choice_table(weight if weight.sum() > 0 else np.ones_like(weight), _TABLE_BITS)


def _prices(sigma: float, distribution: str) -> Floats:
    """Prices around a median of 1, at 4096 evenly likely places."""
    normal = np.asarray(NORMAL_QUANTILES)
    if distribution == "lognormal":
        return np.exp(sigma * normal)
    variation = float(np.sqrt(np.exp(sigma**2) - 1))
    if distribution == "gamma":
        # Wilson and Hilferty 1931: the cube root of a gamma variate is nearly normal.
        shape = 1 / min(variation, 1.2) ** 2
        return np.maximum((1 - 1 / (9 * shape) + normal / (3 * shape**0.5)) ** 3, 0.02)
    return np.maximum(1 + min(variation, 0.45) * normal, 0.05)


def counts_per_day(world: World, known: Habits, is_tail: Flags) -> Ints:
    """How many purchases each user makes on each day, Poisson: `[U, D]`."""
    controls, calendar = world.resolved.controls, world.calendar
    usual = world.resolved.config.avg_transactions_per_month * controls.transaction_multiplier
    per_day = np.where(world.lives.is_high_spender, HIGH_SPENDER_FACTOR, 1.0) * usual / 30.4375
    shape = known.weekday[calendar.weekday] * known.season[calendar.month_of_year]
    rate = per_day[:, np.newaxis] * shape
    is_tight = (world.lives.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK)[:, np.newaxis]
    rate = np.where(
        is_tail, rate * TAIL_COUNT_FACTOR, np.where(is_tight, rate * ACTIVE_COUNT_FACTOR, rate)
    )
    level = np.rint(rate * _LEVELS_PER_PURCHASE).astype(np.int64)
    thresholds = _poisson_thresholds(int(level.max()) + 1)
    draw = bits(world.words("purchase_count", np.arange(world.days)), 40, 24)
    count = np.zeros(level.shape, dtype=np.int64)
    for column in thresholds.T:
        count += draw >= column[level]
    return count


@functools.lru_cache(maxsize=8)
def _poisson_thresholds(levels: int) -> Ints:
    """24-bit cumulative probabilities of a Poisson count by rate level: `[L, K]`."""
    rate = np.arange(levels) / _LEVELS_PER_PURCHASE
    most = int(rate[-1] + 8 * np.sqrt(rate[-1] + 1) + 4)
    term = np.exp(-rate)
    cumulative = term.copy()
    columns = [cumulative]
    for k in range(1, most):
        term = term * rate / k
        cumulative = cumulative + term
        columns.append(cumulative)
    table = np.rint(np.stack(columns, axis=1) * (1 << 24)).astype(np.int64)
    # No draw reaches the last column, so counts stay finite.
    table[:, -1] = 1 << 24
    return table


def purchases(
    world: World,
    known: Habits,
    catalog: Catalog,
    labels: Labels,
    is_tail: Flags,
    card_share: Floats,
) -> Purchases:
    """All purchases to the horizon. `card_share[U, 2]` is the part of spending each card takes."""
    count = counts_per_day(world, known, is_tail)
    user_day = np.repeat(np.arange(count.size), count.ravel())
    user, day = np.divmod(user_day, world.days)
    ends = np.cumsum(count.ravel())
    serial = np.arange(user_day.size) - np.repeat(ends - count.ravel(), count.ravel())
    word = words_each(world.keys("purchase")[user], day * 512 + serial)

    calendar, rhythm = world.calendar, world.lives.rhythm
    tail = is_tail[user, day]
    group = known.group_table[
        calendar.weekday[day], calendar.month_of_year[day], bits(word, 52, _TABLE_BITS)
    ]
    group = np.where(tail, known.tail_table[bits(word, 52, _TABLE_BITS)], group)
    cash = catalog.spending_groups.names.index(CASH_GROUP)
    is_tight = rhythm[user] == Rhythm.PAYCHECK_TO_PAYCHECK
    # Cash comes in twenties and would overshoot a budget that leaves nothing.
    group = np.where(is_tight & (group == cash), 0, group)
    merchant = _merchants(world, known, user, group, word)
    price = known.price_cents[known.spread_class[merchant], bits(word, 28, _TABLE_BITS)]
    weight = np.rint(price * catalog.merchants.ticket_median_cents[merchant])
    weight = np.where(tail, weight * TAIL_PRICE_FACTOR, weight)

    second = words_each(world.keys("purchase_settlement")[user], day * 512 + serial)
    pays_with = bits(second, 52, _TABLE_BITS) / _TABLE
    first_card, both = card_share[user, 0], card_share[user].sum(axis=1)
    card = np.where(pays_with < first_card, 0, np.where(pays_with < both, 1, -1))
    is_cash = group == cash
    card = np.where(is_cash | tail, -1, card)

    lag = np.array([0] * 4 + [1] * 7 + [2] * 5)[bits(second, 48, 4)]
    settles = np.where(lag == 0, day, calendar.on_or_after(day + lag))
    # A debit card posts overnight; it is what a household without a cushion pays with.
    settles = np.where(is_tight, day + np.minimum(lag, 1), settles)
    settles = np.where(is_cash, day, settles)

    refunded = bits(second, 32, 16) < (known.refund_share * (1 << 16))[group]
    refunded &= (card < 0) & (rhythm[user] == Rhythm.CUSHIONED)
    shortest, longest = REFUND_DELAY_DAYS
    delay = shortest + bits(second, 24, 8) % (longest - shortest + 1)
    is_online = bits(second, 12, 12) / _TABLE >= catalog.merchants.in_store_share[merchant]
    return Purchases(
        user=user,
        day=day,
        settles=settles.astype(np.int64),
        serial=serial,
        merchant=merchant,
        label=labels.shop(world, user, merchant, is_online),
        weight=np.maximum(weight, 1).astype(np.int64),
        card=card,
        ending=bits(second, 4, 8),
        is_cash=is_cash,
        refund_day=np.where(refunded, settles + delay, -1),
    )


def _merchants(world: World, known: Habits, user: Ints, group: Ints, word: Ints) -> Ints:
    """Mostly one of the user's favourites of the group, else any, both by popularity."""
    rank = np.searchsorted([0.7, 0.94], bits(word, 8, 8) / 256)
    is_favourite = bits(word, 16, 8) < FAVOURITE_SHARE * 256
    favourite = words_each(
        user_keys(world.seed, "favourite", world.lives.people.numbers)[user],
        group * FAVOURITES_PER_GROUP + rank,
    )
    pick = np.where(is_favourite, bits(favourite, 52, _TABLE_BITS), bits(word, 40, _TABLE_BITS))
    return known.merchant_table[group, pick]


def scaled_cents(
    weight: Ints, bucket: Ints, budget_cents: Ints, ending: Ints, is_cash: Flags
) -> Ints:
    """Prices in cents, scaled so that every bucket of purchases sums to its budget.

    `bucket[N]` is non-decreasing. Prices get their endings (.00, .99, cash in twenties); the
    largest purchase of the bucket takes up what that leaves, to the cent.
    """
    if weight.size == 0:
        return weight
    total = np.bincount(bucket, weights=weight.astype(np.float64), minlength=budget_cents.size)
    raw = weight * (budget_cents / np.maximum(total, 1.0))[bucket]
    cents = np.where(
        ending < _WHOLE_DOLLARS,
        np.rint(raw / 100) * 100,
        np.where(ending < _NINETY_NINE, np.rint((raw + 1) / 100) * 100 - 1, np.rint(raw)),
    )
    cents = np.where(raw < 300, np.rint(raw), cents)
    cents = np.where(is_cash, np.maximum(np.rint(raw / 2_000), 1) * 2_000, cents)
    cents = np.maximum(cents, 1).astype(np.int64)
    spent = np.bincount(bucket, weights=cents.astype(np.float64), minlength=budget_cents.size)
    starts = np.flatnonzero(np.diff(bucket, prepend=-1))
    ranked = np.where(is_cash, 0, cents)
    largest = np.repeat(
        np.maximum.reduceat(ranked, starts), np.diff(np.append(starts, bucket.size))
    )
    at = np.flatnonzero((ranked == largest) & ~is_cash)
    at = at[np.diff(bucket[at], prepend=-1) > 0]
    left = (budget_cents - spent.astype(np.int64))[bucket[at]]
    cents[at] = np.maximum(cents[at] + left, 1)
    return cents
