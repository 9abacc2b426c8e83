"""What is bought on a day: how many things, of what kind, where, at what price, and how it is paid.

How many and of what kind follows what a household wants to spend (see `wants`); a price is what the
merchant sells at. What cannot be afforded is not bought: something cheap of the kind, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints, places
from spendsense_pipeline.generation.behaviours.credit import Cards
from spendsense_pipeline.generation.behaviours.moves import plan_moves
from spendsense_pipeline.generation.clienteles import goes_to
from spendsense_pipeline.generation.habits import cash_habits, weekday_habits
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.counting import Counting
from spendsense_pipeline.generation.living.on_trips import OnTrips
from spendsense_pipeline.generation.living.paying import Paying, running_before
from spendsense_pipeline.generation.living.pricing import Prices
from spendsense_pipeline.generation.living.purchase_words import (
    CHOICES,
    REFUND,
    SETTLEMENT,
    Draws,
    PurchaseWords,
    liked_kinds,
)
from spendsense_pipeline.generation.living.settling import Basket, Purchases, Settling
from spendsense_pipeline.generation.living.tastes import (
    CASH_DRAWN_PER_FETCHED,
    LIKED_SHARE,
    TILTS,
    Tastes,
    needed_groups,
)
from spendsense_pipeline.generation.living.visits import Visits
from spendsense_pipeline.generation.living.wants import Wants
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.shops import (
    FAVOURITE_SHARE,
    FAVOURITES_PER_GROUP,
    Favourites,
    favourite_draws,
    shops_for,
)
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

# The first favourite gets 70 % of those purchases, the second 24 %: by 8 bits of a draw.
_FAVOURITE_RANK: Final[Ints] = np.searchsorted(np.array([0.7, 0.94]), np.arange(256) / 256)
LOYALTY_SPREAD = 0.2
"""Between those who go to their usual places least and most, around FAVOURITE_SHARE (judged)."""
_LIKED_DRAWS: Final = LIKED_SHARE * REFUND.size("is_liked")
AGAIN_SHARE, THIRD_SHARE = 0.1, 0.08
"""Of second and third visits to a merchant on a day, those that are not to another instead."""
USUAL_MOST_SHARE: Final = (0.14, 0.26)
"""Of all a person buys, what may be at one merchant before they now and then go to another, and
before they always do: over a quarter at one counter is nobody's life (judged)."""
CHEAPER_SHARE = 0.8
"""Of purchases that cannot be afforded, those in whose place something cheap of it is."""
_CHEAPER_DRAWS: Final = CHEAPER_SHARE * SETTLEMENT.size("cheaper")
_CHEAPEST: Final = 8
"""Out of the cheapest eighth."""
_DEAREST: Final = 2
"""What was put off is of the dearer half."""
LARGER_AT_USUAL = 0.6
"""How often that is bought at usual places, times how often other things are (judged)."""
_BY_DEBIT: Final = 1.0
"""A draw that no card comes of: the money is there."""


_NEVER: Final = -1
"""A day that none is."""


@dataclass
class _Errands:
    """What people set out to buy on a day, `[N]` in order of user; some think better of it."""

    day: int
    user: Ints
    draws: Draws
    group: Ints
    """Row of SpendingGroups."""
    merchant: Ints
    """Row of the catalog's merchants."""
    trip: Ints
    """Which are on a trip, `[T]`."""

    def go(self, which: Ints, merchant: Ints, group_of: Ints) -> None:
        """Have some go to another merchant.

        Args:
            which: Which errands, `[M]`.
            merchant: Where instead, row of the catalog's merchants, `[M]`.
            group_of: Of each merchant of the catalog.
        """
        self.merchant[which] = merchant
        self.group[which] = group_of[merchant]


class Shopping:
    """Draws the purchases of one day after the other."""

    def __init__(
        self,
        world: World,
        tastes: Tastes,
        labels: Labels,
        cards: Cards,
        way: Ints,
        baskets: Floats,
        on_trips: OnTrips,
        favourites: Favourites,
    ) -> None:
        """Look up what does not change from day to day.

        Args:
            world: The shard.
            tastes: What the population buys.
            labels: The catalog.
            cards: The cards of the shard, `[C]`.
            way: What each household does without, one of the WAYS: `[U]`.
            baskets: What a household buys of each group at a time, relative to the usual: `[U, G]`.
            on_trips: Who is away, and where they buy.
            favourites: Where everybody goes again and again, at first.
        """
        catalog = labels.catalog
        self._calendar, self._tastes = world.calendar, tastes
        self._merchant = catalog.merchants
        self._shops = shops_for(catalog, world.calendar.first_date)
        moves = plan_moves(world, catalog.places)
        self._state = catalog.places.state[moves.from_place]
        self._next_state = catalog.places.state[moves.to_place]
        self._moving_day = np.where(self._next_state != self._state, moves.day, _NEVER)
        self._goes_to = goes_to(world, catalog)
        self._favourites, self._usual = favourites, favourites.on(0)
        """From day to day, and of the day: `[U, G, FAVOURITES_PER_GROUP]`."""
        self._favourite_draws = favourite_draws(world, len(catalog.spending_groups))
        self._visits = Visits(world, catalog)
        self._prices = Prices(catalog, tastes, baskets)
        self._words = PurchaseWords(world)
        self._counting = Counting(world)
        weekday, month = world.calendar.weekday, world.calendar.month_of_year
        self._busy = tastes.busy_on[weekday, np.newaxis] * weekday_habits(world)[weekday]
        self._busy *= tastes.busy_in[month, np.newaxis]
        """How much oftener each buys than on a usual day, `[D, U]`."""
        trips = cash_habits(world) * CHOICES.size("fetches_cash") / CASH_DRAWN_PER_FETCHED
        self._cash_trips = np.where(world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK, 0, trips)
        """Of the times it is drawn, those on which cash is fetched: `[U]`."""
        self._everybody = np.arange(world.users)
        self._cash = catalog.spending_groups.cash
        is_cash = self._merchant.group == self._cash
        self._is_ordinary = (self._merchant.visit_kind == 0) & ~is_cash
        """Where people go whenever they like, `[N]`."""
        self._way, self._on_trips = way, on_trips
        self._liked = liked_kinds(world)
        self._is_needed = needed_groups(catalog)
        loyalty = FAVOURITE_SHARE + LOYALTY_SPREAD * (uniform(world.words("loyalty", 0)) - 0.5)
        self._goes_to_favourite = loyalty * CHOICES.size("goes_to_favourite")
        self._paying = Paying(world, cards, catalog)
        self._settling = Settling(world, catalog, tastes)

    def hand_over(self, giver: Ints, taker: Ints) -> None:
        """Let some remember where others have been lately.

        Args:
            giver: Users, `[N]`.
            taker: Who takes their place, `[N]`.
        """
        self._visits.hand_over(giver, taker)
        self._on_trips.hand_over(giver, taker)

    def of_day(
        self, day: int, wants: Wants, larger: Ints, balances: Balances
    ) -> tuple[Purchases, Draws]:
        """The purchases of a day, in order of user.

        Args:
            day: The day.
            wants: How often each user buys, how dear, and what there is to spend: `[U]`.
            larger: Things beside the usual ones, put off until there was money: `[U]`.
            balances: What they have.

        Returns:
            What is bought, and what is drawn for it: `[N]` each.
        """
        self._move(day)
        usually = self._on_trips.eased(day, wants.rate) * self._busy[day]
        usual = self._on_trips.counts(day, self._counting.of_day(day, usually), wants.rate)
        count = usual + larger
        user = self._everybody.repeat(count)
        first_of = (count.cumsum() - count)[user]
        serial = np.arange(user.size) - first_of
        put_off = places(serial >= usual[user])
        draws = self._words.of_day(day, user, serial)
        level = wants.level[user]
        level[put_off] = TILTS.size - 1
        group = self._groups(day, user, level, draws)
        trip = self._on_trips.away(day, user, serial, draws)
        errands = _Errands(
            day, user, draws, group, self._merchants(day, user, group, draws, put_off), trip
        )
        if trip.size:
            self._on_trip(errands)
        cash = places(errands.group == self._cash)
        needless = cash[draws["fetches_cash"][cash] >= self._cash_trips[user[cash]]]
        is_bought = np.ones(user.size, dtype=np.bool_)
        self._elsewhere(errands)
        is_bought[self._rarely(errands)] = False
        is_bought[needless] = False
        group, merchant = errands.group, errands.merchant
        # Together with something cheap, in case it cannot be afforded.
        price = draws["price"]
        wanted = np.array([price, price // _CHEAPEST])
        wanted[0, put_off] = CHOICES.size("price") - 1 - price[put_off] // _DEAREST
        cents, cheap_cents = self._prices.of(user, group, merchant, wanted, draws["ending"])

        # What there is to spend is looked at once a day: what was bought earlier is taken off.
        spendable = wants.spendable_cents[user]
        pays_with = draws["pays_with"] / SETTLEMENT.size("pays_with")
        pays_with[put_off] = _BY_DEBIT
        card = self._paying.card_of(user, first_of, merchant, cents, pays_with, balances)
        # Cash is fetched with the debit card, and no machine pays out what is not there.
        card[cash] = balances.nobodys
        is_debit = card == balances.nobodys
        is_dear = is_debit & (running_before(first_of, cents, is_debit) + cents > spendable)
        cents = np.where(is_dear, cheap_cents, cents)
        dear = places(is_dear)
        after = running_before(first_of, cents, is_debit)[dear] + cents[dear]
        considers = draws["cheaper"][dear] < _CHEAPER_DRAWS
        is_bought[dear[~considers | (after > spendable[dear])]] = False
        place = self._on_trips.place_of(day, user, trip)
        at = places(is_bought)
        columns = (user, serial, group, merchant, cents, card, place)
        basket = Basket(*(column.take(at) for column in columns))
        self._visits.take_note(day, basket.user, basket.merchant)
        draws = draws.where(at)
        return self._settling.of_day(day, basket, draws), draws

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

    def _groups(self, day: int, user: Ints, level: Ints, draws: Draws) -> Ints:
        """What kind of thing is bought, by tilt, weekday, season and person: `[N]`."""
        weekday, month = self._calendar.weekday[day], self._calendar.month_of_year[day]
        row = self._tastes.row_of(self._way[user], level)
        at = places(draws["is_liked"] < _LIKED_DRAWS)
        liked_draw = self._liked[user[at], draws["liked"][at]]
        # Both at once: a search among all there are takes long for the first draw.
        both = self._tastes.groups_on[weekday][month].passed(
            np.concatenate([row, row[at]]), np.concatenate([draws["group"], liked_draw])
        )
        group: Ints = both[: user.size]
        liked = both[user.size :]
        group[at] = np.where(self._is_needed[liked], group[at], liked)
        return group

    def _merchants(self, day: int, user: Ints, group: Ints, draws: Draws, put_off: Ints) -> Ints:
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

    def _on_trip(self, errands: _Errands) -> None:
        """Have those who are away buy where they are."""
        day, at = errands.day, errands.trip
        user, draws = errands.user[at], errands.draws.where(at)
        merchant = self._on_trips.choose(day, user, draws["merchant"], draws["instead"])
        rank = _FAVOURITE_RANK[draws["favourite"]]
        usual = self._usual[user, self._merchant.group[merchant], rank]
        prefers = draws["need"] / REFUND.size("need")
        errands.group[at] = self._merchant.group[merchant]
        errands.merchant[at] = self._on_trips.or_usual(day, user, merchant, usual, prefers)

    def _elsewhere(self, errands: _Errands) -> None:
        """Another place of the kind where one has been the same day, or goes all the time."""
        user, merchant, draws = errands.user, errands.merchant, errands.draws
        share = np.ones(user.size)
        second, third = _repeated(user * self._is_ordinary.size + merchant)
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
        anywhere, is_gone_to = self._shops.choose(
            self._state[who], group, errands.day, draw, self._goes_to, who
        )
        merchant[at] = np.where((other == merchant[at]) & is_gone_to, anywhere, other)

    def _something_else(self, errands: _Errands, which: Ints) -> None:
        """Have some who are on a trip buy what one buys at any time, as meals."""
        draw = errands.draws["instead"][which]
        merchant = self._on_trips.choose_instead(errands.day, errands.user[which], draw)
        errands.go(which, merchant, self._merchant.group)

    def _rarely(self, errands: _Errands) -> Ints:
        """Where a visit would come too soon after the last of its kind, the usual place instead.

        Returns:
            Which would be too soon at the usual place as well, `[M]`, some twice.
        """
        day, merchant = errands.day, errands.merchant
        kind = self._merchant.visit_kind
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
        second, _ = _repeated(who * self._is_ordinary.size + visited)
        again = rare[self._visits.is_needless(day, who, visited, need[rare])]
        who = errands.user[again]
        usual = self._usual[who, errands.group[again], 0]
        merchant[again] = usual
        still = self._visits.is_needless(day, who, kind[usual], need[again])
        return np.concatenate([rare[second], again[still]])


def _repeated(visit: Ints) -> tuple[Ints, Ints]:
    """Which of a day's visits come after one alike, and after two: places among `[N]`."""
    order = visit.argsort(kind="stable")
    ordered = visit[order]
    is_alike = ordered[1:] == ordered[:-1]
    second = places(is_alike)
    return order[second + 1], order[places(is_alike[1:] & is_alike[:-1]) + 2]
