"""Everyday purchases: how many, on which day, where, and at what price before the budget scales it.

Counts follow the volume controls, weekdays and seasons; prices follow the category. What a
household may spend is not decided here, but by its budget and its cards (see `cents.scaled_cents`).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.controls import HIGH_SPENDER_FACTOR
from spendsense_pipeline.generation.arrays import Columns, Flags, Floats, Ints, Words
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.behaviours.habits import CASH_GROUP, Habits
from spendsense_pipeline.generation.behaviours.trips import away_places, paying_slot, plan_trips
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.catalog import Catalog, Places
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.places import home_places, second_towns, where_bought
from spendsense_pipeline.generation.postings import NO_PLACE
from spendsense_pipeline.generation.randomness import bits, words_each
from spendsense_pipeline.generation.shops import (
    FAVOURITE_SHARE,
    TABLE_BITS,
    favourite_draws,
    shops_for,
)
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

# A household that lives from paycheck to paycheck: the days before payday on which it has run out
# (how often it buys, and how small) and the days on which it has money, which make up for them.
TAIL_COUNT_FACTOR = 0.12
TAIL_PRICE_FACTOR = 0.3
_MONTH_DAYS: Final = round(DAYS_PER_MONTH, 1)
ACTIVE_SHARE: Final[dict[Cadence, float]] = {
    Cadence.WEEKLY: 3 / 7,
    Cadence.BIWEEKLY: 7 / 14,
    Cadence.SEMIMONTHLY: 8 / (_MONTH_DAYS / 2),
    Cadence.MONTHLY: 17 / _MONTH_DAYS,
    Cadence.IRREGULAR: 1.0,
}
"""Part of a pay period with money in it, by cadence (see `budget.SPENDING_STRETCH_SHARE`)."""
# The first favourite gets 70 % of those purchases, the second 24 %: by 8 bits of a draw.
_FAVOURITE_RANK: Final[Ints] = np.searchsorted(np.array([0.7, 0.94]), np.arange(256) / 256)
_SETTLEMENT_DAYS: Final[Ints] = np.array([0] * 4 + [1] * 7 + [2] * 5, dtype=np.int64)
"""Days until a purchase posts, by 4 bits of a draw."""
REFUND_DELAY_DAYS = (5, 12)
_PURCHASE_NUMBER: Final = BitFields(day=16, serial=9)
"""Day of a purchase and which of the user's day: the number of its draws, so it never changes."""
_CHOICES: Final = BitFields(
    group=TABLE_BITS,
    merchant=TABLE_BITS,
    price=TABLE_BITS,
    spare=4,
    goes_to_favourite=8,
    favourite=8,
    spare_low=8,
)
"""What the first word of a purchase decides."""
_SETTLEMENT: Final = BitFields(
    pays_with=12, lag=4, is_refunded=16, refund_delay=8, channel=12, ending=8, spare=4
)
"""What its second word decides."""
_MEANS_BOUNDS = (0.2, 6.0)
"""What a household has for a purchase, relative to the mean price, within reason."""
_LEVELS_PER_PURCHASE = 32
"""Rates of purchases per day are told apart to this part of a purchase."""
_COUNT_BITS = 24


@dataclass(frozen=True)
class Purchases(Columns):
    """Everyday purchases in order of user and day, one array entry each (`[N]`)."""

    user: Ints
    day: Ints
    """Day it happened."""
    settles: Ints
    """Day it posts."""
    serial: Ints
    """Number within the user's day."""
    label: Ints
    place: Ints
    """Row of the catalog's places, NO_PLACE for what is bought online."""
    weight: Ints
    """Price in cents before the budget scales it."""
    card: Ints
    """0 or 1: the user's first or second card; -1: debit card."""
    ending: Ints
    """0..255, decides the price ending."""
    is_cash: Flags
    refund_day: Ints
    """Day it is refunded in full, -1 for most."""


def counts_per_day(world: World, habits: Habits, is_tail: Flags) -> Ints:
    """How many purchases each user makes on each day, Poisson around habits, weekday and season.

    Args:
        world: The shard.
        habits: The population's lookup tables.
        is_tail: Days on which the money has run out, `[U, D]`; they see few purchases.

    Returns:
        Purchases per (user, day), `[U, D]`.
    """
    calendar = world.calendar
    factor = np.where(world.profiles.is_high_spender, HIGH_SPENDER_FACTOR, 1.0)
    per_day = factor * habits.purchases_per_month / DAYS_PER_MONTH
    shape = habits.weekday[calendar.weekday] * habits.season[calendar.month_of_year]
    rate = per_day[:, np.newaxis] * shape
    tight = np.flatnonzero(world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK)
    by_cadence = np.array([ACTIVE_SHARE[cadence] for cadence in Cadence])
    active = by_cadence[world.profiles.cadence[tight]]
    make_up = (1 - (1 - active) * TAIL_COUNT_FACTOR) / active
    rate[tight] *= np.where(is_tail[tight], TAIL_COUNT_FACTOR, make_up[:, np.newaxis])
    level = np.rint(rate * _LEVELS_PER_PURCHASE).astype(np.int64)
    thresholds = _poisson_thresholds(int(level.max()) + 1)
    draw = bits(world.words("purchase_count", np.arange(world.days)), 40, _COUNT_BITS)
    # Levels side by side, each in a stretch of its own: one search counts the thresholds of all
    # lower levels and those of the row's own level that its draw has passed.
    levels, most = thresholds.shape
    edges = (thresholds + (np.arange(levels) << _COUNT_BITS)[:, np.newaxis]).ravel()
    passed = np.searchsorted(edges, (level << _COUNT_BITS) + draw, side="right")
    return np.asarray(passed - level * most, dtype=np.int64)


@functools.lru_cache(maxsize=8)
def _poisson_thresholds(levels: int) -> Ints:
    """24-bit cumulative probabilities of a Poisson count by rate level: `[L, K]`."""
    rate = np.arange(levels) / _LEVELS_PER_PURCHASE
    # Eight standard deviations up, where less is left than 24 bits can tell.
    most = int(rate[-1] + 8 * np.sqrt(rate[-1] + 1) + 4)
    term = np.exp(-rate)
    cumulative = term.copy()
    columns = [cumulative]
    for k in range(1, most):
        term = term * rate / k
        cumulative = cumulative + term
        columns.append(cumulative)
    table = np.rint(np.stack(columns, axis=1) * (1 << _COUNT_BITS)).astype(np.int64)
    # No draw reaches the last column, so counts stay finite.
    table[:, -1] = 1 << _COUNT_BITS
    return np.asarray(table, dtype=np.int64)


def plan_purchases(
    world: World,
    habits: Habits,
    labels: Labels,
    is_tail: Flags,
    card_share: Floats,
    everyday_usd: Floats,
) -> Purchases:
    """All purchases to the horizon: where, when, how paid, and the price before a budget scales it.

    Args:
        world: The shard.
        habits: The population's lookup tables.
        labels: Names of the merchants, and through them the catalog.
        is_tail: Days on which the money has run out, `[U, D]`.
        card_share: Part of spending that each card takes, `[U, 2]`.
        everyday_usd: What the user has for purchases in a usual month, `[U]`.

    Returns:
        Purchases in order of user and day, `[N]`.
    """
    user, day, serial = _moments(counts_per_day(world, habits, is_tail))
    number = _PURCHASE_NUMBER.pack(day=day, serial=serial)
    word = words_each(world.keys("purchase")[user], number)

    calendar, rhythm, groups = world.calendar, world.profiles.rhythm, labels.catalog.spending_groups
    tail = is_tail[user, day]
    place = _CHOICES.take(word, "group")
    by_day = habits.group_table[calendar.weekday[day], calendar.month_of_year[day], place]
    group = np.where(tail, habits.tail_table[place], by_day)
    cash = groups.index(CASH_GROUP)
    is_tight = (rhythm == Rhythm.PAYCHECK_TO_PAYCHECK)[user]
    # Cash comes in twenties and would overshoot a budget that leaves nothing.
    group = np.where(is_tight & (group == cash), 0, group)
    is_cash = group == cash
    town = _towns(world, labels.catalog.places, user, day, serial)
    merchant = _merchants(world, labels.catalog, user, day, town, group, word)
    price = habits.relative_price[habits.spread_class[merchant], _CHOICES.take(word, "price")]
    leaning = _leaning(world, habits, everyday_usd)[user, group]
    merchants = labels.catalog.merchants
    weight = np.rint(price * leaning * merchants.ticket_median_cents[merchant])
    weight = np.minimum(weight, merchants.ticket_cap_cents[merchant])
    weight = np.where(tail, weight * TAIL_PRICE_FACTOR, weight)

    second = words_each(world.keys("purchase_settlement")[user], number)
    pays_with = _share_drawn(second, "pays_with")
    both = card_share.sum(axis=1)
    card = np.where(pays_with < card_share[user, 0], 0, np.where(pays_with < both[user], 1, -1))
    card = np.where(is_cash | tail, -1, card)

    lag = _SETTLEMENT_DAYS[_SETTLEMENT.take(second, "lag")]
    settles = np.where(lag == 0, day, calendar.on_or_after(day + lag))
    # A debit card posts overnight; it is what a household without a cushion pays with.
    settles = np.where(is_tight, day + np.minimum(lag, 1), settles)
    settles = np.where(is_cash, day, settles)

    refunded = _share_drawn(second, "is_refunded") < habits.refund_share[group]
    refunded &= (card < 0) & (rhythm == Rhythm.CUSHIONED)[user]
    shortest, longest = REFUND_DELAY_DAYS
    delay = shortest + _SETTLEMENT.take(second, "refund_delay") % (longest - shortest + 1)
    is_online = _share_drawn(second, "channel") >= merchants.in_store_share[merchant]
    return Purchases(
        user=user,
        day=day,
        settles=settles.astype(np.int64, copy=False),
        serial=serial,
        label=labels.shop(merchant, is_online),
        place=np.where(is_online, NO_PLACE, town),
        weight=np.maximum(weight, 1).astype(np.int64),
        card=card,
        ending=_SETTLEMENT.take(second, "ending"),
        is_cash=is_cash,
        refund_day=np.where(refunded, settles + delay, -1),
    )


def _share_drawn(word: Words, field: str) -> Floats:
    """A field of the settlement word as a share in [0, 1): `[N]`."""
    return _SETTLEMENT.take(word, field) / _SETTLEMENT.size(field)


def _leaning(world: World, habits: Habits, everyday_usd: Floats) -> Floats:
    """What a household's means do to its prices of each group, beside scaling all: `[U, G]`."""
    factor = np.where(world.profiles.is_high_spender, HIGH_SPENDER_FACTOR, 1.0)
    usual_cents = factor * habits.purchases_per_month * habits.mean_ticket_cents
    means = np.clip(everyday_usd * 100 / usual_cents, *_MEANS_BOUNDS)
    return np.asarray(means[:, np.newaxis] ** (habits.elasticity - 1), dtype=np.float64)


def _moments(count: Ints) -> tuple[Ints, Ints, Ints]:
    """User, day and number within the day of each of `count[U, D]` purchases: `[N]` each."""
    users, days = count.shape
    each = count.ravel()
    user_day = np.repeat(np.arange(users * days), each)
    user = np.repeat(np.arange(users), count.sum(axis=1))
    first = np.cumsum(each) - each
    return user, user_day - user * days, np.arange(user_day.size) - first[user_day]


def _towns(world: World, places: Places, user: Ints, day: Ints, serial: Ints) -> Ints:
    """Where each purchase in person is made: at home, in the town of work or on a trip: `[N]`."""
    home = home_places(world, places)
    away = away_places(world, plan_trips(world, places, paying_slot(world)))
    return where_bought(world, home, second_towns(world, places, home), away, user, day, serial)


def _merchants(
    world: World, catalog: Catalog, user: Ints, day: Ints, town: Ints, group: Ints, word: Words
) -> Ints:
    """Mostly one of the user's favourites of the group, else any that serves the town: `[N]`."""
    shops = shops_for(catalog, world.resolved.history_start)
    rank = _FAVOURITE_RANK[_CHOICES.take(word, "favourite")]
    goes_to_favourite = _CHOICES.take(word, "goes_to_favourite") < FAVOURITE_SHARE * 256
    favourite = favourite_draws(world, len(catalog.spending_groups))[user, group, rank]
    state = catalog.places.state[town]
    at_home = state == catalog.places.state[home_places(world, catalog.places)][user]
    return np.where(
        goes_to_favourite & at_home,
        shops.favourites(state, group, day, favourite),
        shops.choose(state, group, day, _CHOICES.take(word, "merchant")),
    )
