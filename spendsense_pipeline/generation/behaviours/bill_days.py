"""On which days bills are paid: when they are due, or, by who waits for it, soon after a payday.

Bills leave checking by ACH: due on a weekend or bank holiday, they post on the next business day.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.behaviours.income import (
    Paychecks,
    events_passed,
    pay_day_of_month,
)
from spendsense_pipeline.generation.catalog import BILL_KINDS
from spendsense_pipeline.generation.randomness import integers, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

KINDS: Final = len(BILL_KINDS)
HOUSING: Final = (BILL_KINDS.index("rent"), BILL_KINDS.index("mortgage"))
PROPERTY_TAX: Final = BILL_KINDS.index("property_tax")
DUE_ON_THE_FIRST_SHARE: Final = 0.8
"""Of rents and mortgages; the others fall on the 2nd to the 5th."""
WAITS_FOR_PAY_SHARE: Final = 0.25
"""Of who has a cushion, those who sit down after a payday and pay what is due (judged)."""
EVENINGS: Final = {
    Cadence.WEEKLY: 3,
    Cadence.BIWEEKLY: 6,
    Cadence.SEMIMONTHLY: 6,
    Cadence.MONTHLY: 8,
}
"""Business days after a payday over which its bills are paid, some a day. Simulated over two years:
money kept longer than this for a bill is money that does not run out."""
# Whose rent takes most of one paycheck pays the other bills from the next: from these days of the
# month on, the last payday is never the one before the 5th.
_FROM_THE_NEXT_PAY: Final = (19, 28)
AT_ONCE_SHARE = 0.05
"""Of bills, those whose evening has nothing to do with that of the others."""
BUSY_SHARE: Final = 0.04
"""Of business days, those from which on nobody in a household gets to its bills (judged)."""
BUSY_DAYS: Final = 2
"""For so many, for one where another payday is near; what has waited is paid together."""
_WAITS_AFTER_PAYDAY: Final = 7


def days_of_month(world: World, paychecks: Paychecks) -> Ints:
    """Days of the month that bills are due on.

    Args:
        world: The shard.
        paychecks: Paydays, `[U, K]`.

    Returns:
        1..28 by kind of bill, `[U, KINDS]`.
    """
    day = 3 + integers(world.words("bill_day", np.arange(KINDS)), 26)
    late = (uniform(world.words("housing_day", 0)) - DUE_ON_THE_FIRST_SHARE) * 4
    first_days = 2 + np.floor(late / (1 - DUE_ON_THE_FIRST_SHARE)).astype(np.int64)
    day[:, HOUSING] = np.maximum(first_days, 1)[:, np.newaxis]
    cadence, is_tight = world.profiles.cadence, _is_tight(world)
    low, high = _FROM_THE_NEXT_PAY
    of_next_pay = low + (day - 3) * (high - low) // 25
    of_next_pay[:, HOUSING] = day[:, HOUSING]
    twice_a_month = is_tight & np.isin(cadence, (Cadence.BIWEEKLY, Cadence.SEMIMONTHLY))
    day = np.where(twice_a_month[:, np.newaxis], of_next_pay, day)
    # Who is paid once a month has all of it due in the days after.
    once = is_tight & (cadence == Cadence.MONTHLY)
    after = pay_day_of_month(world, paychecks)[:, np.newaxis] + _WAITS_AFTER_PAYDAY
    return np.asarray(np.where(once[:, np.newaxis], (after - 1) % 28 + 1, day), dtype=np.int64)


def in_weekly_parts(world: World) -> Flags:
    """Who pays for housing in a part of every paycheck: `[U]`.

    A week's pay is less than a month's rent, and rooms are let by the week.

    Args:
        world: The shard.
    """
    return np.asarray(_is_tight(world) & (world.profiles.cadence == Cadence.WEEKLY))


def days_paid(world: World, nominal: Ints, paychecks: Paychecks) -> Ints:
    """When bills are paid.

    Args:
        world: The shard.
        nominal: When they are due, `[U, KINDS, M]`.
        paychecks: Paydays, `[U, K]`.

    Returns:
        Business days, `[U, KINDS, M]`.
    """
    day = world.calendar.on_or_after(nominal).astype(np.int64)
    draw = uniform(world.words("waits_for_pay", 0))
    is_tight = _is_tight(world)
    waits = ~is_tight & (draw < WAITS_FOR_PAY_SHARE) & (world.profiles.rhythm == Rhythm.CUSHIONED)
    # From one payday a month two months of a bill might be paid.
    waits &= np.isin(world.profiles.cadence, (Cadence.WEEKLY, Cadence.BIWEEKLY))
    who = np.flatnonzero(is_tight | waits)
    if who.size == 0:
        return day
    evenings = np.array([EVENINGS.get(code, 1) for code in Cadence])[world.profiles.cadence[who]]
    place = uniform(world.words("bill_after_payday", np.arange(KINDS))[who])
    first = integers(world.words("bills_after_payday", 0)[who], max(EVENINGS.values()))
    # Housing first, then some an evening, and now and then several at once.
    others = np.where(evenings > 1, evenings - 1, 1)[:, np.newaxis]
    after = (np.arange(KINDS) + first[:, np.newaxis]) % others + evenings[:, np.newaxis] - others
    drawn = np.floor(place / AT_ONCE_SHARE * evenings[:, np.newaxis]).astype(np.int64)
    after = np.where(place < AT_ONCE_SHARE, drawn, after)
    after[:, HOUSING] = 0
    due = nominal[who]
    flat = np.clip(due.reshape(who.size, -1), 0, world.days - 1)
    payday = paychecks.day[who]
    passed = np.take_along_axis(events_passed(payday, world.days), flat, axis=1)
    last = np.take_along_axis(payday, np.maximum(passed - 1, 0), axis=1).reshape(due.shape)
    days = np.arange(world.days)
    banks_open = days[world.calendar.on_or_after(days) == days]
    at = np.searchsorted(banks_open, last) + after[:, :, np.newaxis]
    at = _gets_to_it(world, who, banks_open, world.profiles.cadence[who] == Cadence.WEEKLY)[
        np.arange(who.size)[:, np.newaxis, np.newaxis], np.minimum(at, banks_open.size)
    ]
    paid = np.where(
        at < banks_open.size, banks_open[np.minimum(at, banks_open.size - 1)], world.days
    )
    # Housing and what the county asks are nobody's to move who has the money.
    kept = ~is_tight[who, np.newaxis] & np.isin(np.arange(KINDS), (*HOUSING, PROPERTY_TAX))
    day[who] = np.where(kept[:, :, np.newaxis], day[who], paid)
    return day


def _gets_to_it(world: World, who: Ints, banks_open: Ints, is_paid_weekly: Flags) -> Ints:
    """The first evening from each on that a household has for its bills.

    Args:
        world: The shard.
        who: Households, `[N]`.
        banks_open: Business days, `[B]`.
        is_paid_weekly: Which of them are, `[N]`.

    Returns:
        Places among the business days, `[N, B + 1]`: one more is past the last.
    """
    begins = uniform(world.words("busy_evenings", banks_open, who)) < BUSY_SHARE
    is_busy, goes_on = begins.copy(), begins & ~is_paid_weekly[:, np.newaxis]
    for later in range(1, BUSY_DAYS):
        is_busy[:, later:] |= goes_on[:, :-later]
    place = np.where(is_busy, banks_open.size, np.arange(banks_open.size))
    place = np.pad(place, ((0, 0), (0, 1)), constant_values=banks_open.size)
    return np.asarray(np.minimum.accumulate(place[:, ::-1], axis=1)[:, ::-1], dtype=np.int64)


def _is_tight(world: World) -> Flags:
    return np.asarray(world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK)
