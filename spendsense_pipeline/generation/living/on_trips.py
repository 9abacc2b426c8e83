"""What is bought on trips: who sets out, how often they buy there, and where.

Days away are of another kind than days at home: meals, fuel or rides, an outing, and no errands.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, places
from spendsense_pipeline.generation.behaviours.trips import DaysAway, Stage
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.habits import does_without, left_out
from spendsense_pipeline.generation.living.purchase_words import REFUND, Draws
from spendsense_pipeline.generation.living.wants import Wants
from spendsense_pipeline.generation.postings import NO_PLACE
from spendsense_pipeline.generation.randomness import choice_table, uniform, words_each
from spendsense_pipeline.generation.shops import POPULARITY_EXPONENT, TABLE_BITS
from spendsense_pipeline.generation.world import World

PURCHASES_LEAST: Final[dict[Stage, int]] = {Stage.LEAVING: 3, Stage.THERE: 3, Stage.RETURNING: 2}
"""Of a day of a trip."""
# An array is compared with a number of its own kind much faster than with a member of an enum.
_HOME, _LEAVING, _THERE, _RETURNING = map(int, Stage)
_MORE_PURCHASES: Final = (0.6, 0.25, 0.12, 0.03)
"""Shares of days with none, one, two and three more (judged: 3 to 6 a day)."""
USUAL_PURCHASES_A_MONTH: Final = 33.0
"""Of who buys less often than this, days of trips hold fewer purchases too."""
SETS_OUT_WITH_CENTS: Final = 2_500
"""A day: with less than that to spend nobody drives to see relatives."""
BEFORE_LEAVING_SHARE, BACK_HOME_SHARE = 0.5, 0.6
"""How often the first purchase of the day of leaving is made before, and others than the first of
the day of return after it (judged)."""
EASED_SHARE = 0.25
"""Of what they usually buy, what people leave out after a trip, until what was bought there beyond
the usual is made up for (judged)."""
USUAL_CHAIN_SHARE = 0.6
"""Of coffees, fills and shops on a trip, those at the chain one goes to at home, where it is there
too (judged)."""
USUAL_RESTAURANT_SHARE = 0.12
"""The same of dinners: on a trip people eat where they have not been (judged)."""
_CHAINS: Final = ("groceries", "fast_food", "dining", "coffee", "fuel", "shopping")
_INSTEAD: Final = ("groceries", "fast_food", "dining", "shopping")
"""Groups that nobody does without and whose shops are visited whenever one likes."""


class OnTrips:
    """Knows day by day who is away, and draws where they buy."""

    def __init__(
        self,
        world: World,
        catalog: Catalog,
        away: DaysAway,
        way: Ints,
        wanted: Floats,
        often: float,
    ) -> None:
        """Look up what does not change from day to day.

        Args:
            world: The shard.
            catalog: Where one may buy.
            away: Who is away when, `[U, D]`.
            way: What each household does without, one of the WAYS: `[U]`.
            wanted: How much more is spent on each group than in the catalog's usual mix, `[G]`.
            often: Purchases a month of a usual household.
        """
        # By day first: a day's is looked up at a time.
        self._stage, self._place = away.stage.T.copy(), away.place.T.copy()
        self._is_free, self._days = away.is_free, away.days
        self._goes = np.zeros(world.users, dtype=np.bool_)
        self._beyond = np.zeros(world.users)
        """Purchases of trips beyond the usual, not yet made up for: `[U]`."""
        self._state = catalog.places.state
        self._group = catalog.merchants.group
        self._choices, self._chosen_instead = _choices(catalog, tuple(wanted.tolist()))
        self._left_out = left_out(catalog.spending_groups.names)[way] & (wanted < 1.5)
        self._is_by_car = ~away.is_flown & ~does_without(way, "car")[:, np.newaxis]
        shops = catalog.merchants
        chains = [catalog.spending_groups.index(name) for name in _CHAINS]
        is_chain = np.isin(shops.group, chains) & (shops.in_store_share > 0)
        self._is_chain_in = shops.serves & (is_chain & np.isnat(shops.closed_on))[:, np.newaxis]
        is_dining = shops.group == catalog.spending_groups.index("dining")
        self._usual_share = np.where(is_dining, USUAL_RESTAURANT_SHARE, USUAL_CHAIN_SHARE)
        """How often people go to each merchant away from home too: `[N]`."""
        self._counts = self._purchases(world, min(often / USUAL_PURCHASES_A_MONTH, 1.0))

    def _purchases(self, world: World, often: float) -> Ints:
        """What those who are away buy at least on each day, by whoever is: `[D, U]`."""
        least = np.zeros(len(Stage), dtype=np.int64)
        for stage, purchases in PURCHASES_LEAST.items():
            least[stage] = purchases
        day, who = np.nonzero(self._stage > _HOME)
        drawn = uniform(words_each(world.keys("trip_purchases")[who], day))
        more = np.searchsorted(np.cumsum(_MORE_PURCHASES)[:-1], drawn, side="right")
        counts = np.zeros(self._stage.shape, dtype=np.int64)
        # The same draw again, as what is left of a part of a purchase.
        counts[day, who] = (least[self._stage[day, who]] + more) * often + drawn * 97 % 1
        return counts

    def hand_over(self, giver: Ints, taker: Ints) -> None:
        """Let some be on the way in the place of others.

        Args:
            giver: Users, `[N]`.
            taker: Who takes their place, `[N]`.
        """
        self._goes[taker], self._beyond[taker] = self._goes[giver], self._beyond[giver]

    def set_out(self, day: int, wants: Wants) -> None:
        """Let those leave who planned to and can.

        Args:
            day: The day.
            wants: What there is to spend, `[U]`.
        """
        who = places(self._stage[day] == _LEAVING)
        if who.size == 0:
            return
        needed = self._days[who, day] * SETS_OUT_WITH_CENTS
        can = ~self._is_free[who, day] | (wants.spendable_cents[who] >= needed)
        self._goes[who] = can & (wants.rate[who] > 0)

    def towns(self, day: int, home: Ints) -> Ints:
        """Where everybody is on a day.

        Args:
            day: The day.
            home: Where they live by then, row of the places: `[U]`.

        Returns:
            Row of the places, `[U]`.
        """
        stage = self._stage[day]
        is_away = self._goes & ((stage == _LEAVING) | (stage == _THERE))
        return np.where(is_away, self._place[day], home)

    def counts(self, day: int, usual: Ints, rate: Floats) -> Ints:
        """How often everybody buys on a day: more on a trip, as usual at home.

        Args:
            day: The day.
            usual: What it would be at home, `[U]`.
            rate: What they want, 0 where a chapter is not lived, `[U]`.

        Returns:
            `[U]`.
        """
        who = places((self._stage[day] > _HOME) & self._goes & (rate > 0))
        if who.size == 0:
            return usual
        count = usual.copy()
        count[who] = np.maximum(usual[who], self._counts[day, who])
        self._beyond[who] += count[who] - rate[who]
        return count

    def eased(self, day: int, rate: Floats) -> Floats:
        """How often people buy at home who have bought much on a trip.

        Args:
            day: The day.
            rate: What they would want, `[U]`.

        Returns:
            Purchases a day, `[U]`.
        """
        is_home = (self._stage[day] == _HOME) | ~self._goes
        left_out = np.minimum(np.maximum(self._beyond, 0.0), EASED_SHARE * rate) * is_home
        self._beyond -= left_out
        return np.asarray(rate - left_out)

    def away(self, day: int, user: Ints, serial: Ints, draws: Draws) -> Ints:
        """Which purchases are made on a trip, and not before leaving or back at home.

        Args:
            day: The day.
            user: Who buys, `[N]`.
            serial: Which of the user's purchases of the day it is, `[N]`.
            draws: What is drawn for each, `[N]`.

        Returns:
            Places among them, `[T]`.
        """
        stage = self._stage[day] * self._goes
        at = places(stage[user] > _HOME)
        if at.size == 0:
            return at
        stage, serial = stage[user[at]], serial[at]
        draw = draws["at_home"][at] / REFUND.size("at_home")
        leaves = (stage == _LEAVING) & ((serial > 0) | (draw >= BEFORE_LEAVING_SHARE))
        returns = (stage == _RETURNING) & ((serial == 0) | (draw >= BACK_HOME_SHARE))
        return np.asarray(at[(stage == _THERE) | leaves | returns], dtype=np.int64)

    def choose(self, day: int, user: Ints, draw: Ints, other_draw: Ints) -> Ints:
        """Where people buy on a trip, open all along, by what trips are for and popularity.

        Args:
            day: The day.
            user: Who buys, `[N]`.
            draw: TABLE_BITS bits, `[N]`.
            other_draw: The same for where somebody does without what the first would be, `[N]`.

        Returns:
            Row of the catalog's merchants each, `[N]`.
        """
        state = self._state[self._place[day, user]]
        merchant: Ints = self._choices[self._is_by_car[user, day].astype(np.int64), state, draw]
        at = places(self._left_out[user, self._group[merchant]])
        merchant[at] = self._chosen_instead[state[at], other_draw[at]]
        return merchant

    def or_usual(self, day: int, user: Ints, merchant: Ints, usual: Ints, draw: Floats) -> Ints:
        """The chain people go to at home instead, where it is, now and then.

        Args:
            day: The day.
            user: Who buys, `[N]`.
            merchant: Where else they would, row of the catalog's merchants, `[N]`.
            usual: Where they buy the same at home, `[N]`.
            draw: In [0, 1), `[N]`.

        Returns:
            Row of the catalog's merchants each, `[N]`.
        """
        is_there = self._is_chain_in[usual, self._state[self._place[day, user]]]
        return np.where(is_there & (draw < self._usual_share[usual]), usual, merchant)

    def choose_instead(self, day: int, user: Ints, draw: Ints) -> Ints:
        """Where people buy on a trip whenever they like, as meals.

        Args:
            day: The day.
            user: Who buys, `[N]`.
            draw: TABLE_BITS bits, `[N]`.

        Returns:
            Row of the catalog's merchants each, `[N]`.
        """
        merchant: Ints = self._chosen_instead[self._state[self._place[day, user]], draw]
        return merchant

    def place_of(self, day: int, user: Ints, trip: Ints) -> Ints:
        """The town of what is bought on a trip.

        Args:
            day: The day.
            user: Who buys, `[N]`.
            trip: Which is bought on a trip, places among `[N]`.

        Returns:
            Row of the places, NO_PLACE of all else: `[N]`.
        """
        place = np.full(user.size, NO_PLACE)
        place[trip] = self._place[day, user[trip]]
        return place


@functools.lru_cache(maxsize=8)
def _choices(catalog: Catalog, wanted: tuple[float, ...]) -> tuple[Ints, Ints]:
    """Merchants by draw, flown or by car and state `[2, S, 4096]`; the same of what is bought at
    any time, by state alone `[S, 4096]`."""
    shops, groups, trips = catalog.merchants, catalog.spending_groups, catalog.trip_purchases
    popularity = shops.weight**POPULARITY_EXPONENT * np.isnat(shops.closed_on)
    popularity = popularity * np.array(wanted)[shops.group]
    in_person = popularity * np.maximum(shops.in_store_share, _is_ride(catalog))
    code = np.array(shops.category_detailed)
    is_ordinary = catalog.visit_kinds.days_between[shops.visit_kind] == 0
    is_instead = np.isin(shops.group, [groups.index(name) for name in _INSTEAD]) & is_ordinary
    by_mode, instead = [], []
    for state in range(shops.serves.shape[1]):
        here = in_person * shops.serves[:, state]
        fallback = here if here.any() else popularity
        mixes = []
        for share in (trips.flown_share, trips.driven_share):
            weight = np.zeros(code.size)
            for of, each in zip(trips.category_detailed, share.tolist(), strict=True):
                members = here * (code == of)
                # In proportion to what is asked of the group as well.
                asked = (
                    np.average(np.array(wanted)[shops.group], weights=code == of)
                    if (code == of).any()
                    else 0.0
                )
                weight += members / max(members.sum(), 1e-12) * each * asked
            mixes.append(weight if weight.any() else fallback)
        by_mode.append([choice_table(weight, TABLE_BITS) for weight in mixes])
        meals = (mixes[0] + mixes[1]) * is_instead
        instead.append(choice_table(meals if meals.any() else mixes[0], TABLE_BITS))
    return np.array(by_mode).transpose(1, 0, 2).copy(), np.array(instead)


def _is_ride(catalog: Catalog) -> Flags:
    """Which merchants are paid in an app though one is there: `[N]`."""
    codes = np.array(catalog.merchants.category_detailed)
    return np.asarray(codes == "TRANSPORTATION_TAXIS_AND_RIDE_SHARES")
