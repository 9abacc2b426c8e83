"""On which day of the month a service is charged, and on which day of the plan that is."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.behaviours.income import Paychecks, pay_day_of_month
from spendsense_pipeline.generation.calendar import Calendar
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World


def day_of(calendar: Calendar, month: Ints, day_of_month: Ints) -> Ints:
    """The day of the plan of a day of a month.

    Args:
        calendar: The shard's.
        month: Months since that of history_start, `[N]`.
        day_of_month: 1..28, which any month has, `[N]`.

    Returns:
        Days since history_start, also outside the history, `[N]`.
    """
    first = calendar.dates[0]
    start = (first.astype("datetime64[M]") + month).astype("datetime64[D]")
    return np.asarray((start - first).astype(np.int64) + day_of_month - 1, dtype=np.int64)


def pays_soon_after_payday(world: World) -> Flags:
    """Who has no money left later.

    Of those paid once or twice a month: other pay periods are short enough.

    Args:
        world: The shard.

    Returns:
        `[U]`.
    """
    is_tight = world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    is_tight &= np.isin(world.profiles.cadence, (Cadence.MONTHLY, Cadence.SEMIMONTHLY))
    return np.asarray(is_tight)


def billing_day(world: World, paychecks: Paychecks, draw: Floats) -> Ints:
    """Day of the month services are charged: any, but soon after payday for who is tight.

    Args:
        world: The shard.
        paychecks: Paydays per user, `[U, K]`.
        draw: Where in the month, from 0 to 1, `[U, K]`.

    Returns:
        1..28, `[U, K]`.
    """
    payday = pay_day_of_month(world, paychecks)[:, np.newaxis]
    soon = (payday + (draw * 6).astype(np.int64)) % 28 + 1
    is_tight = pays_soon_after_payday(world)[:, np.newaxis]
    return np.where(is_tight, soon, 1 + (draw * 28).astype(np.int64))
