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
from spendsense_pipeline.generation.clienteles import GoesTo, goes_to, usual_shares
from spendsense_pipeline.generation.places import home_places
from spendsense_pipeline.generation.randomness import bits, choice_table
from spendsense_pipeline.generation.world import World

TABLE_BITS: Final = 12
"""Bits of a draw that pick an entry of a table."""
POPULARITY_EXPONENT: Final = 1.15
"""Steepens the catalog's weights, so that merchants over all groups follow Zipf's law."""
FAVOURITE_SHARE: Final = 0.8
"""Purchases made at one of the user's usual places."""
FAVOURITES_PER_GROUP: Final = 3
LAST_SALE_DAYS_BEFORE_CLOSING: Final = 45
"""A chain that closes sells nothing from this many days before: purchases still post and refunds
still come while it is open."""
_NEVER: Final = 1 << 40
OTHER_DRAWS: Final = 6
FAVOURITE_DRAWS: Final = 96
_DRAWS_AT_ONCE: Final = 6
_NEXT_DRAW: Final = (1365, 2731)
"""From one draw to the next of all there are, each once (Hull and Dobell 1962)."""


def _next_draws() -> Ints:
    """The draws that follow each draw: `[_DRAWS_AT_ONCE, 4096]`."""
    following = [np.arange(1 << TABLE_BITS)]
    for _ in range(_DRAWS_AT_ONCE):
        following.append((_NEXT_DRAW[0] * following[-1] + _NEXT_DRAW[1]) % (1 << TABLE_BITS))
    return np.array(following[1:])


_FOLLOWING: Final[Ints] = _next_draws()


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

    def choose(
        self, state: Ints, group: Ints, day: int, draw: Ints, goes: GoesTo, user: Ints
    ) -> tuple[Ints, Flags]:
        """A merchant each that serves the state and is open on the day, by popularity.

        Args:
            state: Index into `Places.state_names`, `[N]`.
            group: Row in SpendingGroups, `[N]`.
            day: Day since history_start.
            draw: TABLE_BITS bits of a draw, `[N]`.
            goes: Where people go at all.
            user: Who goes, `[N]`.

        Returns:
            Row of the catalog's merchants each, and whether it is open and they go there: `[N]`
            each.
        """
        rows = self.anywhere[0, state, group]
        chosen = self.merchant[rows, draw].astype(np.int64)
        closed = places(self.last_sale_day[chosen] < day)
        if closed.size:
            rows[closed] = self.anywhere[1, state[closed], group[closed]]
            chosen[closed] = self.merchant[rows[closed], draw[closed]]
        found = self._other_draws(chosen, rows, draw, goes, user, OTHER_DRAWS)
        return chosen, found & (self.last_sale_day[chosen] >= day)

    def favourites_of(self, state: Ints, draws: Ints, goes: GoesTo, user: Ints) -> Favourites:
        """Everybody's favourites: among merchants one goes to again and again.

        Whoever's favourite closes takes another, everybody else keeps theirs. Who goes to none of
        them has favourites among the others of the group, and if need be any.

        Args:
            state: Of each person, `[U]`.
            draws: As of `favourite_draws`, `[U, G, FAVOURITES_PER_GROUP]`.
            goes: Where people go at all.
            user: Who they are, `[U]`.

        Returns:
            The merchants, for days to come.
        """
        draw = draws.ravel()
        each = np.repeat(user, draws.shape[1] * draws.shape[2])
        found = []
        for survives in range(2):
            usual, anywhere = (
                np.repeat(table[survives, state].ravel(), draws.shape[2])
                for table in (self.usual, self.anywhere)
            )
            chosen = self.merchant[usual, draw].astype(np.int64)
            for rows in (usual, anywhere):
                self._other_draws(chosen, rows, draw, goes, each, FAVOURITE_DRAWS)
            found.append(chosen.reshape(draws.shape))
        return Favourites(found[0], found[1], self.last_sale_day)

    def _other_draws(
        self, chosen: Ints, rows: Ints, draw: Ints, goes: GoesTo, user: Ints, most: int
    ) -> Flags:
        """Where people never go to what was chosen, what up to so many other draws pick instead.

        Args:
            chosen: Row of the catalog's merchants each, `[N]`; changed where a draw finds another.
            rows: Rows of `merchant` to pick from, `[N]`.
            draw: What picked them, `[N]`.
            goes: Where people go at all.
            user: Who goes, `[N]`.
            most: How many other draws, a multiple of _DRAWS_AT_ONCE.

        Returns:
            Whether they are gone to; what is not is as it was: `[N]`.
        """
        found = goes.to(user, chosen)
        again = places(~found)
        other = draw[again]
        for _ in range(most // _DRAWS_AT_ONCE):
            if not again.size:
                break
            others = _FOLLOWING[:, other]
            merchants = self.merchant[rows[again], others]
            is_gone_to = goes.to(user[again], merchants)
            first, each = is_gone_to.argmax(axis=0), np.arange(again.size)
            has = is_gone_to[first, each]
            chosen[again[has]] = merchants[first, each][has]
            found[again] = has
            again, other = again[~has], others[-1, ~has]
        return found


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

    def on(self, day: int) -> Ints:
        """The favourites of a day.

        Args:
            day: Day since history_start.

        Returns:
            Row of the catalog's merchants, `[U, G, FAVOURITES_PER_GROUP]`.
        """
        has_closed = self.last_sale_day[self.at_first] < day
        return np.where(has_closed, self.instead, self.at_first)

    def change_on(self, day: int) -> bool:
        """Whether they may be others on a day than on the day before."""
        return day - 1 in self._last_sale_days

    @functools.cached_property
    def _last_sale_days(self) -> frozenset[int]:
        return frozenset(self.last_sale_day.tolist())


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
    draws = favourite_draws(world, len(catalog.spending_groups))
    return shops.favourites_of(state, draws, goes_to(world, catalog), np.arange(world.users))


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


def visited_weights(catalog: Catalog) -> Floats:
    """How often each merchant is gone to relative to others of its group, over all people: `[N]`.

    Args:
        catalog: Where one may shop.
    """
    shops = catalog.merchants
    return np.asarray(
        shops.weight**POPULARITY_EXPONENT * usual_shares(catalog.clienteles)[shops.clientele]
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
