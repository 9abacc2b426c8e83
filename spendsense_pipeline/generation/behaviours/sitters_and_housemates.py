"""The same person again and again: sitters after an evening out, housemates for their half.

Who lives from paycheck to paycheck does without a sitter and pays a housemate in cash.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.acquaintances import HOUSEMATE, SITTER
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.behaviours.bill_kinds import FAMILIES
from spendsense_pipeline.generation.behaviours.homes import at_age, homes
from spendsense_pipeline.generation.behaviours.people_paid import sent_per_month, through_an_app
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import integers, normal, uniform, words_each
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import HOUSEHOLD_TYPES

SITTER_SHARE_FROM_AGE: Final = {19: 0.45, 42: 0.25, 50: 0.0}
"""Of families; the children of those from 50 on stay alone (judged)."""
SITTER_EVENINGS_PER_MONTH: Final = 1.4
"""An evening out every three weeks (judged)."""
SITTER_LEAST_INCOME_USD: Final = 4_000.0
"""Of a month: who earns less has a grandmother."""
SITTER_USD_PER_HOUR: Final = (16, 25)
"""Asked by sitters for one child and more (UrbanSitter and Care.com, rates of 2024: $18 to $24)."""
SITTER_HOURS: Final = (3, 6)
FRIDAY: Final = 4
EVENINGS_OUT: Final = 3
"""Friday to Sunday."""

BY_AN_APP_SHARE: Final = 0.7
"""Of people who share a flat, those who settle what it costs through an app (judged)."""
HALF_MEDIAN_USD: Final = 78.0
"""Half of electricity, internet and what is bought for the household, in a month (BLS, Consumer
Expenditure Survey 2023: $120 of electricity and gas and $60 of internet a household; judged)."""
HALF_SIGMA_BETWEEN, HALF_SIGMA_WITHIN = 0.3, 0.18
SETTLES_SHARE: Final = 0.85
"""Of months, those in which the two get to it; of the others the half comes with the next."""
SETTLES_ON: Final = (2, 15)
"""Days of the month between which they do."""
RECEIVES_SHARE: Final = 0.5
"""Of renters with a housemate, those on whose name the contracts are; owners always."""
_SERIAL: Final = BitFields(which=3, is_sitter=1)
_EVENINGS_MAX: Final = 4
"""Evenings with a sitter in a month at most: one of each weekend."""


def same_people_postings(world: World, labels: Labels) -> Postings:
    """What sitters are sent, and what housemates send each other; they post when banks are open.

    Args:
        world: The shard.
        labels: The lines of apps.

    Returns:
        A row per sum.
    """
    return Postings.joined([_sitters(world, labels), _housemates(world, labels)])


def has_sitter(world: World) -> Flags:
    """Families that have somebody look after the children now and then: `[U]`."""
    people = world.profiles.people
    share = at_age(people.age_years, SITTER_SHARE_FROM_AGE)
    has = uniform(world.words("sitter", 0)) < share
    has &= np.isin(people.household_type, [HOUSEHOLD_TYPES.index(name) for name in FAMILIES])
    has &= people.income_monthly_usd >= SITTER_LEAST_INCOME_USD
    return np.asarray(has & _takes_part(world))


def has_housemate(world: World) -> Flags:
    """Who settles with a housemate what a flat costs: `[U]`."""
    shares = world.profiles.people.household_type == HOUSEHOLD_TYPES.index("shared")
    shares &= uniform(world.words("housemate", 0)) < BY_AN_APP_SHARE
    return np.asarray(shares & _takes_part(world))


def _takes_part(world: World) -> Flags:
    is_tight = world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    return np.asarray((sent_per_month(world) > 0) & ~is_tight)


def _sitters(world: World, labels: Labels) -> Postings:
    calendar = world.calendar
    low, high = SITTER_USD_PER_HOUR
    per_hour = low + integers(world.words("sitter", 1), high - low + 1)
    month, which = np.divmod(np.arange(calendar.month_count * _EVENINGS_MAX), _EVENINGS_MAX)
    word = world.words("sitter_evening", np.arange(month.size))
    happens = uniform(word) < SITTER_EVENINGS_PER_MONTH / _EVENINGS_MAX
    user, at = np.nonzero(happens & has_sitter(world)[:, np.newaxis])
    keys = world.keys("sitter_hours")[user]
    when, long = (words_each(keys, 2 * at + part) for part in range(2))
    # The first Friday of the month, and the weekends after it.
    first = calendar.month_starts[month[at]]
    first = first + (FRIDAY - first - calendar.weekday[0]) % 7
    day = first + 7 * which[at] + integers(when, EVENINGS_OUT)
    shortest, longest = SITTER_HOURS
    half_hours = 2 * shortest + integers(long, 2 * (longest - shortest) + 1)
    cents = per_hour[user] * half_hours // 2 * 100
    serial = _SERIAL.pack(which=which[at], is_sitter=1).astype(np.int64)
    return _posted(world, labels, user, day, cents, serial, SITTER)


def _housemates(world: World, labels: Labels) -> Postings:
    calendar = world.calendar
    usual = HALF_MEDIAN_USD * np.exp(HALF_SIGMA_BETWEEN * normal(world.words("housemate", 1)))
    months = np.arange(calendar.month_count)
    settles = uniform(world.words("housemate_settles", months)) < SETTLES_SHARE
    user, month = np.nonzero(settles & has_housemate(world)[:, np.newaxis])
    keys = world.keys("housemate_half")[user]
    when, size = (words_each(keys, 2 * month + part) for part in range(2))
    first, last = SETTLES_ON
    day = calendar.month_starts[month] + first - 1 + integers(when, last - first + 1)
    of_months = np.where((month > 0) & ~settles[user, np.maximum(month - 1, 0)], 2, 1)
    usd: Floats = usual[user] * of_months * np.exp(HALF_SIGMA_WITHIN * normal(size))
    receives = homes(world).is_owner | (uniform(world.words("housemate", 2)) < RECEIVES_SHARE)
    cents = np.rint(usd * 100).astype(np.int64) * np.where(receives[user], -1, 1)
    return _posted(world, labels, user, day, cents, np.zeros_like(user), HOUSEMATE)


def _posted(
    world: World,
    labels: Labels,
    user: Ints,
    day: Ints,
    cents: Ints,
    serial: Ints,
    whom: int,
) -> Postings:
    keep = (day >= 0) & (day < world.days)
    user, day, cents, serial = user[keep], day[keep], cents[keep], serial[keep]
    parts = []
    for purpose, is_sent in ((Purpose.PAID_SAME, True), (Purpose.PAID_BY_SAME, False)):
        at = np.flatnonzero((cents > 0) == is_sent)
        label = through_an_app(world, labels, user[at], np.full(at.size, whom), is_sent=is_sent)
        parts.append(
            postings(
                user=user[at],
                slot=Slot.CHECKING,
                day=world.calendar.on_or_after(day[at]),
                authorized=day[at],
                cents=cents[at],
                label=label,
                purpose=purpose,
                serial=serial[at],
            )
        )
    return Postings.joined(parts)
