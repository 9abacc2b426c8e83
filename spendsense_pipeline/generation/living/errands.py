"""Where people go for what they want to buy: to their usual places, to others, and on trips.

Nobody goes to one place all the time, nor again where a visit was enough for a while.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints, places
from spendsense_pipeline.generation.behaviours.moves import plan_moves
from spendsense_pipeline.generation.clienteles import goes_to
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.living.on_trips import OnTrips
from spendsense_pipeline.generation.living.purchase_words import CHOICES, REFUND, Draws
from spendsense_pipeline.generation.living.visits import Visits
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.shops import (
    FAVOURITE_SHARE,
    FAVOURITES_PER_GROUP,
    Favourites,
    favourite_draws,
    shops_for,
)
from spendsense_pipeline.generation.world import World

# The first favourite gets 70 % of those purchases, the second 24 %: by 8 bits of a draw.
_FAVOURITE_RANK: Final[Ints] = np.searchsorted(np.array([0.7, 0.94]), np.arange(256) / 256)
LOYALTY_SPREAD = 0.2
"""Between those who go to their usual places least and most, around FAVOURITE_SHARE (judged)."""
LARGER_AT_USUAL = 0.6
"""How often what was put off is bought at usual places, times how often other things are
(judged)."""
AGAIN_SHARE, THIRD_SHARE = 0.1, 0.08
"""Of second and third visits to a merchant on a day, those that are not to another instead."""
USUAL_MOST_SHARE: Final = (0.14, 0.26)
"""Of all a person buys, what may be at one merchant before they now and then go to another, and
before they always do: over a quarter at one counter is nobody's life (judged)."""
_NEVER: Final = -1
"""A day that none is."""


@dataclass
class Errands:
    """What people set out to buy on a day, `[N]` in order of user."""

    day: int
    user: Ints
    draws: Draws
    group: Ints
    """Row of SpendingGroups."""
    merchant: Ints
    """Row of the catalog's merchants."""
    trip: Ints
    """Which are on a trip, `[T]`."""
    needless: Ints
    """Which nobody needs to go on after all, `[M]`, some twice."""


class Destinations:
    """Knows day by day where each of a shard's people goes."""

    def __init__(
        self, world: World, labels: Labels, on_trips: OnTrips, favourites: Favourites
    ) -> None:
        """Look up what does not change from day to day.

        Args:
            world: The shard.
            labels: The catalog.
            on_trips: Who is away, and where they buy.
            favourites: Where everybody goes again and again, at first.
        """
        catalog = labels.catalog
        self._shops = shops_for(catalog, world.calendar.first_date)
        moves = plan_moves(world, catalog.places)
        self._state = catalog.places.state[moves.from_place]
        self._next_state = catalog.places.state[moves.to_place]
        self._moving_day = np.where(self._next_state != self._state, moves.day, _NEVER)
        self._goes_to = goes_to(world, catalog)
        self._favourites, self._usual = favourites, favourites.on(0)
        """From day to day, and of the day: `[U, G, FAVOURITES_PER_GROUP]`."""
        self._favourite_draws = favourite_draws(world, len(catalog.spending_groups))
        loyalty = FAVOURITE_SHARE + LOYALTY_SPREAD * (uniform(world.words("loyalty", 0)) - 0.5)
        self._goes_to_favourite = loyalty * CHOICES.size("goes_to_favourite")
        self._visits, self._on_trips = Visits(world, catalog), on_trips
        self._group, self._kind = catalog.merchants.group, catalog.merchants.visit_kind
        self._is_ordinary = (self._kind == 0) & (self._group != catalog.spending_groups.cash)
        """Where people go whenever they like, `[N]`."""

    def hand_over(self, giver: Ints, taker: Ints) -> None:
        """Let some remember where others have been lately.

        Args:
            giver: Users, `[N]`.
            taker: Who takes their place, `[N]`.
        """
        self._visits.hand_over(giver, taker)

    def of_day(
        self, day: int, user: Ints, serial: Ints, group: Ints, draws: Draws, put_off: Ints
    ) -> Errands:
        """Where everything that is wanted on a day is to be bought.

        Args:
            day: The day.
            user: Who wants it, `[N]` in order of user.
            serial: Which of the things a user wants that day it is, `[N]`.
            group: Row of SpendingGroups, `[N]`; on trips other things are bought.
            draws: What is drawn for each, `[N]`.
            put_off: Which had to wait for money, places among `[N]`.

        Returns:
            Errands, some of them needless.
        """
        self._move(day)
        trip = self._on_trips.away(day, user, serial, draws)
        merchant = self._usual_or_any(day, user, group, draws, put_off)
        errands = Errands(day, user, draws, group, merchant, trip, trip[:0])
        if trip.size:
            self._on_trip(errands)
        self._elsewhere(errands)
        self._rarely(errands)
        return errands

    def take_note(self, day: int, user: Ints, merchant: Ints) -> None:
        """Remember where people have been.

        Args:
            day: The day.
            user: Who has bought, `[N]`.
            merchant: Where, row of the catalog's merchants, `[N]`.
        """
        self._visits.take_note(day, user, merchant)

    def _move(self, day: int) -> None:
        """Whoever moves to another state that day shops at what serves it from then on; chains
        that close sell nothing any more."""
        who = places(self._moving_day == day)
        if who.size:
            self._state[who] = self._next_state[who]
            draws = self._favourite_draws[who]
            there = self._shops.favourites_of(self._state[who], draws, self._goes_to, who)
            self._favourites = self._favourites.moved(who, there)
        if who.size or self._favourites.change_on(day):
            self._usual = self._favourites.on(day)

    def _usual_or_any(self, day: int, user: Ints, group: Ints, draws: Draws, put_off: Ints) -> Ints:
        """Mostly one of the user's favourites of the group, else any (oftener for what was put
        off), both by popularity: `[N]`."""
        merchant: Ints = self._usual[user, group, _FAVOURITE_RANK[draws["favourite"]]]
        often = self._goes_to_favourite[user]
        often[put_off] *= LARGER_AT_USUAL
        at = places(draws["goes_to_favourite"] >= often)
        who = user[at]
        other, is_gone_to = self._shops.choose(
            self._state[who], group[at], day, draws["merchant"][at], self._goes_to, who
        )
        merchant[at[is_gone_to]] = other[is_gone_to]
        return merchant

    def _on_trip(self, errands: Errands) -> None:
        """Have those who are away buy where they are."""
        day, at = errands.day, errands.trip
        user, draws = errands.user[at], errands.draws.where(at)
        merchant = self._on_trips.choose(day, user, draws["merchant"], draws["instead"])
        rank = _FAVOURITE_RANK[draws["favourite"]]
        usual = self._usual[user, self._group[merchant], rank]
        prefers = draws["need"] / REFUND.size("need")
        errands.group[at] = self._group[merchant]
        errands.merchant[at] = self._on_trips.or_usual(day, user, merchant, usual, prefers)

    def _elsewhere(self, errands: Errands) -> None:
        """Another place of the kind where one has been the same day, or goes all the time."""
        user, merchant, draws = errands.user, errands.merchant, errands.draws
        share = np.ones(user.size)
        second, third = _repeated(user * self._group.size + merchant)
        share[second], share[third] = AGAIN_SHARE, THIRD_SHARE
        least, most = USUAL_MOST_SHARE
        usual = self._visits.share_at(user, merchant)
        share = np.minimum(share, (most - usual) / (most - least))
        stays = draws["stays"] / REFUND.size("stays")
        leaves = self._is_ordinary[merchant] & (stays >= share)
        away = errands.trip[leaves[errands.trip]]
        if away.size:
            self._something_else(errands, away)
            leaves[away] = False
        at = places(leaves)
        who, group, draw = user[at], errands.group[at], draws["instead"][at]
        other = self._usual[who, group, draw % FAVOURITES_PER_GROUP]
        stuck = places(other == merchant[at])
        if stuck.size:
            who = who[stuck]
            anywhere, is_gone_to = self._shops.choose(
                self._state[who], group[stuck], errands.day, draw[stuck], self._goes_to, who
            )
            other[stuck[is_gone_to]] = anywhere[is_gone_to]
        merchant[at] = other

    def _something_else(self, errands: Errands, which: Ints) -> None:
        """Have some who are on a trip buy what one buys at any time, as meals."""
        draw = errands.draws["instead"][which]
        merchant = self._on_trips.choose_instead(errands.day, errands.user[which], draw)
        errands.merchant[which] = merchant
        errands.group[which] = self._group[merchant]

    def _rarely(self, errands: Errands) -> None:
        """Where a visit would come too soon after the last of its kind, the usual place instead;
        needless where that would come too soon as well."""
        day, merchant, kind = errands.day, errands.merchant, self._kind
        trip = errands.trip
        if trip.size:
            of = kind[merchant[trip]]
            is_too_soon = self._visits.is_too_soon(day, errands.user[trip], of) & (of > 0)
            self._something_else(errands, trip[is_too_soon])
        rare = places(kind[merchant] > 0)
        who, visited = errands.user[rare], kind[merchant[rare]]
        need = errands.draws["need"] / REFUND.size("need")
        # Who has driven far needs fuel.
        need[trip] = 0.0
        second, _ = _repeated(who * self._group.size + visited)
        again = rare[self._visits.is_needless(day, who, visited, need[rare])]
        who = errands.user[again]
        usual = self._usual[who, errands.group[again], 0]
        merchant[again] = usual
        still = self._visits.is_needless(day, who, kind[usual], need[again])
        errands.needless = np.concatenate([rare[second], again[still]])


def _repeated(visit: Ints) -> tuple[Ints, Ints]:
    """Which of a day's visits come after one alike, and after two: places among `[N]`."""
    order = visit.argsort(kind="stable")
    ordered = visit[order]
    is_alike = ordered[1:] == ordered[:-1]
    second = places(is_alike)
    return order[second + 1], order[places(is_alike[1:] & is_alike[:-1]) + 2]
