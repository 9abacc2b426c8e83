"""What happens to a job over the years: a raise once a year, and now and then a new employer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.randomness import integers, normal, uniform, words
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

# Of the same worker's pay over twelve months: a median of 3 to 4 %, nothing for one in six (Federal
# Reserve Bank of Atlanta, Wage Growth Tracker 2025). Kept low, as a household's bills are planned
# from what it has on history_start.
RAISE_SHARES: Final = (0.02, 0.04)
NO_RAISE_SHARE: Final = 0.17
YEARS: Final = 4
"""Raises known: the one before the history, and those of its years."""
# Median tenure is 3.9 years, 22 % have been with their employer for a year or less (BLS, Employee
# Tenure 2024): about one worker in six has a new one within a year.
NEW_EMPLOYER_SHARE: Final = 0.16
CHANGES_MAX: Final = 2
"""In a history of 24 months: one a year at most."""
CHANGE_AFTER_DAYS: Final = 30
"""Not in the first month of a year, so that two changes are months apart."""
GAP_DAYS: Final = 14
"""Less than this between two jobs. Only a weekly paycheck fits in; others come for what of the time
was worked, which is all of it or nearly."""
NEW_PAY_SHARES: Final = (-0.03, 0.09)
"""What a new employer pays more than the old one."""
HOURLY_SHARE: Final = 0.4
HOURLY_AMOUNT_SIGMA: Final = 0.045
HOURLY_AMOUNT_MAX_SHARE: Final = 0.14
# Beside the main earner's job: drivers earned $783 in a month of it in 2017 (JPMorgan Chase
# Institute 2018, online platform economy), about 1.3 times that by now; 1.6 % of families did in a
# month of 2018, more do by now.
PLATFORM_PAY_RANGE_USD: Final = (450.0, 1_600.0)
PLATFORM_SHARE: Final = 0.85
"""Of second earners who are paid weekly and bring so much."""
PLATFORM_AMOUNT_SIGMA: Final = 0.2
"""Spread of the logarithm of a week's payout."""
NUMBERED_FROM_DAY: Final = -512
"""Paychecks are numbered by their day, counted from before any plan."""
_YEAR_DAYS: Final = 365


@dataclass(frozen=True)
class Careers:
    """The jobs of some earners, `[N]`."""

    change_day: Ints
    """Last day with each employer but the last, `[N, 2]`; past any plan where nobody changes."""
    gap_days: Ints
    """Days without a job after each, `[N, 2]`."""
    pay_factor: Floats
    """Pay at each employer over that at the first, `[N, 3]`."""

    def job_at(self, day: Ints) -> Ints:
        """With which of their employers people are on some days: `[N, K] -> 0, 1 or 2`."""
        passed = day[:, :, np.newaxis] > self.change_day[:, np.newaxis, :]
        return np.asarray(passed.sum(axis=2))

    def is_between(self, day: Ints) -> Flags:
        """Whether somebody is between two employers: `[N, K]`."""
        since = day[:, :, np.newaxis] - self.change_day[:, np.newaxis, :]
        between = (since > 0) & (since <= self.gap_days[:, np.newaxis, :])
        return np.asarray(between.any(axis=2), dtype=np.bool_)


def careers(world: World, who: Ints) -> Careers:
    """Employers of the main earners of some households.

    Args:
        world: The shard.
        who: Indices of the households within the shard, `[N]`; those without regular pay, or whose
            rhythm hangs on every paycheck, have no gap between jobs.

    Returns:
        Their careers over any history.
    """
    profiles = world.profiles
    years = np.arange(CHANGES_MAX)
    changes = uniform(world.words("new_employer", years, who)) < NEW_EMPLOYER_SHARE
    within = integers(world.words("new_employer_day", years, who), _YEAR_DAYS - CHANGE_AFTER_DAYS)
    day = years * _YEAR_DAYS + CHANGE_AFTER_DAYS + within + _history_day(world)
    gap = integers(world.words("new_employer_gap", years, who), GAP_DAYS)
    can_wait = (profiles.cadence[who] == Cadence.WEEKLY) & (
        profiles.rhythm[who] == Rhythm.CUSHIONED
    )
    low, high = NEW_PAY_SHARES
    step = low + (high - low) * uniform(world.words("new_employer_pay", years, who))
    factor = np.cumprod(1 + step, axis=1)
    return Careers(
        change_day=np.where(changes, day, np.iinfo(np.int32).max),
        gap_days=np.where(can_wait[:, np.newaxis], gap, 0),
        pay_factor=np.concatenate([np.ones((who.size, 1)), factor], axis=1),
    )


def raises(world: World, who: Ints, day: Ints, purpose: str) -> Floats:
    """What raises have made of pay on some days, over that of history_start.

    Args:
        world: The shard.
        who: Indices of the earners' households within the shard, `[N]`.
        day: Days counted from the plan's first, `[N, K]`; past the plan they count as its last.
        purpose: Of the draws: which earner of a household it is.

    Returns:
        Factors, `[N, K]`: one step a year, with the first paycheck of the anniversary's month.
    """
    last = world.days - 1
    # Months since that of history_start; days before the plan belong to the month before.
    first = world.calendar.month_index[np.clip(_history_day(world), 0, last)]
    month = world.calendar.month_index[np.clip(day, 0, last)] - first - (day < 0)
    anniversary = 1 + integers(world.words(f"{purpose}_anniversary", 0)[who], 12)
    passed = (month - anniversary[:, np.newaxis]) // 12 + 1
    low, high = RAISE_SHARES
    draw = world.words(f"{purpose}_raise", np.arange(YEARS), who)
    step = low + (high - low) * uniform(draw)
    has_none = uniform(world.words(f"{purpose}_no_raise", np.arange(YEARS), who)) < NO_RAISE_SHARE
    grown = np.cumprod(1 + np.where(has_none, 0.0, step), axis=1)
    table = np.concatenate([np.ones((who.size, 1)), grown], axis=1) / grown[:, [0]]
    return np.take_along_axis(table, np.clip(passed + 1, 0, YEARS), axis=1)


def hours(world: World, who: Ints, day: Ints, purpose: str) -> Floats:
    """Hours worked over the usual ones, paycheck by paycheck, of who is paid by the hour.

    Args:
        world: The shard.
        who: Indices of the earners' households within the shard, `[N]`.
        day: Nominal paydays, `[N, K]`.
        purpose: Of the draws: which earner of a household it is.

    Returns:
        Factors around 1, `[N, K]`; 1 for the salaried.
    """
    is_hourly = uniform(world.words(f"{purpose}_hourly", 0)[who]) < HOURLY_SHARE
    keys = world.keys(f"{purpose}_hours")[who]
    swing = HOURLY_AMOUNT_SIGMA * normal(words(keys, day - NUMBERED_FROM_DAY))
    swing = np.clip(swing, -HOURLY_AMOUNT_MAX_SHARE, HOURLY_AMOUNT_MAX_SHARE)
    return np.where(is_hourly[:, np.newaxis], 1 + swing, 1.0)


def drives_for_platforms(world: World) -> Flags:
    """Whose second earner is paid by the platform of an app, weekly and by the ride: `[U]`."""
    profiles = world.profiles
    usd = profiles.income.second_pay_usd
    least, most = PLATFORM_PAY_RANGE_USD
    able = profiles.has_second_earner & (profiles.second_cadence == Cadence.WEEKLY)
    able &= (usd >= least) & (usd <= most)
    return np.asarray(able & (uniform(world.words("platform", 0)) < PLATFORM_SHARE))


def rides(world: World, who: Ints, day: Ints) -> Floats:
    """What a week of rides brings over the usual.

    Args:
        world: The shard.
        who: Indices of the households within the shard, `[N]`.
        day: Nominal paydays, `[N, K]`.

    Returns:
        Factors around 1, `[N, K]`; 1 for who does not drive.
    """
    keys = world.keys("platform_week")[who]
    swing = PLATFORM_AMOUNT_SIGMA * np.clip(normal(words(keys, day - NUMBERED_FROM_DAY)), -2, 2)
    drives = drives_for_platforms(world)[who][:, np.newaxis]
    return np.where(drives, np.exp(swing - PLATFORM_AMOUNT_SIGMA**2 / 2), 1.0)


def _history_day(world: World) -> int:
    """history_start, counted from the plan's first day."""
    return (world.resolved.history_start - world.calendar.first_date).days
