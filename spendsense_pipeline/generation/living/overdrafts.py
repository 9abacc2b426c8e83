"""Overdrafts: what is below zero is covered from savings, or costs a fee the business day after."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, places
from spendsense_pipeline.generation.banking import FORESEEN_DAYS, arrival, saves_elsewhere
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.diary import Diary
from spendsense_pipeline.generation.postings import Leg, Purpose, Slot
from spendsense_pipeline.generation.randomness import integers, words_each
from spendsense_pipeline.generation.targets import is_targeted
from spendsense_pipeline.generation.world import World

OVERDRAFT_FEE_CENTS = 3_500
"""The commonest overdraft fee (Bankrate 2025)."""
COVER_UNIT_CENTS = 10_000
THIN_COVER_UNITS_CENTS = np.array([2_000, 2_500, 4_000, 5_000, 5_000])
"""Who runs out brings what is missing and little more, each in sums of their own (judged)."""


class Overdrafts:
    """Looks after checking accounts of a shard at both ends of a day."""

    def __init__(
        self, world: World, is_tight: Flags, everyday_cents: Floats, coming_cents: Ints
    ) -> None:
        """Look up what does not change from day to day.

        Args:
            world: The shard.
            is_tight: Who runs out before payday, `[U]`.
            everyday_cents: What there is for purchases in a usual month, `[U]`.
            coming_cents: What is known to leave checking on each day, less the pay that comes in,
                `[U, D]`.
        """
        days = np.arange(world.days)
        self._next_open = world.calendar.on_or_after(days)
        self._is_open = self._next_open == days
        # A standing order goes on beside it; who is to save looks elsewhere first.
        self._may_draw = ~is_targeted(
            world.profiles.people.target, lambda way: way.savings == "builder"
        )
        self._world = world
        self._cover_keys = world.keys("cover_days")
        self._waits = saves_elsewhere(world)
        unit = THIN_COVER_UNITS_CENTS[
            integers(world.words("cover_unit", 0), THIN_COVER_UNITS_CENTS.size)
        ]
        self._unit = np.where(is_tight, unit, COVER_UNIT_CENTS)
        self._units_more = np.where(is_tight, 1, 2)
        # Who runs out knows it: they send for what bills will lack.
        everyday = np.where(is_tight, 0.0, everyday_cents / DAYS_PER_MONTH)
        usual = np.rint(everyday).astype(np.int64)[:, np.newaxis]
        self._foreseen = _of_next_days(coming_cents + usual, FORESEEN_DAYS)
        self._arrives = np.full(world.users, -1)
        self._fee_day = np.full(world.users, -1)
        self._is_below = np.zeros(world.users, dtype=np.bool_)

    def hand_over(self, giver: Ints, taker: Ints) -> None:
        """Let some be below zero in the place of others.

        Args:
            giver: Users, `[N]`.
            taker: Who takes their place, `[N]`.
        """
        self._fee_day[taker], self._is_below[taker] = self._fee_day[giver], self._is_below[giver]
        self._arrives[taker] = self._arrives[giver]

    def begin_day(self, day: int, balances: Balances, diary: Diary) -> None:
        """Fees for having been below zero, on the business day after.

        Args:
            day: The day.
            balances: What everybody has.
            diary: Where it is written.
        """
        user = places(self._fee_day == day)
        if user.size == 0:
            return
        diary.on_checking(
            user, day, OVERDRAFT_FEE_CENTS, Fixed.OVERDRAFT_FEE, Purpose.OVERDRAFT_FEE
        )
        balances.checking[user] -= OVERDRAFT_FEE_CENTS

    def end_day(self, day: int, balances: Balances, due_soon: Ints, diary: Diary) -> None:
        """Cover what is below zero from savings where there is enough; else a fee is to come.

        Args:
            day: The day.
            balances: What everybody has.
            due_soon: Card payments of the next days of whose money comes from another bank, `[U]`.
            diary: Where it is written.
        """
        # Whose money comes from another bank sends for it days before it is missing.
        left = balances.checking - self._waits * (self._foreseen[day] + balances.pending + due_soon)
        short = places(left < 0)
        if short.size and self._is_open[day]:
            unit = self._unit[short]
            cents = (-left[short] // unit + self._units_more[short]) * unit
            # Who means to save does not undo it.
            has = (balances.savings[short] >= cents) & self._may_draw[short]
            has &= self._arrives[short] <= day
            user, cents = short[has], cents[has]
            if user.size:
                self._cover(day, user, cents, balances, diary)
        below = balances.checking < 0
        new = places(below & ~self._is_below)
        self._fee_day[new] = self._next_open[day + 1]
        self._is_below = below

    def is_newly_below(self, day: int, user: Ints) -> Flags:
        """Whether the day that ends has taken some below zero.

        Args:
            day: The day.
            user: Whom, `[N]`.

        Returns:
            `[N]`.
        """
        return np.asarray(self._fee_day[user] == self._next_open[day + 1], dtype=np.bool_)

    def charge_no_overdraft(self, user: Ints) -> None:
        """Whose bank sends back what took them below zero pays no fee for an overdraft: `[N]`."""
        self._fee_day[user] = -1

    def _cover(self, day: int, user: Ints, cents: Ints, balances: Balances, diary: Diary) -> None:
        """Bring money from savings, from another bank some days later."""
        world = self._world
        weekday = np.full(user.size, int(world.calendar.weekday[day]))
        word = words_each(self._cover_keys[user], day)
        arrives = arrival(world.calendar, np.full(user.size, day), weekday, word)
        # A history does not open with half a transfer.
        is_seen = (day >= world.history_day) | (arrives < world.history_day)
        arrives = np.where(self._waits[user] & is_seen, arrives, day)
        diary.transfer(
            user,
            day,
            cents,
            day,
            Leg(Slot.SAVINGS, Fixed.WAGE_OUT, Purpose.COVER_OUT),
            Leg(Slot.CHECKING, Fixed.WAGE_IN, Purpose.COVER_IN),
            arrives,
        )
        self._arrives[user] = arrives
        balances.savings[user] -= cents
        at_once = arrives == day
        balances.checking[user[at_once]] += cents[at_once]
        later = ~at_once
        nobodys = np.full(int(later.sum()), balances.nobodys)
        balances.refund(arrives[later], user[later], nobodys, cents[later])


def _of_next_days(cents: Ints, days: int) -> Ints:
    """What each day's next ones come to: `[D, U]`, never less than 0."""
    total = np.cumsum(np.pad(cents, ((0, 0), (1, days))), axis=1)
    coming: Ints = np.maximum(total[:, 1 + days :] - total[:, 1:-days], 0)
    return coming.T.copy()
