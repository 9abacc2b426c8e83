"""Where people live, where commuters work, and which branch of a chain each of them goes to.

A place decides only where people shop, never how much or what for.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.catalog import Places
from spendsense_pipeline.generation.postings import NO_PLACE
from spendsense_pipeline.generation.randomness import choose, integers, mix64, uniform, words_each
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import REGIONS

COMMUTER_SHARE: Final = 0.3
"""People who work in another town than they live in (ACS 2019: 27 % work outside their county)."""
COMMUTE_KM_MAX: Final = 60.0
SECOND_TOWN_SHARE: Final = (0.2, 0.04)
"""A commuter's purchases that are made in the town of work: Monday to Friday, and at weekends
(judged, so that with trips 1 to 15 % of rows with a city are away from home)."""
_EARTH_RADIUS_KM: Final = 6371.0
BRANCHES_PER_PLACE: Final = 16
"""Branches of one chain in one place at most; smaller places have fewer."""
_INHABITANTS_PER_BRANCH: Final = 60.0
"""Thousands; about how many people one branch of a large chain serves."""
_NEIGHBOURHOODS: Final = 64
_BRANCH: Final = BitFields(neighbourhood=6, merchant=13, place=12)
_NUMBERS: Final = 9_973
"""Prime, and more than there are branches, so that no number of a chain is given twice."""
_FIRST_NUMBER: Final = 100
_VISIT: Final = BitFields(day=16, serial=9)


def home_places(world: World, places: Places) -> Ints:
    """Home town of each person, by the inhabitants of their region's places.

    Args:
        world: The shard.
        places: The catalog's places.

    Returns:
        Row of the places per user, `[U]`.
    """
    people = world.profiles.people
    chosen = np.zeros(world.users, dtype=np.int64)
    word = world.words("place", 0)
    for code, region in enumerate(REGIONS):
        who, rows = people.region == code, places.by_region[region]
        chosen[who] = rows[choose(word[who], places.weight[rows])]
    return chosen


def second_towns(world: World, places: Places, home: Ints) -> Ints:
    """The town a commuter works in: near home, in the same state.

    Args:
        world: The shard.
        places: The catalog's places.
        home: Home town of each person, `[U]`.

    Returns:
        Row of the places per user, NO_PLACE for who does not commute, `[U]`.
    """
    draw = world.words("second_town", np.arange(2))
    cumulative = _cumulative_neighbours(places)[home]
    has_any = cumulative[:, -1] > 0
    at = uniform(draw[:, 1]) * cumulative[:, -1]
    town = (cumulative <= at[:, np.newaxis]).sum(axis=1)
    commutes = has_any & (uniform(draw[:, 0]) < COMMUTER_SHARE)
    return np.where(commutes, town, NO_PLACE).astype(np.int64)


def distances_km(places: Places) -> Floats:
    """Great-circle distances between all places: `[N, N]`."""
    return _distances_km(places)


@functools.lru_cache(maxsize=4)
def _distances_km(places: Places) -> Floats:
    north, east = np.radians(places.latitude), np.radians(places.longitude)
    chord = (
        np.sin((north[:, np.newaxis] - north) / 2) ** 2
        + np.cos(north[:, np.newaxis])
        * np.cos(north)
        * np.sin((east[:, np.newaxis] - east) / 2) ** 2
    )
    return np.asarray(2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(chord, 1))))


@functools.lru_cache(maxsize=4)
def _cumulative_neighbours(places: Places) -> Floats:
    """Inhabitants of the towns near each place, summed up along the row: `[N, N]`."""
    near = distances_km(places) <= COMMUTE_KM_MAX
    near &= places.state[:, np.newaxis] == places.state
    np.fill_diagonal(near, val=False)
    return np.asarray(np.cumsum(np.where(near, places.weight, 0.0), axis=1))


def where_bought(
    world: World, home: Ints, second: Ints, away: Ints, user: Ints, day: Ints, serial: Ints
) -> Ints:
    """The town a person is in when buying something.

    Args:
        world: The shard.
        home: Home town of each person, `[U]`.
        second: Town of work, NO_PLACE for most, `[U]`.
        away: Where a trip has led each person on each day, NO_PLACE at home, `[U, D]`.
        user: Index of the user within the shard, `[N]`.
        day: Day of the purchase, `[N]`.
        serial: Number of the purchase within the user's day, `[N]`.

    Returns:
        Row of the places each, `[N]`.
    """
    word = words_each(world.keys("where_bought")[user], _VISIT.pack(day=day, serial=serial))
    workday, weekend = SECOND_TOWN_SHARE
    share = np.where(world.calendar.weekday[day] < 5, workday, weekend)
    at_work = (second[user] != NO_PLACE) & (uniform(word) < share)
    town = np.where(at_work, second[user], home[user])
    trip = away[user, day]
    return np.where(trip != NO_PLACE, trip, town).astype(np.int64)


def branches(world: World, places: Places, user: Ints, merchant: Ints, place: Ints) -> Ints:
    """Which branch of a chain a person goes to in a place; neighbours go to the same one.

    Args:
        world: The shard.
        places: The catalog's places.
        user: Index of the user within the shard, `[N]`.
        merchant: Row of the catalog's merchants, `[N]`.
        place: Row of the places, `[N]`.

    Returns:
        Branch each, 0..BRANCHES_PER_PLACE - 1, `[N]`.
    """
    neighbourhood = integers(world.words("branch", 0), _NEIGHBOURHOODS)[user]
    key = _BRANCH.pack(neighbourhood=neighbourhood, merchant=merchant, place=place)
    count = np.clip(places.weight / _INHABITANTS_PER_BRANCH, 1, BRANCHES_PER_PLACE)
    return integers(mix64(key), count.astype(np.int64)[place])


def store_numbers(merchant: Ints, place: Ints, branch: Ints) -> Ints:
    """The number a chain gave a branch: no two branches of a chain have the same.

    Args:
        merchant: Row of the catalog's merchants, `[N]`.
        place: Row of the places, `[N]`.
        branch: Branch in that place, `[N]`.

    Returns:
        A number each, `[N]`.
    """
    step = 1 + merchant * 613 % (_NUMBERS - 1)
    at = place * BRANCHES_PER_PLACE + branch
    return np.asarray(_FIRST_NUMBER + (at * step + merchant * 7_919) % _NUMBERS, dtype=np.int64)
