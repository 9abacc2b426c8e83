"""What is bought on a day: how many things, of what kind, where, at what price, and how it is paid.

How many and of what kind follows what a household wants to spend (see `wants`); a price is what the
merchant sells at. What cannot be afforded is not bought: something cheap of the kind, or nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints, places
from spendsense_pipeline.generation.behaviours.credit import Cards
from spendsense_pipeline.generation.habits import cash_habits, weekday_habits
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.counting import Counting
from spendsense_pipeline.generation.living.errands import Destinations
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
from spendsense_pipeline.generation.living.wants import Wants
from spendsense_pipeline.generation.shops import Favourites
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

_LIKED_DRAWS: Final = LIKED_SHARE * REFUND.size("is_liked")
CHEAPER_SHARE = 0.8
"""Of purchases that cannot be afforded, those in whose place something cheap of it is."""
_CHEAPER_DRAWS: Final = CHEAPER_SHARE * SETTLEMENT.size("cheaper")
_CHEAPEST: Final = 8
"""Out of the cheapest eighth."""
_DEAREST: Final = 2
"""What was put off is of the dearer half."""
_BY_DEBIT: Final = 1.0
"""A draw that no card comes of: the money is there."""


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
        self._destinations = Destinations(world, labels, on_trips, favourites)
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
        self._way, self._on_trips = way, on_trips
        self._liked = liked_kinds(world)
        self._is_needed = needed_groups(catalog)
        self._paying = Paying(world, cards, catalog)
        self._settling = Settling(world, catalog, tastes)

    def hand_over(self, giver: Ints, taker: Ints) -> None:
        """Let some remember where others have been lately.

        Args:
            giver: Users, `[N]`.
            taker: Who takes their place, `[N]`.
        """
        self._destinations.hand_over(giver, taker)
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
        errands = self._destinations.of_day(day, user, serial, group, draws, put_off)
        group, merchant, trip = errands.group, errands.merchant, errands.trip
        is_bought = np.ones(user.size, dtype=np.bool_)
        is_bought[errands.needless] = False
        cash = places(group == self._cash)
        is_bought[cash[draws["fetches_cash"][cash] >= self._cash_trips[user[cash]]]] = False
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
        self._destinations.take_note(day, basket.user, basket.merchant)
        draws = draws.where(at)
        return self._settling.of_day(day, basket, draws), draws

    def _groups(self, day: int, user: Ints, level: Ints, draws: Draws) -> Ints:
        """What kind of thing is bought, by tilt, weekday, season and person: `[N]`."""
        weekday, month = self._calendar.weekday[day], self._calendar.month_of_year[day]
        row = self._tastes.row_of(self._way[user], level)
        at = places(draws["is_liked"] < _LIKED_DRAWS)
        liked_draw = self._liked[user[at], draws["liked"][at]]
        both = self._tastes.groups_on[weekday][month].passed(
            np.concatenate([row, row[at]]), np.concatenate([draws["group"], liked_draw])
        )
        group: Ints = both[: user.size]
        liked = both[user.size :]
        group[at] = np.where(self._is_needed[liked], group[at], liked)
        return group
