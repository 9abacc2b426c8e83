"""Pay: when it comes, how much, and from whom.

Payroll that falls on a weekend or bank holiday is paid the business day before. Amounts vary in
pairs that cancel, so that nobody drifts into another way of living over the years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.behaviours.irregular_pay import (
    checking_share,
    rare_pay_cents,
    rare_paydays,
)
from spendsense_pipeline.generation.calendar import PAD_DAYS
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import integers, uniform
from spendsense_pipeline.generation.world import World

HOURLY_SHARE = 0.4
HOURLY_AMOUNT_SPREAD_SHARE = 0.06
MONTHLY_PAYDAYS = (1, 15, 25, 28, 31)
SEMIMONTHLY_PAYDAYS = ((1, 16), (5, 20), (15, 31))
_NEVER_DAYS = 400
# 365.2425 days, the mean year of the calendar that paydays follow, over 7 and over 14.
PAYCHECKS_PER_YEAR = {
    Cadence.WEEKLY: 52.1775,
    Cadence.BIWEEKLY: 26.0888,
    Cadence.SEMIMONTHLY: 24.0,
    Cadence.MONTHLY: 12.0,
}


@dataclass(frozen=True)
class Paychecks:
    """Paydays of every user in order: `[U, K]`; days past the horizon pad the rows."""

    day: Ints
    """Settlement day; negative = before the history, `>= days` = padding."""
    cents: Ints
    first: Ints
    """Column of the first payday on or after day 0: `[U]`."""


def plan_paychecks(world: World) -> Paychecks:
    """Schedule and amounts of pay, starting with the last payday before the history."""
    nominal, mean_usd = _schedule(world)
    # Paydays past the horizon are kept as nominal: they say where the last pay period ends.
    known = nominal < world.days + PAD_DAYS // 2
    actual = np.where(known, world.calendar.on_or_before(nominal), nominal).astype(np.int64)
    spread = np.where(
        uniform(world.words("pay_hourly", 0)) < HOURLY_SHARE, HOURLY_AMOUNT_SPREAD_SHARE, 0.0
    )
    swing = _cancelling(world, "pay_amount", nominal.shape[1]) * spread[:, np.newaxis]
    cents = np.rint(mean_usd[:, np.newaxis] * 100 * (1 + swing)).astype(np.int64)
    rare = world.profiles.cadence == Cadence.IRREGULAR
    cents[rare] = rare_pay_cents(world, nominal.shape[1])[rare].astype(np.int64)
    return Paychecks(day=actual, cents=cents, first=(actual < 0).sum(axis=1))


def pay_day_of_month(world: World, paychecks: Paychecks) -> Ints:
    """Day of the month of each user's first payday in the history.

    Args:
        world: The shard.
        paychecks: Paydays per user, `[U, K]`.

    Returns:
        1..31 per user, `[U]`.
    """
    day = np.take_along_axis(paychecks.day, paychecks.first[:, np.newaxis], axis=1)[:, 0]
    return world.calendar.day_of_month[np.clip(day, 0, world.days - 1)].astype(np.int64)


def pay_postings(world: World, paychecks: Paychecks, labels: Labels) -> Postings:
    """Direct deposits into checking.

    Args:
        world: The shard.
        paychecks: Paydays and amounts per user, `[U, K]`.
        labels: Names of who pays.

    Returns:
        A row per paycheck of the plan, money in.
    """
    user, column = np.nonzero((paychecks.day >= 0) & (paychecks.day < world.days))
    day, cents = paychecks.day[user, column], paychecks.cents[user, column]
    label = labels.payer(world, user, column)
    to_checking = np.rint(cents * checking_share(world)[user]).astype(np.int64)
    parts = [
        postings(
            user=user[sent],
            slot=slot,
            day=day[sent],
            cents=-amount[sent],
            label=label[sent],
            purpose=purpose,
        )
        for slot, amount, purpose in (
            (Slot.CHECKING, to_checking, Purpose.PAY),
            (Slot.SAVINGS, cents - to_checking, Purpose.SAVED_PAY),
        )
        for sent in [np.flatnonzero(amount)]
    ]
    return Postings.joined(parts)


def _cancelling(world: World, purpose: str, count: int) -> Floats:
    """`[U, count]` values in (-1, 1) of which each even one is cancelled by the next."""
    pairs = uniform(world.words(purpose, np.arange((count + 1) // 2))) * 2 - 1
    return np.stack([pairs, -pairs], axis=2).reshape(world.users, -1)[:, :count]


def _schedule(world: World) -> tuple[Ints, Floats]:
    """Nominal paydays `[U, K]` from the one before the history on, and the mean paycheck in USD."""
    calendar, cadence = world.calendar, world.profiles.cadence
    income = world.profiles.people.income_monthly_usd
    count = world.days // 7 + 4
    nominal = np.full((world.users, count), world.days + _NEVER_DAYS, dtype=np.int64)
    mean = np.empty(world.users, dtype=np.float64)
    draw = world.words("payday", 0)
    months = np.arange(-1, calendar.month_count + 1)

    for code, step in ((Cadence.WEEKLY, 7), (Cadence.BIWEEKLY, 14)):
        who = cadence == code
        # Most employers pay on Friday, some on Thursday or Wednesday.
        weekday = 4 - np.minimum(integers(draw[who], 10) // 6, 2)
        to_first = (weekday - int(calendar.weekday[0])) % 7
        to_first = to_first + (step - 7) * integers(world.words("payday_week", 0)[who], 2)
        columns = np.arange(-1, count - 1) * step
        nominal[who] = to_first[:, np.newaxis] + columns
    who = cadence == Cadence.MONTHLY
    day_of_month = np.array(MONTHLY_PAYDAYS)[integers(draw[who], len(MONTHLY_PAYDAYS))]
    nominal[who, : months.size] = calendar.clamp_day(months, day_of_month[:, np.newaxis])
    who = cadence == Cadence.SEMIMONTHLY
    pair = np.array(SEMIMONTHLY_PAYDAYS)[integers(draw[who], len(SEMIMONTHLY_PAYDAYS))]
    twice = np.stack([calendar.clamp_day(months, pair[:, [half]]) for half in (0, 1)], axis=2)
    nominal[who, : 2 * months.size] = twice.reshape(-1, 2 * months.size)
    who = cadence == Cadence.IRREGULAR
    nominal[who] = rare_paydays(world, count)[who]

    for code, per_year in PAYCHECKS_PER_YEAR.items():
        mean[cadence == code] = income[cadence == code] * 12 / per_year
    mean[who] = 0.0
    return nominal, mean


def events_passed(event_day: Ints, days: int) -> Ints:
    """How many events have come by each day.

    Args:
        event_day: Days of the events of each user, `[U, K]`; outside the history they count as at
            its edge.
        days: Days of the history.

    Returns:
        Events up to and including each day, per (user, day): `[U, D]`.
    """
    users = event_day.shape[0]
    at = np.clip(event_day, 0, days)
    flat = (np.arange(users)[:, np.newaxis] * (days + 1) + at).ravel()
    counts = np.bincount(flat, minlength=users * (days + 1)).reshape(users, days + 1)
    return np.cumsum(counts[:, :days], axis=1)
