"""Reserves of people who are paid rarely: what is kept of pay, and how the rest is drawn back.

No two households do it the same way: some keep a round sum of what comes, some move a round part of
it, some are paid into savings; some draw a weekly wage, some what they need, each in sums of their
own. What is moved on a payday looks at the pay and at the bills of the coming week, never at what
would be left.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.arrays import Flags, Ints, places
from spendsense_pipeline.generation.behaviours.irregular_pay import Handling
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.living.arrangements import Arrangements
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.diary import Diary
from spendsense_pipeline.generation.postings import Leg, Purpose, Slot
from spendsense_pipeline.generation.world import World

# In months of the household's own spending, which is what keeps a checking account thin: found by
# simulating 200 households of each handling over two years, on 99.5 % of nights or more.
KEPT_MONTHS = {Handling.SEASON_WEEKLY: 0.24}
KEPT_MONTHS_USUAL = 0.2
KEPT_AT_MOST_MONTHS = 0.27
"""By who moves a round part of what comes, however much it is."""
KEPT_FACTORS: Final = np.array([0.75, 1.0, 1.0, 1.0, 1.25, 1.5])
"""What is kept of one payment and another, around the usual."""
SURPLUS_MONTHS, SURPLUS_LEFT_MONTHS = 0.8, 0.3
"""With more than that in checking, as after years of wages, all but some of it is moved as well."""
SWEPT_LEAST_CENTS: Final = 25_000
"""Nobody bothers to move less."""
COMING_DAYS: Final = 6
"""After a payday: bills of those days are paid from what is kept."""
KEPT_BESIDE_LARGE_SHARE: Final = 0.3
"""Of what is usually kept, what is where a large bill of those days is kept as well."""
SKIPS_ABOVE_MONTHS = 0.15
SKIPS_ABOVE_BIWEEKLY_MONTHS = 0.08
HELPED_BELOW_MONTHS = 0.06
"""A partner pays in when next to nothing is left."""
WAITS_DAYS: Final = 5
"""Before a payday: who is about to be paid draws nothing that can wait."""
FETCHES_BELOW_MONTHS = 0.04
MONTHLY_DRAW_SHARE = 0.5
LARGE_BILL_MONTHS: Final = 0.12
"""A day's bills of more than that are large: fetched when they are due; a wage is for the rest."""
HELP_SHARE = 0.9
"""Of what the household spends, what its partner pays in."""
HELP_FACTORS: Final = np.array([0.7, 0.8, 0.9, 1.0, 1.0, 1.0, 1.1, 1.2, 1.3])
"""What a partner pays in one time and another, around the usual."""
LACKING_FACTORS: Final = np.array([0.9, 1.0, 1.0, 1.1, 1.2, 1.25])
"""What a partner pays in where savings lack a sum, around it."""
_FIFTY, _HUNDRED, _FIVE_HUNDRED = 5_000, 10_000, 50_000
_SWEEP: Final = (
    Leg(Slot.CHECKING, Fixed.SAVINGS_OUT, Purpose.SWEEP_OUT),
    Leg(Slot.SAVINGS, Fixed.SAVINGS_IN, Purpose.SWEEP_IN),
)
_WAGE: Final = (
    Leg(Slot.SAVINGS, Fixed.WAGE_OUT, Purpose.WAGE_OUT),
    Leg(Slot.CHECKING, Fixed.WAGE_IN, Purpose.WAGE_IN),
)
USUAL_DAYS: Final = 120
"""Bills are looked at over the first days of the plan, which every plan has."""


class Reserves:
    """Moves money between checking and savings for people with rare pay, day by day."""

    def __init__(
        self, world: World, arrangements: Arrangements, pay: Ints, due: Ints, helpers: Ints
    ) -> None:
        """Look up what does not change from day to day.

        Args:
            world: The shard.
            arrangements: What each household has arranged.
            pay: Pay into checking on each day, `[U, D]` cents.
            due: What leaves checking on each day by contract, `[U, D]` cents.
            helpers: Who helps each person out, a label each, `[U]`.
        """
        self._helpers = helpers
        days = np.arange(world.days)
        self._is_open = world.calendar.on_or_after(days) == days
        self._who = arrangements.who
        spends, handling = arrangements.spends_cents, arrangements.handling
        self._spends = spends
        self._is_helped = handling == Handling.HELPED
        self._none = np.zeros(self._who.size, dtype=np.int64)
        # A row per day, as a day's are looked at together.
        pay, due = pay[self._who].T, due[self._who].T
        self._is_paid = (pay > 0) & arrangements.paid_on.T
        # Nobody who has just begun to live so moves anything before the first client has paid.
        paid = np.cumsum(np.pad(self._is_paid, ((1, 0), (0, 0))), axis=0)
        begins = np.maximum(world.chapters.first_day[self._who], 0)
        self._has_been_paid = paid[1:] > paid[begins, np.arange(self._who.size)]
        self._keeps = _kept_cents(arrangements, pay, due)
        unit = np.where(arrangements.keeps_round_sum, _HUNDRED, _FIFTY)
        swept = np.maximum(pay - self._keeps, 0) // unit * unit
        self._swept = np.where(self._is_paid & (swept >= SWEPT_LEAST_CENTS), swept, 0)
        draws = arrangements.draws_on.T & (pay == 0)
        # Nobody draws a wage just before or just after a payday.
        self._draws = draws & ~self._is_helped
        self._draws &= ~_within(self._is_paid, WAITS_DAYS, COMING_DAYS - 1)
        """Days on which a wage is drawn, if too little is left; so of help: `[D, R]`."""
        self._asks = draws & self._is_helped
        just_paid = _within(self._is_paid & (self._swept > 0), WAITS_DAYS, COMING_DAYS - 1)
        # Rent and the like are fetched on their day: money kept for them is money in checking.
        self._coming = _until_next_open(world, np.where(due > LARGE_BILL_MONTHS * spends, 0, due))
        # Bills are met as they come, not saved up for: small ones until banks open again.
        least = np.where(just_paid, 0, FETCHES_BELOW_MONTHS) * spends
        self._needs = least + self._coming
        """What is fetched where checking holds less: `[D, R]` cents."""
        self._set_aside = arrangements.set_aside_cents.T
        self._own_sum = arrangements.own_sum_cents
        by_week = 7 / DAYS_PER_MONTH
        share = by_week * (1 + arrangements.is_biweekly)
        share = np.where(handling == Handling.SAVED_MONTHLY, MONTHLY_DRAW_SHARE, share)
        share = np.where(self._is_helped, share * HELP_SHARE, share)
        early = due[:USUAL_DAYS]
        large = np.where(early > LARGE_BILL_MONTHS * spends, early, 0).sum(axis=0)
        everyday = spends - large * DAYS_PER_MONTH / USUAL_DAYS
        is_weekly = np.isin(handling, (Handling.KEEPS_WEEKLY, Handling.SEASON_WEEKLY))
        meant = np.where(is_weekly, np.maximum(everyday, spends / 4), spends)
        self._wage = np.rint(share * meant / _FIFTY).astype(np.int64) * _FIFTY
        factor = HELP_FACTORS[arrangements.varies.T % HELP_FACTORS.size]
        self._helps = np.rint(self._wage * factor / _FIFTY).astype(np.int64) * _FIFTY

        self._lacking_factor = LACKING_FACTORS[arrangements.varies.T % LACKING_FACTORS.size]
        skips = np.where(arrangements.is_biweekly, SKIPS_ABOVE_BIWEEKLY_MONTHS, SKIPS_ABOVE_MONTHS)
        self._skips_above = np.where(self._is_helped, HELPED_BELOW_MONTHS, skips) * spends
        self._much = SURPLUS_MONTHS * spends

    @property
    def wage_cents(self) -> Ints:
        """What each draws, or is usually given, at a time: `[R]`."""
        return self._wage

    def of_day(self, day: int, balances: Balances, diary: Diary) -> None:
        """Move what is to be moved on a day, after what posts and before purchases.

        Args:
            day: The day.
            balances: What everybody has.
            diary: Where it is written.
        """
        who = self._who
        if who.size == 0 or not self._is_open[day]:
            return
        moved, helped = self._missing(balances)
        checking = balances.checking[who] + helped
        has = checking - balances.pending[who]
        # Who was below zero moves the less.
        there = np.minimum(np.minimum(has, checking) - self._keeps[day], self._swept[day])
        swept = there // _FIFTY * _FIFTY
        moved = np.maximum(moved, swept * (swept >= SWEPT_LEAST_CENTS))
        self._move_surplus(day, has, moved)
        self._move(day, moved, balances, diary, is_in=True)

        has = has - moved
        is_low = has < self._skips_above
        help_cents = self._helps[day] * (self._asks[day] & is_low)
        has = has + help_cents
        drawn = self._wage * (self._draws[day] & is_low)
        shortfall = self._needs[day] - has - drawn
        at = places((shortfall > 0) & (moved == 0))
        if at.size:
            own = self._own_sum[at]
            drawn[at] += np.ceil(shortfall[at] / own).astype(np.int64) * own
        helped = helped + help_cents
        if drawn.any():
            helped += self._draw(day, drawn, balances, diary)
        self._help(day, helped, balances, diary)

    def _draw(self, day: int, drawn: Ints, balances: Balances, diary: Diary) -> Ints:
        """Draw what there is in savings, and say what a partner pays in instead: `[R]` cents."""
        free = balances.savings[self._who] - self._set_aside[day]
        left = np.maximum(free, 0) // _FIFTY * _FIFTY
        # What savings lack, a partner pays in.
        is_lacking = self._is_helped & (drawn > left)
        fetched = np.where(is_lacking, 0, np.minimum(drawn, left))
        self._move(day, fetched, balances, diary, is_in=False)
        paid_in = np.rint(drawn * self._lacking_factor[day] / _FIFTY).astype(np.int64) * _FIFTY
        return np.where(is_lacking, paid_in, 0)

    def _move_surplus(self, day: int, has: Ints, moved: Ints) -> None:
        """Add what lies in checking from other times, in whole five hundreds, to what is moved:
        `[R]` cents."""
        beyond = has - self._coming[day]
        at = places((beyond > self._much) & self._has_been_paid[day] & (moved == 0))
        if at.size:
            surplus = beyond[at] - SURPLUS_LEFT_MONTHS * self._spends[at]
            moved[at] = (surplus // _FIVE_HUNDRED * _FIVE_HUNDRED).astype(np.int64)

    def _missing(self, balances: Balances) -> tuple[Ints, Ints]:
        """What savings lack after a rent that a poor season did not leave, and what checking lacks
        of that, which family makes up for: `[R]` cents each."""
        who = self._who
        savings = balances.savings[who]
        if not (savings < 0).any():
            return self._none, self._none
        missing = -(np.minimum(savings, 0) // _FIFTY) * _FIFTY
        has = balances.checking[who] - balances.pending[who]
        return missing, np.maximum(missing - np.maximum(has, 0) // _FIFTY * _FIFTY, 0)

    def _help(self, day: int, cents: Ints, balances: Balances, diary: Diary) -> None:
        """A partner, or family, pays into checking, all of a day in one sum: `[R]` cents."""
        at = places(cents > 0)
        if at.size == 0:
            return
        user = self._who[at]
        diary.on_checking(user, day, -cents[at], self._helpers[user], Purpose.PARTNER_IN)
        balances.checking[user] += cents[at]

    def _move(
        self, day: int, cents: Ints, balances: Balances, diary: Diary, *, is_in: bool
    ) -> None:
        at = places(cents > 0)
        if at.size == 0:
            return
        user, moved = self._who[at], cents[at]
        diary.transfer(user, day, moved, day, *(_SWEEP if is_in else _WAGE))
        sign = 1 if is_in else -1
        balances.checking[user] -= sign * moved
        balances.savings[user] += sign * moved


def _kept_cents(arrangements: Arrangements, pay: Ints, due: Ints) -> Ints:
    """What of a day's pay stays in checking: the usual, and what the bills of the coming week take.

    Args:
        arrangements: What each household has arranged, `[R]`.
        pay: Pay into checking on each day, `[D, R]` cents.
        due: What leaves checking on each day by contract, `[D, R]` cents.

    Returns:
        `[D, R]` cents.
    """
    spends, handling = arrangements.spends_cents, arrangements.handling
    months = np.array([KEPT_MONTHS.get(each, KEPT_MONTHS_USUAL) for each in Handling])[handling]
    factor = KEPT_FACTORS[arrangements.varies.T % KEPT_FACTORS.size]
    sums = np.rint(months * factor * spends / _HUNDRED) * _HUNDRED
    part = np.minimum((1 - arrangements.moved_share) * pay, KEPT_AT_MOST_MONTHS * spends)
    total = np.cumsum(np.pad(due, ((1, COMING_DAYS), (0, 0))), axis=0)
    coming = total[1 + COMING_DAYS :] - total[1:-COMING_DAYS]
    keeps = np.where(arrangements.keeps_round_sum, sums, part)
    # Whom a partner helps, is helped with the rent.
    coming = np.where(handling == Handling.HELPED, 0, coming)
    has_large = coming > LARGE_BILL_MONTHS * spends
    keeps = np.where(has_large, KEPT_BESIDE_LARGE_SHARE * keeps, keeps)
    return np.asarray(keeps + np.ceil(coming / _HUNDRED) * _HUNDRED, dtype=np.int64)


def _until_next_open(world: World, due: Ints) -> Ints:
    """What leaves checking after each day until banks have opened again: `[D, R]` cents."""
    days = np.arange(world.days)
    until = np.minimum(world.calendar.on_or_after(days + 1), world.days - 1)
    total = np.cumsum(due, axis=0)
    coming: Ints = total[until] - total
    return coming


def _within(happens: Flags, before: int, after: int) -> Flags:
    """Days at most so many before what happens, or so many after it: `[D, R]`."""
    padded = np.pad(happens, ((after, before), (0, 0))).astype(np.int64)
    count = np.cumsum(np.pad(padded, ((1, 0), (0, 0))), axis=0)
    width = before + after + 1
    return np.asarray(count[width:] > count[:-width])
