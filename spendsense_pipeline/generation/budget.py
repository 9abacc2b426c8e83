"""What a household may spend, period by period, so that its balance does what its rhythm says.

Everything a budget looks at (pay, bills, orders, card payments) is known exactly to the plan, and
spending is later scaled to the budget to the cent, so balances follow the plan and never drift.
Three rhythms, three plans: a monthly budget with a cushion, a budget per pay period that leaves
nothing, and a weekly wage drawn from savings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.behaviours.income import Paychecks, events_passed
from spendsense_pipeline.generation.randomness import integers, uniform
from spendsense_pipeline.generation.targets import NO_TARGET, Rhythm
from spendsense_pipeline.generation.world import World

CENTS = 100
# Cushion left on the poorest day of the plan, in months of income. Targeted households keep enough
# that no emergency brings them near zero; natural ones spread from thin to comfortable.
CUSHION_TARGETED_MONTHS = (1.3, 2.4)
CUSHION_NATURAL_MONTHS = (0.045, 1.4)
CUSHION_IRREGULAR_MONTHS = 1.8
"""Irregular pay without a sweep needs more than a month in the bank on its poorest day."""
CUSHION_LOOKS_AHEAD_DAYS = 92
CORRECTION_MONTHS = 6.0
"""A surplus or a gap is spread over this many months of spending."""
CORRECTION_BOUNDS = (0.7, 1.3)
# From paycheck to paycheck: the part of a pay period in which money is spent, and what is left.
SPENDING_STRETCH_SHARE = 0.57
TIGHT_FLOOR_USD = (12.0, 22.0)
TAIL_SPENDING_USD = (3.0, 13.0)
"""What a household that has run out still spends before payday, on coffee and the like."""
OVERDRAFT_FEE_CENTS = 3_500
SWEPT_FLOOR_MONTHS = 0.12
SWEPT_SAVINGS_MONTHS = 4.2


@dataclass(frozen=True)
class Budget:
    """What may be spent by debit card in each budget period."""

    period: Ints
    """Period of every user and day: `[U, D]`."""
    cents: Ints
    """Budget of every period: `[U, K]`."""
    tail_cents: Ints
    """What is spent of it after the money has run out: `[U, K]`, not part of `cents`."""
    is_tail: Flags
    """Days on which a household that lives from paycheck to paycheck has run out: `[U, D]`."""
    opening_cents: Ints
    """Opening balance of checking: `[U]`."""
    wage_day: Ints
    """Days on which a wage is drawn from savings: `[U, K]`, `>= days` = none."""
    wage_cents: Ints


@dataclass(frozen=True)
class BudgetInputs:
    """What the plan knows before anything is spent."""

    paychecks: Paychecks
    income: Ints
    """Income into checking per day: `[U, D]` cents."""
    committed: Ints
    """Outflow of checking per day but for pay and purchases: `[U, D]` cents."""
    committed_monthly_cents: Floats
    """Its usual monthly amount: `[U]`."""
    weight: Ints
    """Price weight of debit purchases per day, refunds not deducted: `[U, D]`, unscaled cents."""
    season: Floats
    """Spending profile over days, mean 1 over a year: `[D]`."""


def rhythm_periods(world: World, paychecks: Paychecks) -> tuple[Ints, Flags, Ints]:
    """The stretches of days that budgets are made for: months, pay periods, weeks of a wage.

    Args:
        world: The shard.
        paychecks: Paydays per user, `[U, K]`.

    Returns:
        Budget period per (user, day), `[U, D]`; whether the money has run out by then, `[U, D]`;
        and the days wages are drawn, `[U, W]`, past the horizon for who draws none.
    """
    calendar, rhythm = world.calendar, world.profiles.rhythm
    period = np.broadcast_to(calendar.month_index, (world.users, world.days)).astype(np.int64)
    is_tail = np.zeros((world.users, world.days), dtype=np.bool_)
    wage_day = np.full((world.users, world.days // 7 + 2), world.days + 1, dtype=np.int64)

    swept = np.nonzero(rhythm == Rhythm.SWEPT)[0]
    if swept.size:
        weekday = integers(world.words("wage_day", 0)[swept], 5)
        first = (weekday - int(calendar.weekday[0])) % 7
        nominal = first[:, np.newaxis] + 7 * np.arange(wage_day.shape[1])
        drawn = np.where(nominal < world.days, calendar.on_or_after(nominal), world.days + 1)
        wage_day[swept] = drawn
        period[swept] = events_passed(drawn, world.days)
    tight = np.nonzero(rhythm == Rhythm.PAYCHECK_TO_PAYCHECK)[0]
    if tight.size:
        paydays = paychecks.day[tight]
        passed = events_passed(paydays, world.days)
        period[tight] = passed
        column = np.maximum(passed - 1, 0)
        start = np.take_along_axis(paydays, column, axis=1)
        end = np.take_along_axis(paydays, np.minimum(passed, paydays.shape[1] - 1), axis=1)
        stretch = np.floor((end - start) * SPENDING_STRETCH_SHARE)
        is_tail[tight] = np.arange(world.days) - start >= stretch
    return period, is_tail, wage_day


def budgets(
    world: World, inputs: BudgetInputs, period: Ints, is_tail: Flags, wage_day: Ints
) -> Budget:
    """Budgets of everybody, each by the plan of their rhythm.

    Args:
        world: The shard.
        inputs: What is known before anything is spent.
        period: Budget period per (user, day), `[U, D]`.
        is_tail: Days on which the money has run out, `[U, D]`.
        wage_day: Days wages are drawn, `[U, W]`.

    Returns:
        Cents to spend per (user, period), `[U, K]`, with the opening balance they follow from.
    """
    periods = int(period.max()) + 1
    cents = np.zeros((world.users, periods), dtype=np.int64)
    tail = np.zeros((world.users, periods), dtype=np.int64)
    opening = np.zeros(world.users, dtype=np.int64)
    wages: Ints = np.zeros_like(wage_day)
    totals = _Totals(world, inputs, period, periods, is_tail)

    def living(rhythm: Rhythm) -> Ints:
        return np.flatnonzero(world.profiles.rhythm == rhythm)

    who = living(Rhythm.CUSHIONED)
    if who.size:
        cents[who], opening[who] = _cushioned(world, inputs, totals, who)
    who = living(Rhythm.PAYCHECK_TO_PAYCHECK)
    if who.size:
        cents[who], tail[who], opening[who] = _tight(world, inputs, totals, who, is_tail)
    who = living(Rhythm.SWEPT)
    if who.size:
        cents[who], opening[who], drawn = _swept(world, inputs, totals, who)
        count = min(drawn.shape[1], wages.shape[1])
        wages[who[:, np.newaxis], np.arange(count)] = drawn[:, :count]
    return Budget(period, cents, tail, is_tail, opening, wage_day, wages)


class _Totals:
    """Sums over budget periods, `[U, K]`."""

    def __init__(
        self, world: World, inputs: BudgetInputs, period: Ints, periods: int, is_tail: Flags
    ) -> None:
        self._flat = (np.arange(world.users)[:, np.newaxis] * periods + period).ravel()
        self._shape = (world.users, periods)
        self.committed = self.of(inputs.committed)
        self.has_purchases = self.of(inputs.weight * ~is_tail) > 0
        self.has_tail_purchases = self.of(inputs.weight * is_tail) > 0
        self.days = self.of(np.ones(period.shape))
        self.season_days = self.of(np.broadcast_to(inputs.season, period.shape))
        self.income_daily = inputs.income
        self.income = self.of(inputs.income)

    def of(self, daily: Floats | Ints) -> Floats:
        """Sum of a daily quantity over each period (exact for cents below 2**53)."""
        size = self._shape[0] * self._shape[1]
        summed = np.bincount(self._flat, weights=daily.ravel().astype(np.float64), minlength=size)
        return np.asarray(summed.reshape(self._shape), dtype=np.float64)


def _income_cents(world: World, who: Ints) -> Floats:
    return world.profiles.people.income_monthly_usd[who] * CENTS


def _cushioned(world: World, inputs: BudgetInputs, totals: _Totals, who: Ints) -> tuple[Ints, Ints]:
    """A monthly budget that answers to what is left over or missing so far."""
    income = _income_cents(world, who)
    base = np.maximum(income - inputs.committed_monthly_cents[who], 0.0)
    ahead = np.zeros(who.size)
    planned = np.zeros((who.size, totals.days.shape[1]))
    low, high = CORRECTION_BOUNDS
    for month in range(planned.shape[1]):
        answer = np.clip(1 + ahead / np.maximum(CORRECTION_MONTHS * base, 1.0), low, high)
        usual = base * totals.season_days[who, month] / DAYS_PER_MONTH
        planned[:, month] = np.where(totals.has_purchases[who, month], usual * answer, 0.0)
        accrued = income * totals.days[who, month] / DAYS_PER_MONTH
        ahead += accrued - totals.committed[who, month] - planned[:, month]
    cents = np.rint(planned).astype(np.int64)
    return cents, _cushion(world, inputs, totals, who, cents)


def _cushion(world: World, inputs: BudgetInputs, totals: _Totals, who: Ints, cents: Ints) -> Ints:
    """Opening balance that leaves the household its cushion on the poorest of its first days."""
    ahead = min(CUSHION_LOOKS_AHEAD_DAYS, world.days)
    month = world.calendar.month_index[:ahead]
    spent = cents[:, month] / totals.days[who][:, month]
    flow = totals.income_daily[who, :ahead] - inputs.committed[who, :ahead] - spent
    poorest = np.minimum(np.cumsum(flow, axis=1).min(axis=1), 0.0)
    place = uniform(world.words("cushion", 0)[who])
    low, high = CUSHION_NATURAL_MONTHS
    # Squared, so that thin cushions are as common as surveys of household buffers find them.
    months = low + (high - low) * place**2
    wide_low, wide_high = CUSHION_TARGETED_MONTHS
    is_targeted = world.profiles.people.target[who] != NO_TARGET
    months = np.where(is_targeted, wide_low + (wide_high - wide_low) * place, months)
    swing = world.resolved.controls.irregular_income_volatility
    is_irregular = world.profiles.cadence[who] == Cadence.IRREGULAR
    months = np.where(is_irregular, CUSHION_IRREGULAR_MONTHS + 1.3 * swing, months)
    opening = np.rint(_income_cents(world, who) * months - poorest)
    return np.asarray(opening, dtype=np.int64)


def _tight(
    world: World, inputs: BudgetInputs, totals: _Totals, who: Ints, is_tail: Flags
) -> tuple[Ints, Ints, Ints]:
    """All of a paycheck that bills leave is spent before the next one."""
    low, high = TIGHT_FLOOR_USD
    floor = np.rint(
        (low + (high - low) * uniform(world.words("tight_floor", 0)[who])) * CENTS
    ).astype(np.int64)
    periods = totals.days.shape[1]
    cents = np.zeros((who.size, periods), dtype=np.int64)
    low, high = TAIL_SPENDING_USD
    small = uniform(world.words("tail_spending", np.arange(periods))[who]) * (high - low) + low
    tail = np.where(totals.has_tail_purchases[who], np.rint(small * CENTS), 0).astype(np.int64)
    starting = inputs.paychecks.first[who]
    usual = _income_cents(world, who) - inputs.committed_monthly_cents[who]
    # The period in progress on day 0 was paid for before; its money is in the opening balance.
    in_first = np.arange(world.days) < np.take_along_axis(
        inputs.paychecks.day[who], starting[:, np.newaxis], axis=1
    )
    spending_days = (in_first & ~is_tail[who]).sum(axis=1)
    all_days = DAYS_PER_MONTH * SPENDING_STRETCH_SHARE
    started = np.rint(np.maximum(usual, 0) * spending_days / all_days)
    rows = np.arange(who.size)
    started = np.where(totals.has_purchases[who, starting], started, 0.0)
    cents[rows, starting] = started.astype(np.int64)
    opening = floor + cents[rows, starting] + tail[rows, starting]
    opening += totals.committed[who, starting].astype(np.int64)
    carried = np.zeros(who.size)
    for period in range(periods):
        left = carried + totals.income[who, period] - totals.committed[who, period]
        left -= tail[:, period]
        is_later = period > starting
        spend = np.where(totals.has_purchases[who, period] & is_later, np.maximum(left, 0.0), 0.0)
        cents[:, period] = np.where(is_later, np.rint(spend).astype(np.int64), cents[:, period])
        # What the paycheck cannot cover overdraws the account, and the bank's fee comes on top.
        fee = np.where(left + floor < 0, OVERDRAFT_FEE_CENTS, 0)
        carried = np.where(is_later, left - np.rint(spend) - fee, 0.0)
    return cents, tail, opening


def _swept(
    world: World, inputs: BudgetInputs, totals: _Totals, who: Ints
) -> tuple[Ints, Ints, Ints]:
    """The week's needs are drawn from savings as a wage; pay itself goes to savings at once."""
    income = _income_cents(world, who)
    weekly = np.maximum(income - inputs.committed_monthly_cents[who], 0.0) * 7 / DAYS_PER_MONTH
    periods = totals.days.shape[1]
    spend = np.rint(
        weekly[:, np.newaxis]
        * np.where(
            totals.days[who] > 0, totals.season_days[who] / np.maximum(totals.days[who], 1), 0
        )
    )
    part = np.minimum(totals.days[who, 0] / 7, 1.0)
    spend[:, 0] = np.rint(spend[:, 0] * part)
    spend = np.where(totals.has_purchases[who], spend, 0.0)
    needs = spend + totals.committed[who]
    opening = np.rint(income * SWEPT_FLOOR_MONTHS + needs[:, 0]).astype(np.int64)
    wages = np.zeros((who.size, periods), dtype=np.int64)
    carried = np.zeros(who.size)
    for period in range(1, periods):
        wage = np.maximum(np.ceil((needs[:, period] - carried) / CENTS), 0.0) * CENTS
        wages[:, period - 1] = wage.astype(np.int64)
        carried += wage - needs[:, period]
    return spend.astype(np.int64), opening, wages
