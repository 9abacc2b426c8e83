"""What households that are paid rarely have arranged: what is kept of pay, when a wage is drawn or
a partner helps, in which sums money is fetched.

No two do it the same way; what becomes of it day by day is for `reserves`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, places
from spendsense_pipeline.generation.behaviours.income import Paychecks, events_passed
from spendsense_pipeline.generation.behaviours.irregular_pay import Handling, handling_of
from spendsense_pipeline.generation.randomness import integers, uniform, words_each
from spendsense_pipeline.generation.world import World

SAVED: Final = (Handling.SAVED_BIWEEKLY, Handling.SAVED_MONTHLY)
RENT_FROM_SAVINGS: Final = (*SAVED, Handling.SEASON_WEEKLY)
MOVED_SHARES: Final = np.array([0.8, 0.85, 0.9, 0.9, 0.95])
RENT_AHEAD_FACTOR = 1.2
"""Kept in savings of each month's rent that is paid from them before the next pay; it may rise."""
BIWEEKLY_HELP_SHARE: Final = 0.2
"""Of partners, those who pay in every second week; the others do weekly."""
HELP_DELAYS: Final = np.array([0, 0, 0, 1, 1, 2])
"""Days after the usual day on which a partner gets to it."""
OWN_SUMS_CENTS: Final = (
    np.array(
        [100, 150, 200, 250, 300, 400, 500, 600, 750, 1_000, 1_250, 1_500, 2_000, 2_500, 3_000]
    )
    * 100
)
"""Sums people fetch from savings, each mostly one of them or a multiple (judged)."""
OWN_SUM_MONTHS: Final = {True: (0.3, 0.46), False: (0.14, 0.26)}
"""Who draws nothing else, fetches more at a time."""
VARIES: Final = 1 << 16


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
    own_sum_cents: Ints
    """What it fetches at a time, or a multiple of it."""
    paid_on: Flags
    """Days of rare pay, and not of what an employer still owed: `[R, D]`."""
    draws_on: Flags
    """Days of a wage, or of a partner's help: `[R, D]`."""
    is_biweekly: Flags
    """Whether they are two weeks apart."""
    varies: Ints
    """A whole number below VARIES for what is kept, or given, on each day: `[R, D]`."""


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
    is_biweekly = _draws_biweekly(world, handling, who)
    step = np.where(is_biweekly, 14, 7)
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
    word = words_each(world.keys("help_delay")[who[row]], column)
    delay = HELP_DELAYS[integers(word, HELP_DELAYS.size)] * (handling[row] == Handling.HELPED)
    draws_on[row, calendar.on_or_after(nominal[row, column] + delay)] = True
    paydays = paychecks.day[who]
    pays = (paydays >= 0) & (paydays < world.days) & (paychecks.cents[who] > 0)
    paid_on = np.zeros((who.size, world.days), dtype=np.bool_)
    payee, payment = np.nonzero(pays)
    paid_on[payee, paydays[payee, payment]] = True
    column = np.minimum(events_passed(paydays, world.days), paydays.shape[1] - 1)
    wait = np.take_along_axis(paydays, column, axis=1) - days
    rents = np.ceil(np.maximum(wait, 0) / DAYS_PER_MONTH)
    set_aside = rents * (rent_cents[who] * RENT_AHEAD_FACTOR)[:, np.newaxis]
    drawn = uniform(world.words("kept", np.arange(3))[who])
    low, high = (
        np.where(never, *(OWN_SUM_MONTHS[is_all][end] for is_all in (True, False)))
        for end in (0, 1)
    )
    fetched = (low + (high - low) * drawn[:, 2]) * spends_cents[who]
    own = np.searchsorted(OWN_SUMS_CENTS, fetched)
    return Arrangements(
        who=who,
        handling=handling,
        spends_cents=spends_cents[who],
        set_aside_cents=np.rint(set_aside).astype(np.int64),
        keeps_round_sum=drawn[:, 0] < 0.5,
        moved_share=MOVED_SHARES[(drawn[:, 1] * MOVED_SHARES.size).astype(np.int64)],
        own_sum_cents=OWN_SUMS_CENTS[np.minimum(own, OWN_SUMS_CENTS.size - 1)],
        paid_on=paid_on,
        draws_on=draws_on[:, : world.days],
        is_biweekly=is_biweekly,
        varies=integers(world.words("moved", days)[who], VARIES),
    )


def _draws_biweekly(world: World, handling: Ints, who: Ints) -> Flags:
    """Whose wage, or whose partner's help, comes every second week: `[R]`."""
    rarely = uniform(world.words("help_rhythm", 0)[who]) < BIWEEKLY_HELP_SHARE
    is_helped = handling == Handling.HELPED
    return np.asarray((handling == Handling.SAVED_BIWEEKLY) | (is_helped & rarely))
