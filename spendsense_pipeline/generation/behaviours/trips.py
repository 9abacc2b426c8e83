"""Overnight trips: who goes where and when, and who is away from home on which day.

At most one trip a month, begun by the 21st and over within the month. How often somebody travels
follows from income.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Columns, Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import Band
from spendsense_pipeline.generation.behaviours.moves import plan_moves
from spendsense_pipeline.generation.calendar import Calendar
from spendsense_pipeline.generation.catalog import Places
from spendsense_pipeline.generation.places import distances_km
from spendsense_pipeline.generation.postings import NO_PLACE, Slot
from spendsense_pipeline.generation.randomness import uniform, words_each
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

# Gallup 2021: 38 % of adults flew in a year, 23 % once or twice, 7 % three or four times, 8 % more.
FLIGHTS_A_YEAR: Final = (0.0, 1.9, 4.0, 7.0)
"""Air trips of who never flies, flies now and then, often, and very often."""
FLYER_SHARES: Final = (0.28, 0.48, 0.13, 0.11)
DRIVES_A_YEAR: Final = (0.5, 3.6)
"""Trips by car of who travels least and most; about two a year on average (US Travel 2014)."""
USUAL_INCOME_USD: Final = 5_200.0
INCOME_FACTOR_BOUNDS: Final = (0.4, 1.6)
"""How much oftener the well-off travel, and how much less often those with little."""
FAMILY_VISIT_SHARE: Final = 0.38
"""Trips to the same relatives every time, with whom one stays (judged)."""
FLIGHT_KM_MIN, DRIVE_KM = 500.0, (90.0, 450.0)
NIGHTS_DRIVEN: Final = (0.45, 0.33, 0.14, 0.08)
"""Share of trips by car of 1, 2, 3 and 4 nights (SiteMinder 2025: 1.6 nights a stay)."""
NIGHTS_FLOWN: Final = (0.2, 0.32, 0.24, 0.12, 0.07, 0.03, 0.02)
"""The same by air, of 1 to 7 nights."""
LAST_START_DAY: Final = 21
DRAWS_PER_TRIP: Final = 16
"""Draws 0 to 4 of a trip decide where and when, those after what it costs."""
_MONTHS_AHEAD: Final = 3
"""Trips are known so many months past the plan, as their flights are bought before."""


@dataclass(frozen=True)
class Trips(Columns):
    """Trips in order of user and month, one array entry each (`[T]`)."""

    user: Ints
    month: Ints
    start: Ints
    """First day away, may lie outside the plan."""
    nights: Ints
    place: Ints
    is_flown: Flags
    sleeps_at_hotel: Flags
    """Not with relatives."""


def paying_slot(world: World) -> Ints:
    """The account that pays for travel: the first card if it is a low one, else checking: `[U]`."""
    has_low_card = world.profiles.card_band[:, 0] == Band.LOW
    return np.where(has_low_card, int(Slot.CARD_1), int(Slot.CHECKING)).astype(np.int64)


def plan_trips(
    world: World,
    places: Places,
    slot: Ints,
    rate_factor: float = 1.0,
    books: Flags | None = None,
) -> Trips:
    """Every trip that begins or is booked within the plan.

    Args:
        world: The shard.
        places: The catalog's places.
        slot: The account that pays for travel, `[U]`.
        rate_factor: How much oftener than usual people travel.
        books: Who has enough for flights and hotels, `[U]`; everybody if left out.

    Returns:
        The trips, `[T]`.
    """
    calendar, people = world.calendar, world.profiles.people
    months = np.arange(calendar.month_count + _MONTHS_AHEAD)
    income = people.income_monthly_usd / USUAL_INCOME_USD
    often = rate_factor * np.clip(income, *INCOME_FACTOR_BOUNDS)
    # Who has no cushion in the account that would pay books no flights or hotels, and drives to
    # relatives instead.
    rhythm = world.profiles.rhythm
    is_tight = (rhythm != Rhythm.CUSHIONED) & (
        (rhythm == Rhythm.PAYCHECK_TO_PAYCHECK) | (slot == Slot.CHECKING)
    )
    if books is not None:
        is_tight |= ~books
    taste = uniform(world.words("traveller", np.arange(2)))
    flyer = np.searchsorted(np.cumsum(FLYER_SHARES)[:-1], taste[:, 0], side="right")
    flights = np.where(is_tight, 0.0, np.array(FLIGHTS_A_YEAR)[flyer] * often)
    least, most = DRIVES_A_YEAR
    drives = (least + (most - least) * taste[:, 1]) * np.where(is_tight, rate_factor, often)

    month_of_year = (calendar.month_of_year[0] + months) % 12
    season = _SEASON[month_of_year]
    word = world.words("trip", months * DRAWS_PER_TRIP)
    flown = flights[:, np.newaxis] / 12 * season
    driven = drives[:, np.newaxis] / 12 * season
    draw = uniform(word)
    user, month = np.nonzero(draw < np.minimum(flown + driven, 0.9))
    is_flown = draw[user, month] < np.minimum(flown, 0.9)[user, month]

    def drawn(number: int) -> Floats:
        keys = world.keys("trip")[user]
        return uniform(words_each(keys, month * DRAWS_PER_TRIP + number))

    nights = 1 + np.where(
        is_flown,
        np.searchsorted(np.cumsum(NIGHTS_FLOWN)[:-1], drawn(1), side="right"),
        np.searchsorted(np.cumsum(NIGHTS_DRIVEN)[:-1], drawn(1), side="right"),
    )
    visits_family = is_tight[user] | (drawn(2) < FAMILY_VISIT_SHARE)
    family = uniform(world.words("relatives", np.arange(2)))
    where = np.where(visits_family, family[user, is_flown.astype(np.int64)], drawn(3))
    start = calendar.clamp_day(0, 1) + _month_offsets(calendar, months)[month]
    start = (start + (drawn(4) * LAST_START_DAY)).astype(np.int64)
    moves = plan_moves(world, places)
    home = moves.homes(user, start)
    place = _destinations(places, home, is_flown, where)
    # Relatives stay where they are when somebody moves, as long as one travels there like that.
    at = np.flatnonzero(visits_family & moves.has_moved(user, start))
    relatives = _destinations(places, moves.from_place[user[at]], is_flown[at], where[at])
    is_reached = _reached(places)[is_flown[at].astype(np.int64), home[at], relatives]
    place[at] = np.where(is_reached, relatives, place[at])
    trips = Trips(
        user=user,
        month=month,
        start=start,
        nights=nights.astype(np.int64),
        place=place,
        is_flown=is_flown,
        sleeps_at_hotel=~visits_family,
    )
    return trips.where(place != NO_PLACE)


_SEASON: Final[Floats] = np.array(
    [0.75, 0.8, 1.05, 0.95, 1.05, 1.2, 1.35, 1.15, 0.85, 0.9, 1.0, 0.95]
)
"""Trips by month of the year, mean 1 (AAA and TSA counts: summer, and the holidays; judged)."""


def _month_offsets(calendar: Calendar, months: Ints) -> Ints:
    """Days from the first of the first month to the first of each: `[M]`."""
    first = calendar.dates[0].astype("datetime64[M]")
    starts = (first + months).astype("datetime64[D]")
    return np.asarray((starts - starts[0]).astype(np.int64), dtype=np.int64)


def _destinations(places: Places, home: Ints, is_flown: Flags, draw: Floats) -> Ints:
    """Where each trip leads, NO_PLACE if nothing is at the right distance: `[T]`."""
    cumulative = _cumulative_visitors(places)[is_flown.astype(np.int64), home]
    at = draw * cumulative[:, -1]
    place = (cumulative <= at[:, np.newaxis]).sum(axis=1)
    return np.where(cumulative[:, -1] > 0, place, NO_PLACE).astype(np.int64)


@functools.lru_cache(maxsize=4)
def _reached(places: Places) -> Flags:
    """Whether one may drive or fly from each place to each: `[2, N, N]`."""
    far = distances_km(places)
    nearest, farthest = DRIVE_KM
    # Nobody drives to an island.
    same_island = (far > 0) & (np.array(places.states) == "HI")
    return np.stack([(far >= nearest) & (far <= farthest) & ~same_island, far >= FLIGHT_KM_MIN])


@functools.lru_cache(maxsize=4)
def _cumulative_visitors(places: Places) -> Floats:
    """Visitors of the places one may drive or fly to from each, summed up: `[2, N, N]`."""
    return np.cumsum(np.where(_reached(places), places.visitor_weight, 0.0), axis=2)


class Stage(IntEnum):
    """What a day is to somebody."""

    HOME = 0
    LEAVING = 1
    """The first night away follows."""
    THERE = 2
    RETURNING = 3
    """The last night away was before."""


@dataclass(frozen=True)
class DaysAway:
    """Who is away when: `[U, D]` each."""

    place: Ints
    """Row of the places, the day of return included; NO_PLACE at home."""
    stage: Ints
    """One of `Stage`."""
    days: Ints
    """How many days the trip takes, 0 at home."""
    is_flown: Flags
    is_free: Flags
    """Nothing is booked: who lacks the money may stay at home."""


def days_away(world: World, trips: Trips) -> DaysAway:
    """What each day is to each user.

    Args:
        world: The shard.
        trips: The trips.

    Returns:
        Everybody's days.
    """
    days = trips.nights + 1
    trip = np.repeat(np.arange(trips.size), days)
    number = np.arange(trip.size) - np.repeat(np.cumsum(days) - days, days)
    user, day = trips.user[trip], trips.start[trip] + number
    stage = np.where(number == 0, Stage.LEAVING, Stage.THERE)
    stage = np.where(number == trips.nights[trip], Stage.RETURNING, stage)
    seen = world.calendar.contains(day)
    where = (user[seen], day[seen])
    trip = trip[seen]
    shape = (world.users, world.days)
    away = DaysAway(
        place=np.full(shape, NO_PLACE, dtype=np.int64),
        stage=np.full(shape, int(Stage.HOME), dtype=np.int64),
        days=np.zeros(shape, dtype=np.int64),
        is_flown=np.zeros(shape, dtype=np.bool_),
        is_free=np.zeros(shape, dtype=np.bool_),
    )
    away.place[where], away.stage[where] = trips.place[trip], stage[seen]
    away.days[where], away.is_flown[where] = days[trip], trips.is_flown[trip]
    away.is_free[where] = ~(trips.is_flown | trips.sleeps_at_hotel)[trip]
    return away
