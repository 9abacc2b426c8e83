"""Savings: standing orders, sweeps and wages between checking and savings, and earned interest.

Every transfer has two legs of one identity, equal and opposite, posted on the same business day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.behaviours.housing import (
    BILL_SERIAL,
    MORTGAGE,
    PROPERTY_TAX,
    RENT,
)
from spendsense_pipeline.generation.behaviours.income import Paychecks
from spendsense_pipeline.generation.budget import SWEPT_SAVINGS_MONTHS, Budget
from spendsense_pipeline.generation.cents import INTEREST_DIVISOR, half_even
from spendsense_pipeline.generation.labels import Fixed, Labels
from spendsense_pipeline.generation.postings import (
    Leg,
    Postings,
    Purpose,
    Slot,
    daily_cents,
    postings,
    transfer,
)
from spendsense_pipeline.generation.randomness import choose, integers, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

ORDERS_PER_MONTH_WEEKLY = DAYS_PER_MONTH / 7
# Idle savings in months of income; squared draws make small ones the common case.
IDLE_SAVINGS_MONTHS = (0.3, 5.0)
FIRST_COVER_SERIAL = 1_024
"""Withdrawals for housing are numbered from here, beyond the weekly wages' numbers."""


@dataclass(frozen=True)
class SavingsPlan:
    """Savings account of every user (`[U]`) and its standing order."""

    product: Ints
    """Row of the account products."""
    opening_cents: Ints
    order_cents: Ints
    """Amount of each standing order, 0 for none."""
    monthly_cents: Ints
    """What the orders come to in a usual month."""


def plan_savings(world: World, labels: Labels) -> SavingsPlan:
    """Savings accounts: product, opening balance and standing order.

    The opening balance of a saver is what makes its orders grow it at the wanted rate; that of
    others is idle money in months of income.

    Args:
        world: The shard.
        labels: The catalog's account products.

    Returns:
        One account per user, `[U]`, amounts in cents.
    """
    profiles, products = world.profiles, labels.catalog.account_products
    rows = products.by_subtype["savings"]
    per_month = np.where(
        profiles.saves_weekly, ORDERS_PER_MONTH_WEEKLY, ORDERS_PER_MONTH_WEEKLY / 2
    )
    order = np.rint(profiles.savings_transfer_usd * 100 / per_month).astype(np.int64)
    monthly = np.rint(order * per_month).astype(np.int64)
    income = profiles.people.income_monthly_usd * 100
    low, high = IDLE_SAVINGS_MONTHS
    idle = income * (low + (high - low) * uniform(world.words("idle_savings", 0)) ** 2)
    opening = np.where(order > 0, monthly * 6 / profiles.savings_growth_share, idle)
    opening = np.where(
        profiles.rhythm == Rhythm.SWEPT,
        opening * (order > 0) + income * SWEPT_SAVINGS_MONTHS,
        opening,
    )
    return SavingsPlan(
        product=rows[choose(world.words("savings_product", 0), products.weight[rows])],
        opening_cents=np.rint(opening).astype(np.int64),
        order_cents=order,
        monthly_cents=monthly,
    )


def order_postings(world: World, plan: SavingsPlan) -> Postings:
    """Standing orders on their weekday, or the next business day if that is a holiday.

    Args:
        world: The shard.
        plan: Order of every user, `[U]`; 0 cents for none.

    Returns:
        Both legs of every transfer, weekly or every second week.
    """
    calendar = world.calendar
    weekday = integers(world.words("order_day", 0), 5)
    phase = (weekday - int(calendar.weekday[0])) % 7
    phase += np.where(world.profiles.saves_weekly, 0, 7 * integers(world.words("order_day", 1), 2))
    step = np.where(world.profiles.saves_weekly, 7, 14)[:, np.newaxis]
    nominal = phase[:, np.newaxis] + step * np.arange(world.days // 7 + 1)
    day = np.where(nominal < world.days, calendar.on_or_after(nominal), world.days + 1)
    keep = (plan.order_cents > 0)[:, np.newaxis] & (day < world.days)
    user, column = np.nonzero(keep)
    return transfer(
        user=user,
        day=day[user, column],
        cents=plan.order_cents[user],
        serial=column,
        out_of=Leg(Slot.CHECKING, Fixed.SAVINGS_OUT, Purpose.SAVINGS_OUT),
        into=Leg(Slot.SAVINGS, Fixed.SAVINGS_IN, Purpose.SAVINGS_IN),
    )


def sweep_postings(world: World, paychecks: Paychecks) -> Postings:
    """Irregular pay that goes to savings on the day it comes.

    Args:
        world: The shard.
        paychecks: Paydays and amounts per user, `[U, K]`.

    Returns:
        Both legs of every transfer, for users whose rhythm is SWEPT.
    """
    swept = (world.profiles.rhythm == Rhythm.SWEPT)[:, np.newaxis]
    user, column = np.nonzero(swept & (paychecks.day >= 0) & (paychecks.day < world.days))
    return transfer(
        user=user,
        day=paychecks.day[user, column],
        cents=paychecks.cents[user, column],
        serial=column,
        out_of=Leg(Slot.CHECKING, Fixed.SAVINGS_OUT, Purpose.SWEEP_OUT),
        into=Leg(Slot.SAVINGS, Fixed.SAVINGS_IN, Purpose.SWEEP_IN),
    )


def wage_postings(world: World, budget: Budget) -> Postings:
    """Weekly wages drawn back from savings.

    Args:
        world: The shard.
        budget: The wages, `[U, K]` cents, and the days they are drawn.

    Returns:
        Both legs of every transfer.
    """
    user, column = np.nonzero((budget.wage_cents > 0) & (budget.wage_day < world.days))
    return transfer(
        user=user,
        day=budget.wage_day[user, column],
        cents=budget.wage_cents[user, column],
        serial=column,
        out_of=Leg(Slot.SAVINGS, Fixed.WAGE_OUT, Purpose.WAGE_OUT),
        into=Leg(Slot.CHECKING, Fixed.WAGE_IN, Purpose.WAGE_IN),
    )


def housing_cover_postings(world: World, bill_rows: Postings, labels: Labels) -> Postings:
    """Rent and mortgages of people on a weekly wage, drawn from savings on the day they are due.

    Drawn with the week's wage instead, they would for days leave more than a month's expenses in
    checking, which is not how one lives on irregular pay.

    Args:
        world: The shard.
        bill_rows: All bill payments of the shard.
        labels: Tells which of them are for housing.

    Returns:
        Both legs of a transfer per payment of theirs, on its day and of its amount.
    """
    is_swept = world.profiles.rhythm[bill_rows.user] == Rhythm.SWEPT
    is_housing = np.isin(labels.bill_kind(bill_rows.label), (RENT, MORTGAGE, PROPERTY_TAX))
    due = bill_rows.where(is_swept & is_housing)
    return transfer(
        user=due.user,
        day=due.day,
        cents=due.cents,
        serial=FIRST_COVER_SERIAL + BILL_SERIAL.take(due.serial, "month"),
        out_of=Leg(Slot.SAVINGS, Fixed.WAGE_OUT, Purpose.WAGE_OUT),
        into=Leg(Slot.CHECKING, Fixed.WAGE_IN, Purpose.WAGE_IN),
    )


def interest_postings(
    world: World, plan: SavingsPlan, movements: Sequence[Postings], labels: Labels
) -> Postings:
    """Monthly interest on the average daily balance, credited on the month's last business day.

    Args:
        world: The shard.
        plan: Opening balances and products, `[U]`.
        movements: Everything that moves savings accounts.
        labels: The catalog, for the rates.

    Returns:
        A row per (user, month) that earns a cent or more, rounded half to even.
    """
    calendar = world.calendar
    ends = np.append(calendar.month_starts[1:], world.days) - 1
    credit_day = calendar.on_or_before(ends).astype(np.int64)
    credit_day = np.where(credit_day < 0, ends, credit_day)
    flow = daily_cents(movements, Slot.SAVINGS, world.users, world.days)
    balance = plan.opening_cents[:, np.newaxis] - np.cumsum(flow, axis=1)
    rate = np.rint(labels.catalog.account_products.apy_percent[plan.product] * 100).astype(np.int64)
    earned = np.zeros((world.users, ends.size), dtype=np.int64)
    total = np.zeros(world.users, dtype=np.int64)
    opened = -1
    for month, day in enumerate(credit_day.tolist()):
        days = day - opened
        cent_days = balance[:, opened + 1 : day + 1].sum(axis=1) + total * days
        earned[:, month] = half_even(np.maximum(cent_days, 0) * rate, INTEREST_DIVISOR)
        total = total + earned[:, month]
        opened = day
    user, earning = np.nonzero(earned > 0)
    return postings(
        user=user,
        slot=Slot.SAVINGS,
        day=credit_day[earning],
        cents=-earned[user, earning],
        label=Fixed.SAVINGS_INTEREST,
        purpose=Purpose.SAVINGS_INTEREST,
        serial=earning,
    )
