"""Who moves house, when, where to and for what rent: tenants, at most once in a history.

Owners stay: a sale, its proceeds and a new mortgage would have to pass through their accounts.
Moves are drawn over every history there may be, so that none depends on how long one is.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import MONTHS_PER_YEAR
from spendsense_pipeline.generation.arrays import Columns, Flags, Floats, Ints
from spendsense_pipeline.generation.behaviours.homes import (
    NO_RISE_SHARE,
    RENT_RISES,
    RENT_STEP_USD,
    at_age,
    homes,
    lease_months,
)
from spendsense_pipeline.generation.catalog import Places
from spendsense_pipeline.generation.places import Reach, home_places, second_towns, towns_within
from spendsense_pipeline.generation.postings import NO_PLACE
from spendsense_pipeline.generation.randomness import integers, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

# Tenants who move within a year, by age. Of everybody 8.4 % did (Census, Current Population Survey
# 2021), of tenants between 16 and 20 %, the young most; owners, 3 to 5 %, are left out.
MOVED_SHARE_FROM_AGE: Final = {19: 0.25, 30: 0.20, 40: 0.16, 55: 0.11, 65: 0.08}
YEARS: Final = 2
"""A history has 24 months at most."""
AT_LEASE_END_SHARE: Final = 0.8
"""Of moves, those in the month a lease ends; the others break one or rent by the month (judged)."""
# How far: of movers 58 % stayed in their county, 23 % went to another one of the state, 17 % to
# another state (Census, Current Population Survey 2021), here always one of the same region.
SAME_TOWN_SHARE: Final = 0.38
"""Of moves; with those to a near town the ones within a county (how many of these: judged)."""
REACH_SHARES: Final = {Reach.NEAR: 0.20, Reach.STATE: 0.24, Reach.REGION: 0.18}
FIRST_DAYS: Final = 4
"""Of a month, on one of which people move."""
# What the new home costs over the last one. Who lives close to what comes in finds one of about the
# same rent; nobody takes on more than a small part of income on top.
NEW_RENT_SHARES: Final = (-0.10, 0.12)
NEW_RENT_SHARES_TIGHT: Final = (-0.03, 0.04)
DEARER_MAX_INCOME_SHARE: Final = 0.03
_NEVER: Final = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Moves(Columns):
    """Where each household of a shard lives, and moves to, `[U]`."""

    month: Ints
    """Months from that of history_start to the first of the new lease; past any plan for who
    stays."""
    day: Ints
    """The first day in the new home, past any plan for who stays."""
    from_place: Ints
    """Home town on history_start, a row of the places."""
    to_place: Ints
    """Home town after the move, the same for who stays and who moves within it."""
    is_far: Flags
    """Whether it is further than one commutes: other grids, other providers."""

    @property
    def moves(self) -> Flags:
        """Who moves at all, `[U]`."""
        return np.asarray(self.month < _NEVER)

    def has_moved(self, user: Ints, day: Ints) -> Flags:
        """Who lives in the new home by some days.

        Args:
            user: Index of the user within the shard, `[N]`.
            day: `[N]`.

        Returns:
            `[N]`.
        """
        return np.asarray(day >= self.day[user], dtype=np.bool_)

    def homes(self, user: Ints, day: Ints) -> Ints:
        """Home towns on some days.

        Args:
            user: Index of the user within the shard, `[N]`.
            day: `[N]`.

        Returns:
            Rows of the places, `[N]`.
        """
        return np.where(self.has_moved(user, day), self.to_place[user], self.from_place[user])

    def homes_on(self, day: int) -> Ints:
        """Everybody's home town on one day: `[U]`."""
        return np.where(day >= self.day, self.to_place, self.from_place)


@functools.lru_cache(maxsize=4)
def plan_moves(world: World, places: Places) -> Moves:
    """Everybody's move over any history, planned once for all who ask.

    Args:
        world: The shard.
        places: The catalog's places.

    Returns:
        The moves; as of a person whatever the history is.
    """
    if not world.chapters.are_whole_lives:
        # Who moves is settled in the first chapter of a life.
        return plan_moves(world.people, places).where(world.first_chapter)
    draw = uniform(world.words("move", np.arange(4)))
    share = at_age(world.profiles.people.age_years, MOVED_SHARE_FROM_AGE)
    stays = 1 - share
    moves = ~homes(world).is_owner & (draw[:, 0] < 1 - stays**YEARS)
    year = (draw[:, 0] >= share).astype(np.int64)
    # The draw that says whether at a lease's end says in which other month as well.
    other = 1 + (MONTHS_PER_YEAR * (draw[:, 1] - AT_LEASE_END_SHARE) / (1 - AT_LEASE_END_SHARE))
    of_year = np.where(draw[:, 1] < AT_LEASE_END_SHARE, lease_months(world), other.astype(np.int64))
    month = of_year + MONTHS_PER_YEAR * year
    start = np.datetime64(world.resolved.history_start, "M") + month
    first = (start.astype("datetime64[D]") - world.calendar.dates[0]).astype(np.int64)
    day = first + integers(world.words("move_day", 0), FIRST_DAYS)

    home = home_places(world, places)
    reached = np.searchsorted(
        SAME_TOWN_SHARE + np.cumsum([0.0, *REACH_SHARES.values()]), draw[:, 2], side="right"
    )
    reach = np.minimum(reached - 1, len(REACH_SHARES) - 1)
    away = np.flatnonzero(moves & (reached > 0))
    town = towns_within(places, home[away], reach[away], draw[away, 3])
    to_place = home.copy()
    to_place[away] = np.where(town == NO_PLACE, home[away], town)
    is_far = (to_place != home) & (reach != Reach.NEAR)
    return Moves(
        month=np.where(moves, month, _NEVER),
        day=np.where(moves, day, _NEVER),
        from_place=home,
        to_place=to_place,
        is_far=is_far,
    )


def towns_of_work(world: World, places: Places, moves: Moves, user: Ints, day: Ints) -> Ints:
    """The other town a commuter works in on some days: the same after a move, if that was not a
    long way. Nobody commutes to their own town.

    Args:
        world: The shard.
        places: The catalog's places.
        moves: Who lives where.
        user: Index of the user within the shard, `[N]`.
        day: `[N]`.

    Returns:
        Row of the places each, NO_PLACE for who does not commute, `[N]`.
    """
    before = second_towns(world, places, moves.from_place)
    after = np.where(moves.is_far, second_towns(world, places, moves.to_place), before)
    after = np.where(after == moves.to_place, NO_PLACE, after)
    return np.where(moves.has_moved(user, day), after[user], before[user])


def rents_through_moves(world: World, moves: Moves, month: Ints, growth: Floats) -> Floats:
    """What rents come to over those of history_start, the new lease's after a move.

    Args:
        world: The shard.
        moves: Who moves when.
        month: Months since that of history_start, one after the other, `[M]`.
        growth: The same of who stays, `[U, M]`.

    Returns:
        Factors, `[U, M]`. A new lease has its price for a year, then rises as others do.
    """
    found = growth.copy()
    who = np.flatnonzero(moves.month <= month[-1])
    since = month - moves.month[who, np.newaxis]
    last = np.clip(moves.month[who] - 1 - month[0], 0, month.size - 1)
    price = growth[who, last] * _new_rents(world, moves, who)
    renewals = np.arange(YEARS)
    low, high = RENT_RISES
    rise = low + (high - low) * uniform(world.words("new_lease_rise", renewals, who))
    has_none = uniform(world.words("new_lease_no_rise", renewals, who)) < NO_RISE_SHARE
    grown = np.cumprod(1 + np.where(has_none, 0.0, rise), axis=1)
    table = np.concatenate([np.ones((who.size, 1)), grown], axis=1) * price[:, np.newaxis]
    renewed = np.clip(since // MONTHS_PER_YEAR, 0, YEARS)
    found[who] = np.where(since >= 0, np.take_along_axis(table, renewed, axis=1), growth[who])
    return found


def _new_rents(world: World, moves: Moves, who: Ints) -> Floats:
    """The first rent of a new lease over the last of the old one, by how they live then: `[N]`."""
    first = world.first_chapter[who]
    then = world.chapters.on(first, moves.day[who])
    is_tight = world.profiles.rhythm[then] != Rhythm.CUSHIONED
    draw = uniform(world.words("new_rent", 0)[who])
    low, high = np.where(is_tight[:, np.newaxis], NEW_RENT_SHARES_TIGHT, NEW_RENT_SHARES).T
    income = world.profiles.people.income_monthly_usd[first]
    usual = np.maximum(homes(world).housing_usd[first], RENT_STEP_USD)
    dearer = np.minimum(low + (high - low) * draw, DEARER_MAX_INCOME_SHARE * income / usual)
    return np.asarray(1 + dearer, dtype=np.float64)
