"""Where people live, where commuters work, and which branch of a chain each of them goes to.

A place decides only where people shop, never how much or what for.
"""

from __future__ import annotations

import functools
from enum import IntEnum
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
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
    """Home town of each person on history_start, by the inhabitants of their region's places.

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


class Reach(IntEnum):
    """How far a town is from another."""

    NEAR = 0
    """One may work there: in the same state, COMMUTE_KM_MAX away at most."""
    STATE = 1
    """Further away in the same state."""
    REGION = 2
    """In another state of the region."""


def towns_within(places: Places, town: Ints, reach: Ints | Reach, draw: Floats) -> Ints:
    """Another town each, by the inhabitants of those within reach.

    Args:
        places: The catalog's places.
        town: Row of the places, `[N]`.
        reach: A `Reach` each, `[N]` or one for all.
        draw: In [0, 1), `[N]`.

    Returns:
        Row of the places, NO_PLACE where there is no other, `[N]`.
    """
    cumulative = _cumulative_inhabitants(places)[reach, town]
    at = draw * cumulative[:, -1]
    other = (cumulative <= at[:, np.newaxis]).sum(axis=1)
    return np.where(cumulative[:, -1] > 0, other, NO_PLACE).astype(np.int64)


def second_towns(world: World, places: Places, home: Ints) -> Ints:
    """The town a commuter works in: near home, in the same state.

    Args:
        world: The shard.
        places: The catalog's places.
        home: Home town of each person, `[U]`.

    Returns:
        Row of the places per user, NO_PLACE for who does not commute, `[U]`.
    """
    draw = uniform(world.words("second_town", np.arange(2)))
    town = towns_within(places, home, Reach.NEAR, draw[:, 1])
    return np.where(draw[:, 0] < COMMUTER_SHARE, town, NO_PLACE)


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
def _cumulative_inhabitants(places: Places) -> Floats:
    """Inhabitants of the towns within each `Reach` of each, summed up along a row: `[3, N, N]`."""
    region = np.array(places.regions)
    in_state = places.state[:, np.newaxis] == places.state
    in_region = region[:, np.newaxis] == region
    is_close = distances_km(places) <= COMMUTE_KM_MAX
    is_other = ~np.eye(places.state.size, dtype=np.bool_)
    within = [in_state & is_close & is_other, in_state & ~is_close, in_region & ~in_state]
    return np.asarray(np.cumsum(np.where(within, places.weight, 0.0), axis=2))


def where_bought(
    world: World, home: Ints, second: Ints, user: Ints, day: Ints, serial: Ints
) -> Ints:
    """The town a person who is not on a trip is in when buying something.

    Args:
        world: The shard.
        home: Where the person lives by then, `[N]`.
        second: The town they work in, NO_PLACE for most, `[N]`.
        user: Index of the user within the shard, `[N]`.
        day: Day of the purchase, `[N]`.
        serial: Number of the purchase within the user's day, `[N]`.

    Returns:
        Row of the places each, `[N]`.
    """
    word = words_each(world.keys("where_bought")[user], _VISIT.pack(day=day, serial=serial))
    workday, weekend = SECOND_TOWN_SHARE
    share = np.where(world.calendar.weekday[day] < 5, workday, weekend)
    at_work = (second != NO_PLACE) & (uniform(word) < share)
    return np.where(at_work, second, home).astype(np.int64)


def branches(
    world: World, places: Places, user: Ints, merchant: Ints, place: Ints, has_moved: Flags
) -> Ints:
    """Which branch of a chain a person goes to in a place; neighbours go to the same one.

    Args:
        world: The shard.
        places: The catalog's places.
        user: Index of the user within the shard, `[N]`.
        merchant: Row of the catalog's merchants, `[N]`.
        place: Row of the places, `[N]`.
        has_moved: Whether they live in another neighbourhood by then, `[N]`.

    Returns:
        Branch each, 0..BRANCHES_PER_PLACE - 1, `[N]`.
    """
    lives_in = integers(world.words("branch", np.arange(2)), _NEIGHBOURHOODS)
    neighbourhood = lives_in[user, has_moved.astype(np.int64)]
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
