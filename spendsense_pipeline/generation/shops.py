"""Which merchants a person has to choose from: those that serve the state and are still open.

Tables of 4096 equally likely entries per state and spending group, by popularity, made once per
catalog; draws pick an entry.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, places
from spendsense_pipeline.generation.bit_fields import WORD_BITS
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.places import home_places
from spendsense_pipeline.generation.randomness import bits, choice_table
from spendsense_pipeline.generation.world import World

TABLE_BITS: Final = 12
"""Bits of a draw that pick an entry of a table."""
POPULARITY_EXPONENT: Final = 1.15
"""Steepens the catalog's weights, so that merchants over all groups follow Zipf's law."""
FAVOURITE_SHARE: Final = 0.87
"""Purchases made at one of the user's usual places."""
FAVOURITES_PER_GROUP: Final = 3
LAST_SALE_DAYS_BEFORE_CLOSING: Final = 45
"""A chain that closes sells nothing from this many days before: purchases still post and refunds
still come while it is open."""
_NEVER: Final = 1 << 40


@dataclass(frozen=True, eq=False)
class Shops:
    """Where people of each state shop. `G` spending groups, `S` states, `N` merchants."""

    merchant: npt.NDArray[np.int16]
    """Merchants by popularity, a row per different choice: `[T, 4096]`."""
    anywhere: Ints
    """Row of `merchant` by whether chains that close are left out, state, group: `[2, S, G]`."""
    usual: Ints
    """The same of merchants one goes to again and again: no opticians, no repairs."""
    last_sale_day: Ints
    """Last day of a sale at each merchant, counted from history_start: `[N]`."""

    def choose(self, state: Ints, group: Ints, day: Ints | int, draw: Ints) -> Ints:
        """A merchant each that serves the state and is open on the day, by popularity: `[N]`.

        Args:
            state: Index into `Places.state_names`, `[N]`.
            group: Row in SpendingGroups, `[N]`.
            day: Day since history_start, `[N]` or one for all.
            draw: TABLE_BITS bits of a draw, `[N]`.

        Returns:
            Row of the catalog's merchants each, `[N]`.
        """
        chosen = self.merchant[self.anywhere[0, state, group], draw].astype(np.int64)
        closed = places(self.last_sale_day[chosen] < day)
        if closed.size:
            rows = self.anywhere[1, state[closed], group[closed]]
            chosen[closed] = self.merchant[rows, draw[closed]]
        return np.asarray(chosen, dtype=np.int64)

    def favourites_of(self, state: Ints, draws: Ints) -> Favourites:
        """Everybody's favourites: among merchants one goes to again and again.

        Whoever's favourite closes takes another, everybody else keeps theirs.

        Args:
            state: Of each person, `[U]`.
            draws: As of `favourite_draws`, `[U, G, FAVOURITES_PER_GROUP]`.

        Returns:
            The merchants, for days to come.
        """
        at_first, instead = self.merchant[self.usual[:, state, :, np.newaxis], draws]
        return Favourites(at_first.astype(np.int64), instead.astype(np.int64), self.last_sale_day)


@dataclass(frozen=True, eq=False)
class Favourites:
    """The merchants each person of a shard goes to again and again."""

    at_first: Ints
    """Row of the catalog's merchants: `[U, G, FAVOURITES_PER_GROUP]`."""
    instead: Ints
    """The same once that one has closed."""
    last_sale_day: Ints
    """As of `Shops`."""

    def moved(self, user: Ints, elsewhere: Favourites) -> Favourites:
        """The same where some have moved away.

        Args:
            user: Who has, `[M]`.
            elsewhere: The merchants these go to from then on.

        Returns:
            Everybody's, for days to come.
        """
        at_first, instead = self.at_first.copy(), self.instead.copy()
        at_first[user], instead[user] = elsewhere.at_first, elsewhere.instead
        return Favourites(at_first, instead, self.last_sale_day)

    def of(self, day: int, user: Ints, group: Ints, rank: Ints) -> Ints:
        """The favourites of a day.

        Args:
            day: Day since history_start.
            user: `[N]`.
            group: Row in SpendingGroups, `[N]`.
            rank: Which of the person's favourites in the group, `[N]`.

        Returns:
            Row of the catalog's merchants each, `[N]`.
        """
        merchant = self.at_first[user, group, rank]
        closed = places(self.last_sale_day[merchant] < day)
        if closed.size:
            merchant[closed] = self.instead[user[closed], group[closed], rank[closed]]
        return merchant


def usual_shops(world: World, catalog: Catalog) -> Favourites:
    """Where everybody of a shard goes again and again, from the homes of history_start.

    Args:
        world: The shard.
        catalog: Where one may shop.

    Returns:
        Their favourites, until they move to another state.
    """
    shops = shops_for(catalog, world.calendar.first_date)
    state = catalog.places.state[home_places(world, catalog.places)]
    return shops.favourites_of(state, favourite_draws(world, len(catalog.spending_groups)))


def favourite_draws(world: World, groups: int) -> Ints:
    """The draws that pick each person's favourites, for `Shops.favourites_of`.

    Args:
        world: The shard.
        groups: How many spending groups there are.

    Returns:
        TABLE_BITS bits each, `[U, G, FAVOURITES_PER_GROUP]`.
    """
    index = np.arange(groups * FAVOURITES_PER_GROUP)
    word = world.words("favourite", index)
    drawn = bits(word, WORD_BITS - TABLE_BITS, TABLE_BITS)
    return drawn.reshape(world.users, groups, FAVOURITES_PER_GROUP)


@functools.lru_cache(maxsize=8)
def shops_for(catalog: Catalog, history_start: dt.date) -> Shops:
    """The tables of a catalog, made once per process and history.

    Args:
        catalog: Where one may shop.
        history_start: Day 0.

    Returns:
        The tables.
    """
    closed = catalog.merchants.closed_on - np.datetime64(history_start, "D")
    last = closed.astype(np.int64) - LAST_SALE_DAYS_BEFORE_CLOSING
    tables = _tables(catalog)
    return Shops(
        *tables, last_sale_day=np.where(np.isnat(catalog.merchants.closed_on), _NEVER, last)
    )


def visited_shares(catalog: Catalog, members: Ints) -> Floats:
    """Share of a group's purchases made at each of its merchants, over all states.

    Args:
        catalog: Where one may shop.
        members: Rows of the merchants of one group, `[M]`.

    Returns:
        Shares that add up to 1, `[M]`.
    """
    popularity = catalog.merchants.weight[members] ** POPULARITY_EXPONENT
    usual = np.where(_is_usual(catalog, members), popularity, 0.0)
    return np.asarray(
        (1 - FAVOURITE_SHARE) * popularity / popularity.sum()
        + FAVOURITE_SHARE * usual / usual.sum()
    )


def _is_usual(catalog: Catalog, members: Ints) -> Flags:
    """Which of a group's merchants one goes to again and again, all if there is none: `[M]`."""
    shops = catalog.merchants
    is_usual = catalog.visit_kinds.days_between[shops.visit_kind[members]] == 0
    if not (is_usual & np.isnat(shops.closed_on[members])).any():
        return np.ones(members.size, dtype=np.bool_)
    return np.asarray(is_usual, dtype=np.bool_)


@functools.lru_cache(maxsize=4)
def _tables(catalog: Catalog) -> tuple[npt.NDArray[np.int16], Ints, Ints]:
    """`Shops.merchant`, `anywhere` and `usual`, which no history changes."""
    shops = catalog.merchants
    popularity = shops.weight**POPULARITY_EXPONENT
    stays = np.isnat(shops.closed_on)
    made: dict[bytes, int] = {}
    rows: list[Ints] = []
    found = [
        _rows_of(catalog, popularity, stays, made, rows, usual=usual) for usual in (False, True)
    ]
    return np.array(rows, dtype=np.int16), found[0], found[1]


def _rows_of(
    catalog: Catalog,
    popularity: Floats,
    stays: Flags,
    made: dict[bytes, int],
    rows: list[Ints],
    *,
    usual: bool,
) -> Ints:
    """Row of the tables for each choice `[2, S, G]`; choices that are alike share one."""
    shops, groups = catalog.merchants, len(catalog.spending_groups)
    states = shops.serves.shape[1]
    at = np.zeros((2, states, groups), dtype=np.int64)
    for group in range(groups):
        members = np.flatnonzero(shops.group == group)
        if not members.size:
            continue
        if usual:
            members = members[_is_usual(catalog, members)]
        for survives in range(2):
            open_ = members[stays[members]] if survives else members
            serves = shops.serves[open_]
            for state in range(states):
                here = open_[serves[:, state]]
                # A group whose merchants are all elsewhere is one an operator brought along.
                here = here if here.size else open_
                key = here.tobytes()
                if key not in made:
                    made[key] = len(rows)
                    rows.append(here[choice_table(popularity[here], TABLE_BITS)])
                at[survives, state, group] = made[key]
    return at
