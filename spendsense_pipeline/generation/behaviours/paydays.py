"""When regular income is due: paydays of every cadence, Social Security's Wednesdays, pensions.

Days are nominal; that a payment due on a closed day comes before it is for `income` to say. A plan
may begin before the history, so days count from its first and months from that day's month.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.calendar import Calendar
from spendsense_pipeline.generation.randomness import integers, uniform
from spendsense_pipeline.generation.world import World

MONTHLY_PAYDAYS: Final = (1, 15, 25, 28, 31)
SEMIMONTHLY_PAYDAYS: Final = ((1, 16), (5, 20), (15, 31))
PAY_WEEKDAYS: Final = (4, 4, 4, 4, 4, 3, 3, 2, 2, 1)
"""Most employers pay on Friday; banks that pass pay on two days early make it Wednesday."""
# 365.2425 days, the mean year of the calendar that paydays follow, over 7 and over 14.
PAYCHECKS_PER_YEAR: Final = {
    Cadence.WEEKLY: 52.1775,
    Cadence.BIWEEKLY: 26.0888,
    Cadence.SEMIMONTHLY: 24.0,
    Cadence.MONTHLY: 12.0,
}
_NEVER_DAYS: Final = 400
_WEDNESDAY: Final = 2

# Social Security pays who was born on the 1st to 10th on the second Wednesday of a month, on the
# 11th to 20th on the third, later on the fourth; on the 3rd, who also draws supplemental income or
# has drawn since before May 1997 (Social Security Administration, Schedule of Payments).
PAID_ON_THE_THIRD_SHARE: Final = 0.065
THIRD: Final = 0
"""Stands for the 3rd of the month where others have the number of their Wednesday, 2 to 4."""
# Cost-of-living adjustment of each January (Social Security Administration); later ones as the
# Trustees' Report of 2025 assumes them.
COLA_SHARES: Final = {2023: 0.087, 2024: 0.032, 2025: 0.025, 2026: 0.028}
LATER_COLA_SHARE: Final = 0.026


def never(world: World) -> int:
    """A day past any plan: pads rows of paydays."""
    return world.days + _NEVER_DAYS


def payroll_days(world: World, who: Ints, cadence: Ints, purpose: str, count: int) -> Ints:
    """Nominal paydays of some regular earners, from the one before the plan on.

    Args:
        world: The shard.
        who: Indices of the earners' households within the shard, `[N]`.
        cadence: A regular `Cadence` each, `[N]`.
        purpose: Of the draws: which earner of a household it is.
        count: Columns to fill.

    Returns:
        Days in order, `[N, count]`, padded with days past the plan.
    """
    calendar = world.calendar
    nominal = np.full((who.size, count), never(world), dtype=np.int64)
    draw, week = world.words(purpose, 0)[who], world.words(f"{purpose}_week", 0)[who]
    months = np.arange(-1, calendar.month_count + 1)
    for code, step in ((Cadence.WEEKLY, 7), (Cadence.BIWEEKLY, 14)):
        rows = cadence == code
        weekday = np.array(PAY_WEEKDAYS)[integers(draw[rows], len(PAY_WEEKDAYS))]
        to_first = (weekday - int(calendar.weekday[0])) % 7
        to_first = to_first + (step - 7) * integers(week[rows], 2)
        nominal[rows] = to_first[:, np.newaxis] + np.arange(-1, count - 1) * step
    rows = cadence == Cadence.MONTHLY
    day_of_month = np.array(MONTHLY_PAYDAYS)[integers(draw[rows], len(MONTHLY_PAYDAYS))]
    nominal[rows, : months.size] = calendar.clamp_day(months, day_of_month[:, np.newaxis])
    rows = cadence == Cadence.SEMIMONTHLY
    pair = np.array(SEMIMONTHLY_PAYDAYS)[integers(draw[rows], len(SEMIMONTHLY_PAYDAYS))]
    twice = np.stack([calendar.clamp_day(months, pair[:, [half]]) for half in (0, 1)], axis=2)
    nominal[rows, : 2 * months.size] = twice.reshape(-1, 2 * months.size)
    return nominal


def benefit_wednesday(world: World) -> Ints:
    """Which Wednesday of a month Social Security pays each person on, or THIRD: `[U]`."""
    born = integers(world.words("birthday", 0), 365)
    # The day of the month of a day of the year (of no leap year).
    starts = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])
    day = born - starts[np.searchsorted(starts, born, side="right") - 1] + 1
    on_third = uniform(world.words("birthday", 1)) < PAID_ON_THE_THIRD_SHARE
    return np.where(on_third, THIRD, 2 + (day > 10) + (day > 20)).astype(np.int64)


def benefit_days(calendar: Calendar, wednesday: Ints, months: Ints) -> Ints:
    """Nominal days of Social Security: `[U] -> [U, M]`.

    Args:
        calendar: Of the plan.
        wednesday: Which Wednesday of the month, or THIRD, `[U]`.
        months: Months since the plan's first, `[M]`.

    Returns:
        Days, `[U, M]`.
    """
    first = calendar.clamp_day(months, 1).astype(np.int64)
    weekday = (int(calendar.weekday[0]) + first) % 7
    first_wednesday = first + (_WEDNESDAY - weekday) % 7
    by_week = first_wednesday + 7 * (wednesday[:, np.newaxis] - 1)
    return np.where((wednesday == THIRD)[:, np.newaxis], first + 2, by_week)


def latest_benefit_day(wednesday: Ints) -> Ints:
    """The latest day of a month that Social Security may come on: `[U]`."""
    return np.where(wednesday == THIRD, 3, 7 * wednesday)


def cost_of_living(world: World, months: Ints) -> Floats:
    """What a benefit has grown by since history_start, step by step each January.

    Args:
        world: The shard.
        months: Months since the plan's first, `[M]`.

    Returns:
        Factors, `[M]`.
    """
    start, plan = world.resolved.history_start, world.calendar.first_date
    year = plan.year + (plan.month - 1 + months) // 12
    return np.array([_growth(start.year, each) for each in year.tolist()])


def _growth(from_year: int, to_year: int) -> float:
    growth = 1.0
    for year in range(min(from_year, to_year) + 1, max(from_year, to_year) + 1):
        growth *= 1 + COLA_SHARES.get(year, LATER_COLA_SHARE)
    return growth if to_year >= from_year else 1 / growth
