"""What is bought on a day: how many things, of what kind, where, at what price, and how it is paid.

How many and of what kind follows what a household wants to spend (see `wants`); a price is what the
merchant sells at. What cannot be afforded is not bought: something cheap of the kind, or nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, Words, places
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
    PurchaseWords,
    liked_kinds,
)
from spendsense_pipeline.generation.living.settling import Basket, Purchases, Settling
from spendsense_pipeline.generation.living.tastes import (
    CASH_DRAWN_PER_FETCHED,
    CASH_GROUP,
    LIKED_SHARE,
    TILTS,
    Tastes,
    needed_groups,
)
from spendsense_pipeline.generation.living.wants import Wants
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.shops import (
    FAVOURITE_SHARE,
    FAVOURITES_PER_GROUP,
    favourite_draws,
    shops_for,
    usual_shops,
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
_SEEN_LEAST: Final = 40
"""Purchases before which nobody has had enough of a place."""
CHEAPER_SHARE = 0.8
"""Of purchases that cannot be afforded, those in whose place something cheap of it is."""
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
        """
        catalog = labels.catalog
        self._catalog, self._calendar, self._tastes = catalog, world.calendar, tastes
        self._merchant = catalog.merchants
        self._shops = shops_for(catalog, world.calendar.first_date)
        moves = plan_moves(world, catalog.places)
        self._state = catalog.places.state[moves.from_place]
        self._next_state = catalog.places.state[moves.to_place]
        self._moving_day = np.where(self._next_state != self._state, moves.day, _NEVER)
        self._goes_to = goes_to(world, catalog)
        self._favourites = usual_shops(world, catalog)
        self._favourite_draws = favourite_draws(world, len(catalog.spending_groups))
        self._days_between = catalog.visit_kinds.days_between
        self._visited = np.full((world.users, self._days_between.size), -10_000, dtype=np.int64)
        self._been = np.zeros((world.users, len(catalog.merchants)), dtype=np.int64)
        """How often each user has bought at each merchant: `[U, N]`."""
        self._prices = Prices(catalog, tastes, baskets)
        self._words = PurchaseWords(world)
        self._counting = Counting(world)
        self._habit = weekday_habits(world)
        trips = cash_habits(world) * CHOICES.size("fetches_cash") / CASH_DRAWN_PER_FETCHED
        self._cash_trips = np.where(world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK, 0, trips)
        """Of the times it is drawn, those on which cash is fetched: `[U]`."""
        self._everybody = np.arange(world.users)
        self._cash = catalog.spending_groups.index(CASH_GROUP)
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
        self._visited[taker], self._been[taker] = self._visited[giver], self._been[giver]
        self._on_trips.hand_over(giver, taker)

    def of_day(self, day: int, wants: Wants, balances: Balances) -> Purchases:
        """The purchases of a day, in order of user.

        Args:
            day: The day.
            wants: How often each user buys, how dear, and what there is to spend: `[U]`.
            balances: What they have.

        Returns:
            What is bought, `[N]`.
        """
        self._move(day)
        weekday = self._calendar.weekday[day]
        busy = self._tastes.busy_on[weekday] * self._habit[weekday]
        busy = busy * self._tastes.busy_in[self._calendar.month_of_year[day]]
        count = self._counting.of_day(day, self._on_trips.eased(day, wants.rate) * busy)
        count = self._on_trips.counts(day, count, wants.rate) + wants.larger
        user = self._everybody.repeat(count)
        first_of = (count.cumsum() - count).repeat(count)
        serial = np.arange(user.size) - first_of
        is_larger = serial >= (count - wants.larger)[user]
        first, second, third = self._words.of_day(day, user, serial)
        choices = CHOICES.apart(first)

        level = np.where(is_larger, TILTS.size - 1, wants.level[user])
        group = self._groups(day, user, level, choices["group"], third)
        merchant = self._merchants(day, user, group, choices, is_larger)
        at_home = REFUND.take(third, "at_home") / REFUND.size("at_home")
        is_away = self._on_trips.is_away(day, user, serial, at_home)
        at = places(is_away)
        instead = REFUND.take(third[at], "instead")
        merchant[at] = self._on_trips.choose(day, user[at], choices["merchant"][at], instead)
        group[at] = self._merchant.group[merchant[at]]
        rank = _FAVOURITE_RANK[choices["favourite"][at]]
        usual = self._favourites.of(day, user[at], group[at], rank)
        prefers = REFUND.take(third[at], "need") / REFUND.size("need")
        merchant[at] = self._on_trips.or_usual(day, user[at], merchant[at], usual, prefers)
        is_cashless = (group == self._cash) & (choices["fetches_cash"] >= self._cash_trips[user])
        self._elsewhere(day, user, group, merchant, is_away, third)
        is_too_soon = self._rarely(day, user, group, merchant, is_away, third)
        # Together with something cheap, in case it cannot be afforded.
        price = choices["price"]
        dear = CHOICES.size("price") - 1 - price // _DEAREST
        cents, cheap_cents = self._prices.of(
            user,
            group,
            merchant,
            np.array([np.where(is_larger, dear, price), price // _CHEAPEST]),
            SETTLEMENT.take(second, "ending"),
        )

        # What there is to spend is looked at once a day: what was bought earlier is taken off.
        spendable = wants.spendable_cents[user]
        pays_with = SETTLEMENT.take(second, "pays_with") / SETTLEMENT.size("pays_with")
        pays_with[is_larger] = _BY_DEBIT
        card = self._paying.card_of(user, first_of, merchant, cents, pays_with, balances)
        # Cash is fetched with the debit card, and no machine pays out what is not there.
        card[group == self._cash] = balances.nobodys
        is_debit = card == balances.nobodys
        before = running_before(first_of, cents, is_debit)
        is_dear = is_debit & (before + cents > spendable)
        cents = np.where(is_dear, cheap_cents, cents)
        before = running_before(first_of, cents, is_debit)
        considers = SETTLEMENT.take(second, "cheaper") < CHEAPER_SHARE * SETTLEMENT.size("cheaper")
        is_affordable = ~is_dear | (considers & (before + cents <= spendable))
        is_bought = is_affordable & ~is_too_soon & ~is_cashless
        place = self._on_trips.place_of(day, user, is_away)
        basket = Basket(user, serial, second, third, group, merchant, cents, card, place)
        basket = basket.where(is_bought)
        self._visited[basket.user, self._merchant.visit_kind[basket.merchant]] = day
        np.add.at(self._been, (basket.user, basket.merchant), 1)
        return self._settling.of_day(day, basket)

    def _move(self, day: int) -> None:
        """Whoever moves to another state that day shops at what serves it from then on."""
        who = places(self._moving_day == day)
        if who.size:
            self._state[who] = self._next_state[who]
            draws = self._favourite_draws[who]
            there = self._shops.favourites_of(self._state[who], draws, self._goes_to, who)
            self._favourites = self._favourites.moved(who, there)

    def _groups(self, day: int, user: Ints, level: Ints, draw: Ints, word: Words) -> Ints:
        """What kind of thing is bought, by tilt, weekday, season and person: `[N]`."""
        weekday, month = self._calendar.weekday[day], self._calendar.month_of_year[day]
        groups = self._tastes.groups_on[weekday][month]
        row = self._tastes.row_of(self._way[user], level)
        group: Ints = groups.passed(row, draw)
        at = places(REFUND.take(word, "is_liked") < _LIKED_DRAWS)
        liked = groups.passed(row[at], self._liked[user[at], REFUND.take(word[at], "liked")])
        group[at] = np.where(self._is_needed[liked], group[at], liked)
        return group

    def _merchants(
        self, day: int, user: Ints, group: Ints, choices: dict[str, Ints], is_larger: Flags
    ) -> Ints:
        """Mostly one of the user's favourites of the group, else any (oftener for what was put
        off), both by popularity: `[N]`."""
        rank = _FAVOURITE_RANK[choices["favourite"]]
        merchant = self._favourites.of(day, user, group, rank)
        often = np.where(is_larger, LARGER_AT_USUAL, 1.0) * self._goes_to_favourite[user]
        at = places(choices["goes_to_favourite"] >= often)
        who = user[at]
        other, is_gone_to = self._shops.choose(
            self._state[who], group[at], day, choices["merchant"][at], self._goes_to, who
        )
        merchant[at[is_gone_to]] = other[is_gone_to]
        return merchant

    def _rarely(
        self, day: int, user: Ints, group: Ints, merchant: Ints, is_away: Flags, word: Words
    ) -> Flags:
        """Where a visit would come too soon after the last of its kind, the usual place instead.

        Returns:
            Where the usual place would be visited too soon as well, `[N]`; the others are changed
            in `merchant`.
        """
        kind = self._merchant.visit_kind
        # On a trip, a meal instead.
        rare = places(is_away & (kind[merchant] > 0))
        since = day - self._visited[user[rare], kind[merchant[rare]]]
        again = rare[since < self._days_between[kind[merchant[rare]]]]
        draw = REFUND.take(word[again], "instead")
        merchant[again] = self._on_trips.choose_instead(day, user[again], draw)
        group[again] = self._merchant.group[merchant[again]]
        is_too_soon = np.zeros(user.size, dtype=np.bool_)
        rare = places(kind[merchant] > 0)
        need = REFUND.take(word, "need") / REFUND.size("need")
        # Who has driven far needs fuel.
        need[is_away] = 0.0
        who, visited = user[rare], kind[merchant[rare]]
        is_too_soon[rare[_repeated(who * self._days_between.size + visited, 1)]] = True
        again = rare[self._is_again(day, who, visited, need[rare])]
        if again.size:
            who, what = user[again], group[again]
            merchant[again] = self._favourites.of(day, who, what, np.zeros_like(who))
            is_too_soon[again] |= self._is_again(day, who, kind[merchant[again]], need[again])
        return is_too_soon

    def _elsewhere(
        self, day: int, user: Ints, group: Ints, merchant: Ints, is_away: Flags, word: Words
    ) -> None:
        """Another place of the kind where one has been the same day, or goes all the time.

        Changes `merchant`, and on a trip `group`.
        """
        visit = user * self._merchant.group.size + merchant
        stays = REFUND.take(word, "stays") / REFUND.size("stays")
        share = np.where(_repeated(visit, 1), AGAIN_SHARE, 1.0)
        share[_repeated(visit, 2)] = THIRD_SHARE
        seen = np.maximum(self._been.sum(axis=1), _SEEN_LEAST)[user]
        least, most = USUAL_MOST_SHARE
        usual = self._been[user, merchant] / seen
        share = np.minimum(share, (most - usual) / (most - least))
        is_ordinary = (self._merchant.visit_kind[merchant] == 0) & (group != self._cash)
        leaves = is_ordinary & (stays >= share)
        draw = REFUND.take(word, "instead")
        at = places(leaves & is_away)
        merchant[at] = self._on_trips.choose_instead(day, user[at], draw[at])
        group[at] = self._merchant.group[merchant[at]]
        at = places(leaves & ~is_away)
        who, before = user[at], merchant[at]
        other = self._favourites.of(day, who, group[at], draw[at] % FAVOURITES_PER_GROUP)
        anywhere, is_gone_to = self._shops.choose(
            self._state[who], group[at], day, draw[at], self._goes_to, who
        )
        merchant[at] = np.where((other == before) & is_gone_to, anywhere, other)

    def _is_again(self, day: int, user: Ints, kind: Ints, need: Floats) -> Flags:
        since = day - self._visited[user, kind]
        is_needed = need < self._catalog.visit_kinds.chance(kind, since)
        return np.asarray((kind > 0) & ~is_needed)


def _repeated(visit: Ints, most: int) -> Flags:
    """Which of a day's visits come after as many alike as there may be: `[N]`."""
    order = visit.argsort(kind="stable")
    ordered = visit[order]
    found = np.zeros(visit.size, dtype=np.bool_)
    found[order[most:]] = ordered[most:] == ordered[:-most]
    return found
