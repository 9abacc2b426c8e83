"""Reserves of people who are paid rarely: what is kept of pay, and how the rest is drawn back.

No two households do it the same way: some keep a round sum, some move a fixed part, some are paid
into savings; some draw a weekly wage, some what they need, in round sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, places
from spendsense_pipeline.generation.behaviours.income import Paychecks, events_passed
from spendsense_pipeline.generation.behaviours.irregular_pay import Handling, handling_of
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.living.balances import Balances
from spendsense_pipeline.generation.living.diary import Diary
from spendsense_pipeline.generation.postings import Leg, Purpose, Slot
from spendsense_pipeline.generation.randomness import integers, uniform
from spendsense_pipeline.generation.world import World

SAVED: Final = (Handling.SAVED_BIWEEKLY, Handling.SAVED_MONTHLY)
RENT_FROM_SAVINGS: Final = (*SAVED, Handling.SEASON_WEEKLY)
# In months of the household's own spending, which is what keeps a checking account thin: found by
# simulating 200 households of each handling over two years, on 99.5 % of nights or more.
KEPT_MONTHS = {Handling.SEASON_WEEKLY: 0.26}
KEPT_MONTHS_USUAL = 0.24
MOVED_SHARE_RANGE = (0.86, 0.95)
SKIPS_ABOVE_MONTHS = 0.15
FETCHES_BELOW_MONTHS = 0.04
SURPLUS_MONTHS = 0.15
MONTHLY_DRAW_SHARE = 0.5
RENT_AHEAD_FACTOR = 1.2
"""Kept in savings of each month's rent that is paid from them before the next pay; it may rise."""
ADDS_A_STEP_SHARE = 0.3
"""Of sums fetched, those that are a step larger than needed."""
HELP_SHARE = 0.9
"""Of what the household spends, what its partner pays in."""
MENU_CENTS: Final = (
    np.array([100, 150, 200, 300, 400, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000]) * 100
)
_FIFTY, _HUNDRED = 5_000, 10_000
_SWEEP: Final = (
    Leg(Slot.CHECKING, Fixed.SAVINGS_OUT, Purpose.SWEEP_OUT),
    Leg(Slot.SAVINGS, Fixed.SAVINGS_IN, Purpose.SWEEP_IN),
)
_WAGE: Final = (
    Leg(Slot.SAVINGS, Fixed.WAGE_OUT, Purpose.WAGE_OUT),
    Leg(Slot.CHECKING, Fixed.WAGE_IN, Purpose.WAGE_IN),
)


@dataclass(frozen=True)
class Arrangements:
    """What each household with rare pay has arranged: `[R]`, `who` among the shard."""

    who: Ints
    handling: Ints
    spends_cents: Floats
    """What it spends in a month."""
    set_aside_cents: Ints
    """Rent that savings will pay before the next pay: `[R, D]`."""
    keeps_round_sum: Flags
    moved_share: Floats
    paid_on: Flags
    """Days of rare pay, and not of what an employer still owed: `[R, D]`."""
    draws_on: Flags
    """Days of a wage, or of a partner's help: `[R, D]`."""
    adds_a_step: Floats
    """Draws that decide whether a fetched sum is a step larger: `[R, D]`."""


def arrange(
    world: World, paychecks: Paychecks, spends_cents: Floats, rent_cents: Floats
) -> Arrangements:
    """What the households of a shard with rare pay have arranged.

    Args:
        world: The shard.
        paychecks: Paydays, `[U, K]`.
        spends_cents: What each user spends in a month, `[U]`.
        rent_cents: What of it is paid from savings on one day, `[U]`.

    Returns:
        The arrangements, `[R]`.
    """
    calendar = world.calendar
    handling = handling_of(world)
    who = places(handling >= 0)
    handling = handling[who]
    days = np.arange(world.days)
    weekday = integers(world.words("wage_day", 0)[who], 5)
    to_first = (weekday - int(calendar.weekday[0])) % 7
    step = np.where(np.isin(handling, (Handling.SAVED_BIWEEKLY, Handling.HELPED)), 14, 7)
    nominal = to_first[:, np.newaxis] + step[:, np.newaxis] * np.arange(world.days // 7 + 1)
    monthly = calendar.monthly(1 + integers(world.words("wage_day", 1)[who], 5)).astype(np.int64)
    is_monthly = handling == Handling.SAVED_MONTHLY
    padded = np.full_like(nominal, world.days + 1)
    padded[:, : monthly.shape[1]] = monthly
    nominal = np.where(is_monthly[:, np.newaxis], padded, nominal)
    never = np.isin(handling, (Handling.KEEPS_NEEDED, Handling.SPLIT_NEEDED))
    inside = (nominal >= 0) & (nominal < world.days) & ~never[:, np.newaxis]
    draws_on = np.zeros((who.size, world.days + 10), dtype=np.bool_)
    row, column = np.nonzero(inside)
    draws_on[row, calendar.on_or_after(nominal[row, column])] = True
    paydays = paychecks.day[who]
    pays = (paydays >= 0) & (paydays < world.days) & (paychecks.cents[who] > 0)
    paid_on = np.zeros((who.size, world.days), dtype=np.bool_)
    payee, payment = np.nonzero(pays)
    paid_on[payee, paydays[payee, payment]] = True
    column = np.minimum(events_passed(paydays, world.days), paydays.shape[1] - 1)
    wait = np.take_along_axis(paydays, column, axis=1) - days
    rents = np.ceil(np.maximum(wait, 0) / DAYS_PER_MONTH)
    set_aside = rents * (rent_cents[who] * RENT_AHEAD_FACTOR)[:, np.newaxis]
    low, high = MOVED_SHARE_RANGE
    drawn = uniform(world.words("kept", np.arange(2))[who])
    return Arrangements(
        who=who,
        handling=handling,
        spends_cents=spends_cents[who],
        set_aside_cents=np.rint(set_aside).astype(np.int64),
        keeps_round_sum=drawn[:, 0] < 0.5,
        moved_share=low + (high - low) * drawn[:, 1],
        paid_on=paid_on,
        draws_on=draws_on[:, : world.days],
        adds_a_step=uniform(world.words("fetched", days, who)),
    )


class Reserves:
    """Moves money between checking and savings for people with rare pay, day by day."""

    def __init__(self, world: World, arrangements: Arrangements, pay: Ints, helpers: Ints) -> None:
        """Look up what does not change from day to day.

        Args:
            world: The shard.
            arrangements: What each household has arranged.
            pay: Pay into checking on each day, `[U, D]` cents.
            helpers: Who helps each person out, a label each, `[U]`.
        """
        self._helpers = helpers
        self._is_open = world.calendar.on_or_after(np.arange(world.days)) == np.arange(world.days)
        self._who = arrangements.who
        spends, handling = arrangements.spends_cents, arrangements.handling
        self._spends = spends
        self._is_helped = handling == Handling.HELPED
        # A row per day, as a day's are looked at together.
        pay = pay[self._who].T
        self._is_paid = (pay > 0) & arrangements.paid_on.T
        # Whose life has just come to this lives off what there is until a client pays.
        since = np.arange(world.days)[:, np.newaxis] >= world.chapters.first_day[self._who]
        has_begun = np.logical_or.accumulate(self._is_paid & since, axis=0)
        is_first = world.chapters.number[self._who] == 0
        self._moves_surplus = self._is_helped & (has_begun | is_first)
        self._moved_part = pay * arrangements.moved_share
        self._draws = arrangements.draws_on.T & (pay == 0)
        self._adds_a_step = (arrangements.adds_a_step < ADDS_A_STEP_SHARE).T
        self._set_aside = arrangements.set_aside_cents.T
        self._keeps_round_sum = arrangements.keeps_round_sum
        self._unit = np.where(self._keeps_round_sum, _HUNDRED, _FIFTY)
        months = np.array([KEPT_MONTHS.get(each, KEPT_MONTHS_USUAL) for each in Handling])
        self._kept = np.rint(months[handling] * spends / _HUNDRED).astype(np.int64) * _HUNDRED
        self._surplus = np.rint(SURPLUS_MONTHS * spends)
        by_week = 7 / DAYS_PER_MONTH
        share = np.select(
            [
                handling == Handling.SAVED_MONTHLY,
                handling == Handling.SAVED_BIWEEKLY,
                self._is_helped,
            ],
            [MONTHLY_DRAW_SHARE, 2 * by_week, 2 * by_week * HELP_SHARE],
            by_week,
        )
        self._wage = np.rint(share * spends / _FIFTY).astype(np.int64) * _FIFTY

    @property
    def wage_cents(self) -> Ints:
        """What each draws, or is given, at a time: `[R]`."""
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
        moved = self._missing(day, balances, diary)
        checking = balances.checking[who]
        has = checking - balances.pending[who]
        at = places(self._is_paid[day] | self._moves_surplus[day])
        if at.size:
            moved[at] = np.maximum(moved[at], self._swept(day, has, checking)[at])
        self._move(day, moved, balances, diary, is_in=True)

        has = has - moved
        draws = self._draws[day] & (has / self._spends < SKIPS_ABOVE_MONTHS)
        wage = np.where(draws, self._wage, 0)
        help_cents = np.where(self._is_helped, wage, 0)
        self._help(day, help_cents, balances, diary)
        has = has + help_cents
        drawn = wage - help_cents
        # Bills of the day have been taken off: they are met as they come, not saved up for.
        shortfall = FETCHES_BELOW_MONTHS * self._spends - has - drawn
        at = places(shortfall > 0)
        if at.size:
            step = MENU_CENTS.searchsorted(shortfall[at] + 0.06 * self._spends[at])
            step = step + self._adds_a_step[day, at]
            drawn[at] += MENU_CENTS[np.minimum(step, MENU_CENTS.size - 1)]
        free = balances.savings[who] - self._set_aside[day]
        left = np.maximum(free, 0) // _FIFTY * _FIFTY
        self._move(day, np.minimum(drawn, left), balances, diary, is_in=False)

    def _swept(self, day: int, has: Ints, checking: Ints) -> Ints:
        """What goes into savings when pay arrives, and of who is helped when there is a surplus.

        Args:
            day: The day.
            has: What checking holds less what is pending, `[R]` cents.
            checking: What it holds, `[R]` cents.

        Returns:
            Round sums, `[R]` cents.
        """
        arrived = np.where(self._keeps_round_sum, has - self._kept, self._moved_part[day])
        surplus = has - self._surplus
        cents = np.where(self._is_helped, np.where(surplus > 2 * _HUNDRED, surplus, 0), arrived)
        cents = np.maximum(np.minimum(cents, checking), 0)
        return (cents // self._unit * self._unit).astype(np.int64)

    def _missing(self, day: int, balances: Balances, diary: Diary) -> Ints:
        """What savings lack after a rent that a poor season did not leave; family makes up for what
        checking lacks of it: `[R]` cents."""
        who = self._who
        missing = -(np.minimum(balances.savings[who], 0) // _FIFTY) * _FIFTY
        if missing.any():
            has = (balances.checking - balances.pending)[who]
            has = np.maximum(has, 0) // _FIFTY * _FIFTY
            self._help(day, np.maximum(missing - has, 0), balances, diary)
        return missing

    def _help(self, day: int, cents: Ints, balances: Balances, diary: Diary) -> None:
        """A partner, or family, pays into checking: `[R]` cents."""
        at = places(cents > 0)
        if at.size == 0:
            return
        user = self._who[at]
        diary.write(
            user.size,
            user=user,
            slot=int(Slot.CHECKING),
            day=day,
            authorized=day,
            cents=-cents[at],
            label=self._helpers[user],
            purpose=int(Purpose.PARTNER_IN),
        )
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
