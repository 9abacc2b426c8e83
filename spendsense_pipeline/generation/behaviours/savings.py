"""Savings: standing orders, sweeps and wages between checking and savings, and earned interest.

Every transfer has two legs of one identity, equal and opposite: on one business day within a bank,
between two the second leg one to three business days later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.arrays import Columns, Floats, Ints
from spendsense_pipeline.generation.attributes import PaymentHabit
from spendsense_pipeline.generation.banking import (
    arrival,
    plan_banking,
    saves_elsewhere,
)
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
from spendsense_pipeline.generation.randomness import integers, normal, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

ORDERS_PER_MONTH_WEEKLY = DAYS_PER_MONTH / 7
# Idle savings by age from which they hold: medians of transaction accounts, less the $2,800 of
# checking accounts (Federal Reserve, Survey of Consumer Finances 2022).
IDLE_SAVINGS_USD = {0: 2_600.0, 35: 4_700.0, 45: 5_900.0, 55: 6_200.0, 65: 9_600.0, 75: 7_200.0}
IDLE_INCOME_USD = 5_100.0
"""Monthly income those medians are taken to belong to; others have savings in proportion."""
IDLE_SIGMA = 1.5
"""Spread of the logarithm: a mean of three times the median, and a tail above it."""
IDLE_SIGMAS_AT_MOST = 2.5
LITTLE_SHARE = 0.26
"""People without standing orders who keep next to nothing in savings, besides the tail below
(Bankrate 2024 and 2025: 27 and 24 % of adults have no emergency savings)."""
LITTLE_SAVINGS_USD = (5.0, 300.0)
TIGHT_SAVINGS_USD = 120.0
"""Median savings of who lives from paycheck to paycheck."""
LATE_SAVINGS_USD = 700.0
"""Median savings of who is behind with a card: who has the money pays (judged)."""
SWEPT_SAVINGS_MONTHS = 1.9
SWEPT_SAVINGS_MORE_MONTHS = 0.9
"""What people with rare pay hold in savings, in months of income, and what a draw adds at most."""
ROUNDING_ROOM_USD = 0.01
ROUND_FROM_USD = 25.0
"""Below it five dollars more or less are too much."""
ROUND_ORDER_SHARE = 0.75
"""Larger standing orders in whole fives; the others are any whole dollar."""


@dataclass(frozen=True)
class SavingsPlan(Columns):
    """Savings account of every user (`[U]`) and its standing order."""

    checking_product: Ints
    """Row of the account products, which says the bank; of the household's checking account."""
    savings_product: Ints
    opening_cents: Ints
    order_cents: Ints
    """Amount of each standing order, 0 for none."""
    monthly_cents: Ints
    """What the orders come to in a usual month."""


def plan_savings(world: World, labels: Labels) -> SavingsPlan:
    """Savings accounts: product, opening balance and standing order.

    The opening balance of a saver is what makes its orders grow it at its own rate; that of others
    is idle money.

    Args:
        world: The shard.
        labels: The catalog's account products.

    Returns:
        One account per user, `[U]`, amounts in cents.
    """
    profiles = world.profiles
    per_month = np.where(
        profiles.saves_weekly, ORDERS_PER_MONTH_WEEKLY, ORDERS_PER_MONTH_WEEKLY / 2
    )
    order = _order_usd(world, profiles.savings_transfer_usd / per_month) * 100
    monthly = np.rint(order * per_month).astype(np.int64)
    opening = np.where(order > 0, monthly * 6 / profiles.savings_growth_share, _idle_cents(world))
    income = profiles.people.income_monthly_usd * 100
    months = SWEPT_SAVINGS_MONTHS + SWEPT_SAVINGS_MORE_MONTHS * uniform(
        world.words("idle_savings", 3)
    )
    opening = np.where(
        profiles.rhythm == Rhythm.SWEPT, opening * (order > 0) + income * months, opening
    )
    checking_product, savings_product = plan_banking(world, labels.catalog)
    return SavingsPlan(
        checking_product=checking_product,
        savings_product=savings_product,
        opening_cents=np.rint(opening).astype(np.int64),
        order_cents=order,
        monthly_cents=monthly,
    )


def _order_usd(world: World, wanted_usd: Floats) -> Ints:
    """Standing orders as people set them, in whole dollars, mostly in whole fives: `[U]`.

    Rounded down, so that nobody saves more than is meant; what the least comes to, has room for it.
    """
    is_round = uniform(world.words("order_round", 0)) < ROUND_ORDER_SHARE
    step = np.where(is_round & (wanted_usd >= ROUND_FROM_USD), 5, 1)
    order = np.maximum((wanted_usd + ROUNDING_ROOM_USD) // step * step, 1)
    return np.where(wanted_usd > 0, order, 0).astype(np.int64)


def _idle_cents(world: World) -> Ints:
    """Savings nobody adds to, by age and income, with a heavy tail: `[U]`."""
    people = world.profiles.people
    ages = np.array([*IDLE_SAVINGS_USD])
    median = np.array([*IDLE_SAVINGS_USD.values()])[
        np.searchsorted(ages, people.age_years, side="right") - 1
    ]
    word = world.words("idle_savings", np.arange(3))
    z = np.clip(normal(word[:, 0]), -IDLE_SIGMAS_AT_MOST, IDLE_SIGMAS_AT_MOST)
    usd = median * people.income_monthly_usd / IDLE_INCOME_USD * np.exp(IDLE_SIGMA * z)
    least, most = LITTLE_SAVINGS_USD
    little = least + (most - least) * uniform(word[:, 1])
    usd = np.where(uniform(word[:, 2]) < LITTLE_SHARE, little, usd)
    is_tight = world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    usd = np.where(is_tight, TIGHT_SAVINGS_USD * np.exp(z), usd)
    pays_late = (world.profiles.card_payment == PaymentHabit.LATE).any(axis=1)
    usd = np.where(pays_late, np.minimum(usd, LATE_SAVINGS_USD * np.exp(0.9 * z)), usd)
    return np.rint(usd * 100).astype(np.int64)


def order_postings(world: World, plan: SavingsPlan) -> Postings:
    """Standing orders on their weekday, or the next business day if that is a holiday.

    Args:
        world: The shard.
        plan: Order of every user, `[U]`; 0 cents for none.

    Returns:
        Both legs of every transfer, weekly or every second week; what is under way to another bank
        when the history begins has arrived.
    """
    calendar = world.calendar
    saves_weekly = world.profiles.saves_weekly
    # A Friday's holiday would carry an order of every second week over a weekend, out of a month.
    weekday = integers(world.words("order_day", 0), 5)
    weekday = np.where(saves_weekly, weekday, np.minimum(weekday, 3))
    phase = (weekday - int(calendar.weekday[0])) % 7
    phase += np.where(saves_weekly, 0, 7 * integers(world.words("order_day", 1), 2))
    step = np.where(saves_weekly, 7, 14)[:, np.newaxis]
    nominal = phase[:, np.newaxis] + step * np.arange(world.days // 7 + 1)
    day = np.where(nominal < world.days, calendar.on_or_after(nominal), world.days + 1)
    keep = (plan.order_cents > 0)[:, np.newaxis] & (day < world.days)
    user, column = np.nonzero(keep)
    sent = day[user, column]
    word = world.words("transfer_days", np.arange(nominal.shape[1]))[user, column]
    arrives = arrival(calendar, sent, weekday[user], word)
    is_between_banks = saves_elsewhere(world)[user]
    is_between_banks &= (sent >= world.history_day) | (arrives < world.history_day)
    return transfer(
        user=user,
        day=sent,
        arrives=np.where(is_between_banks, arrives, sent),
        cents=plan.order_cents[user],
        serial=column,
        out_of=Leg(Slot.CHECKING, Fixed.SAVINGS_OUT, Purpose.SAVINGS_OUT),
        into=Leg(Slot.SAVINGS, Fixed.SAVINGS_IN, Purpose.SAVINGS_IN),
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
    flow = daily_cents(movements, Slot.SAVINGS, world.users, world.days)
    apy_percent = labels.catalog.account_products.apy_percent[plan.savings_product]
    user, month, day, cents = monthly_interest(world, plan.opening_cents, flow, apy_percent)
    return postings(
        user=user,
        slot=Slot.SAVINGS,
        day=day,
        cents=-cents,
        label=Fixed.SAVINGS_INTEREST,
        purpose=Purpose.SAVINGS_INTEREST,
        serial=month,
    )


def monthly_interest(
    world: World, opening_cents: Ints, flow: Ints, apy_percent: Floats
) -> tuple[Ints, Ints, Ints, Ints]:
    """Interest on the average daily balance, credited on each month's last business day.

    Args:
        world: The shard.
        opening_cents: What accounts hold before the first day, `[N]`.
        flow: What leaves them on each day, `[N, D]` cents.
        apy_percent: What they pay, `[N]`.

    Returns:
        Account, month, day and cents, rounded half to even, of every credit: `[M]` each.
    """
    calendar = world.calendar
    ends = np.append(calendar.month_starts[1:], world.days) - 1
    credit_day = calendar.on_or_before(ends).astype(np.int64)
    credit_day = np.where(credit_day < 0, ends, credit_day)
    balance = opening_cents[:, np.newaxis] - np.cumsum(flow, axis=1)
    rate = np.rint(apy_percent * 100).astype(np.int64)
    earned = np.zeros((opening_cents.size, ends.size), dtype=np.int64)
    total = np.zeros(opening_cents.size, dtype=np.int64)
    opened = -1
    for number, day in enumerate(credit_day.tolist()):
        days = day - opened
        cent_days = balance[:, opened + 1 : day + 1].sum(axis=1) + total * days
        earned[:, number] = half_even(np.maximum(cent_days, 0) * rate, INTEREST_DIVISOR)
        total = total + earned[:, number]
        opened = day
    account, month = np.nonzero(earned > 0)
    return account, month, credit_day[month], earned[account, month]
