"""Thin accounts: cash, friends and what had been put off, by people who run out before payday.

What happens below zero is for `overdrafts`.
"""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, Words, bounded, places
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.banking import saves_elsewhere
from spendsense_pipeline.generation.behaviours.people_paid import (
    FRIENDS_PER_USER,
    SENT_MEDIAN_USD,
    SENT_SIGMA,
    friends,
    sent_per_month,
)
from spendsense_pipeline.generation.calendar import LONGEST_CLOSED_DAYS
from spendsense_pipeline.generation.habits import cash_habits
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.better_days import LIVED_OFF_DAYS, PUT_ASIDE
from spendsense_pipeline.generation.living.diary import Diary
from spendsense_pipeline.generation.living.wants import KEPT_CENTS, SOME_CENTS, Wanting
from spendsense_pipeline.generation.postings import NO_PLACE, Purpose
from spendsense_pipeline.generation.randomness import bits, normal, uniform
from spendsense_pipeline.generation.targets import NO_TARGET
from spendsense_pipeline.generation.world import World

# A household that runs out takes cash, and buys what it had put off, while the money is fresh: the
# daily chance of either grows with what it has, so that a surplus does not lie about.
CHANCE, CHANCE_PER_USD = 0.10, 0.004
CHANCE_TIMES = {Cadence.WEEKLY: 4.5}
CHANCE_TIMES_USUAL = 2.2
CHANCE_FROM_USD = 35.0
CHANCE_RANGE = (0.02, 0.5)
CASH_SHARE, PUT_OFF_SHARE, PUT_OFF_SHARE_TARGETED = 0.19, 1.0, 2.2
CASH_MEDIAN_CENTS = 8_000
SENDS_OFTENER = 2.2
"""On days with something left, than on all days, to send friends as much as others do."""
_TWENTY, _FIVE, _HUNDRED = 2_000, 500, 10_000
SAVES_ABOVE, SAVES_ABOVE_TARGETED = 1.2, 0.9
"""Of a usual period's money: what there is beyond that may be a windfall."""
SAVES_AFTER_DAYS = 60
"""Of a life that has just got tighter, those in which nothing is one."""
LARGER_A_DAY, LARGER_A_DAY_NATURAL = 3.5, 1.5
LARGER_USD, USUAL_USD = 100.0, 55.0
"""Of such things, at most, for every purchase of a usual day; so dear, and so dear other purchases
while there is money, for a usual household's basket."""
WINDFALL_CENTS, SAVED_SHARE, SAVED_IN_DAYS = 50_000, 0.6, 3.0
"""More than that left over, as after a tax refund, and some of it is saved in whole hundreds,
within some days."""
WINDFALL_TARGETED_CENTS, SAVED_SHARE_TARGETED, SAVED_IN_DAYS_TARGETED = 25_000, 0.85, 1.5
EMPTY_CENTS = 1_200
BORROWS_SHARE = 0.015
"""Of days on which nothing is left, those on which a friend lends something."""
BORROWED_CENTS = np.array([1_500, 2_000, 2_500, 3_000, 4_000, 5_000])


class ThinAccounts:
    """Lives the thin days of a shard."""

    def __init__(
        self,
        world: World,
        labels: Labels,
        wanting: Wanting,
        everyday_cents: Floats,
        relative: Floats,
        usual_rate: Floats,
        friends_pay: Flags,
    ) -> None:
        """Look up what does not change from day to day.

        Args:
            world: The shard.
            labels: The catalog's counterparties.
            wanting: Tells who runs out, and what they have before payday.
            everyday_cents: What there is for purchases in a usual month, `[U]`.
            relative: The same for a purchase, relative to a usual household's, `[U]`.
            usual_rate: Purchases a day in a usual month, `[U]`.
            friends_pay: Days on which something of a friend posts as it is, `[U, D]`.
        """
        self._wanting = wanting
        self._who = wanting.tight
        days = np.arange(world.days)
        who = self._who
        # A row per day, as a day's are looked at together.
        self._chance = uniform(_drawn(world, "lump", 2 * days, who))
        self._put_off = uniform(_drawn(world, "lump", 2 * days + 1, who))
        size = normal(_drawn(world, "lump_size", 2 * days, who))
        cash = np.rint(CASH_MEDIAN_CENTS * np.exp(0.5 * size) / _TWENTY) * _TWENTY
        self._cash = np.clip(cash, _TWENTY, 40_000).astype(np.int64)
        size = normal(_drawn(world, "lump_size", 2 * days + 1, who))
        usd = SENT_MEDIAN_USD * np.exp(SENT_SIGMA * size)
        self._sums = np.maximum(np.rint(usd * 100 / _FIVE), 1).astype(np.int64) * _FIVE
        chance = sent_per_month(world)[who] / DAYS_PER_MONTH * SENDS_OFTENER
        self._sends = uniform(_drawn(world, "sends", days, who)) < chance
        is_natural = world.profiles.people.target[who] == NO_TARGET
        within = np.where(is_natural, SAVED_IN_DAYS, SAVED_IN_DAYS_TARGETED)
        self._saves = uniform(_drawn(world, "saves_windfall", days, who)) < 1 / within
        self._windfall = np.where(is_natural, WINDFALL_CENTS, WINDFALL_TARGETED_CENTS)
        self._saved_share = np.where(is_natural, SAVED_SHARE, SAVED_SHARE_TARGETED)
        word = _drawn(world, "lends", days, who)
        self._lends = bits(word, 40, 20) < BORROWS_SHARE * (1 << 20)
        self._next_open = world.calendar.on_or_after(days)
        # An app that names nobody pays out once a day, and nobody borrows twice over a weekend.
        posts = np.minimum(self._next_open, world.days - 1)
        self._lends &= ~friends_pay[who].T[posts]
        for before in range(1, LONGEST_CLOSED_DAYS + 1):
            at_once = self._next_open[before:] == self._next_open[:-before]
            self._lends[before:] &= ~(self._lends[:-before] & at_once[:, np.newaxis])
        self._lent = BORROWED_CENTS[bits(word, 20, 16) % BORROWED_CENTS.size]
        cadence = world.profiles.cadence[who]
        self._cash_share = CASH_SHARE * cash_habits(world)[who]
        self._times = np.array([CHANCE_TIMES.get(each, CHANCE_TIMES_USUAL) for each in Cadence])[
            cadence
        ]
        self._usual = everyday_cents[who] / DAYS_PER_MONTH * wanting.period
        """What there is in a usual period: `[D, T]` cents."""
        everybody, which = np.indices((world.users, FRIENDS_PER_USER)).reshape(2, -1)
        self._sent, self._received = (
            friends(world, labels, everybody, which, is_sent=is_sent)
            .reshape(world.users, FRIENDS_PER_USER)
            .T
            for is_sent in (True, False)
        )
        self._is_open = self._next_open == days
        # Who is to run out in every period buys sooner.
        self._put_off_share = np.where(is_natural, PUT_OFF_SHARE, PUT_OFF_SHARE_TARGETED)
        self._saves_above = np.where(is_natural, SAVES_ABOVE, SAVES_ABOVE_TARGETED)
        self._larger_most = (
            np.where(is_natural, LARGER_A_DAY_NATURAL, LARGER_A_DAY) * usual_rate[who]
        )
        self._larger_cents = LARGER_USD * 100 * relative[who]
        self._usual_cents = USUAL_USD * 100 * relative[who]
        # What is left of better days is no surplus to settle something with.
        begun = world.chapters.number[who] > 0
        self._saves_from = (world.chapters.first_day[who] + begun * SAVES_AFTER_DAYS).astype(int)
        # Nor is it meant for what was put off: nothing had been.
        is_newly = begun & ~wanting.is_tight[world.chapters.before[who]]
        self._buys_from = world.chapters.first_day[who] + is_newly * LIVED_OFF_DAYS
        self._waits = saves_elsewhere(world)

    def of_day(
        self,
        day: int,
        balances: Balances,
        diary: Diary,
        rate: Floats,
        machine: tuple[Ints, Ints],
    ) -> Ints:
        """Cash and friends, before purchases.

        Args:
            day: The day.
            balances: What everybody has.
            diary: Where it is written.
            rate: Purchases each wants of the day, `[U]`.
            machine: The machine each user goes to, a label, and its place: `[U]` each.

        Returns:
            How many things each buys today that had to wait for money: `[U]`.
        """
        who = self._who
        larger = np.zeros(self._waits.size, dtype=np.int64)
        if who.size == 0:
            return larger
        free = self._wanting.free_cents[who] + KEPT_CENTS
        ticket = free / 100 / self._wanting.days_left[day]
        chance = self._times * (CHANCE + CHANCE_PER_USD * (ticket - CHANCE_FROM_USD))
        chance = bounded(chance, *CHANCE_RANGE)
        has_some = free > SOME_CENTS
        takes = has_some & (self._chance[day] < chance * self._cash_share)
        cash = self._cash[day]
        at = places(takes & (cash < 0.6 * free))
        if at.size:
            taken = cash[at]
            self._post(day, who[at], taken, balances, diary, machine[0], Purpose.CASH, machine[1])
            free[at] -= taken
        friend, sums = day % FRIENDS_PER_USER, self._sums[day]
        at = places(has_some & self._sends[day] & (sums < 0.3 * free))
        if at.size:
            to, sent = self._sent[friend], sums[at]
            self._post(day, who[at], sent, balances, diary, to, Purpose.FRIEND_OUT)
            free[at] -= sent
        at = places(self._lends[day] & (free < EMPTY_CENTS))
        if at.size:
            lent, of = -self._lent[day][at], self._received[friend]
            self._post(day, who[at], lent, balances, diary, of, Purpose.FRIEND_IN)
        # A third paycheck of a month, a refund: some of it is saved.
        left_over = (free - self._saves_above * self._usual[day]) * (day >= self._saves_from)
        free -= self._save(day, left_over, balances, diary)
        buys = has_some & (self._put_off[day] < chance * self._put_off_share)
        # What a day's usual purchases will not use up of what is meant to be gone.
        beyond = free / self._wanting.days_left[day] - rate[who] * self._usual_cents
        most = self._larger_most * has_some
        things = np.minimum(np.maximum(beyond // self._larger_cents, 0), most).astype(np.int64)
        larger[who] = (buys + things) * (day >= self._buys_from)
        return larger

    def _save(self, day: int, left_over: Floats, balances: Balances, diary: Diary) -> Ints:
        """Put aside part of a windfall when banks are open, by who saves at theirs: `[T]` cents."""
        who = self._who
        if not self._is_open[day]:
            return np.zeros(who.size, dtype=np.int64)
        at = places((left_over > self._windfall) & self._saves[day])
        at = at[~self._waits[who[at]]]
        saved = np.zeros(who.size, dtype=np.int64)
        if at.size:
            hundreds = np.rint(self._saved_share[at] * left_over[at] / _HUNDRED)
            saved[at] = cents = hundreds.astype(np.int64) * _HUNDRED
            user = who[at]
            diary.transfer(user, day, cents, day, *PUT_ASIDE)
            balances.checking[user] -= cents
            balances.savings[user] += cents
            self._wanting.free_cents[user] -= cents
        return saved

    def _post(
        self,
        day: int,
        user: Ints,
        cents: Ints,
        balances: Balances,
        diary: Diary,
        label: Ints,
        purpose: Purpose,
        place: Ints | None = None,
    ) -> None:
        # Machines pay out on any day; what people send each other posts when banks are open.
        settles = day if purpose == Purpose.CASH else int(self._next_open[day])
        at = NO_PLACE if place is None else place[user]
        diary.on_checking(user, day, cents, label[user], purpose, settles=settles, place=at)
        balances.move(day, settles, user, cents)
        self._wanting.free_cents[user] -= cents


def _drawn(world: World, purpose: str, index: Ints, who: Ints) -> Words:
    """Words of a purpose, a row per day: `[D, T]`."""
    return world.words(purpose, index, who).T.copy()
