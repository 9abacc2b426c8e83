"""Checks: rare, larger than other payments, numbered, and written mostly by older people."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import integers, normal, uniform, words_each
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

AGE_EDGES: Final = np.array([35, 55, 67])
WRITER_SHARES: Final = np.array([0.18, 0.36, 0.6, 0.72])
"""People who write checks at all, by age (Diary of Consumer Payment Choice 2024: 35 % of adults
wrote one in 30 days, mostly older ones)."""
PER_MONTH: Final = np.array([0.5, 0.7, 1.1, 1.4])
"""By age, of those: one to one and a half an adult and month (judged after SDCPC 2023)."""
PER_MONTH_MAX: Final = 4
MEDIAN_USD, SIGMA = 95.0, 0.9
"""Mean about $140, the property tax and the roof apart (SDCPC 2023)."""
AFFORDABLE_SHARE: Final = 0.12
"""Of a month's income, the most one is written for (judged)."""
FIRST_NUMBERS: Final = (101, 1_900)
_WHOLE_DOLLARS_SHARE = 0.6


def check_postings(world: World, labels: Labels) -> Postings:
    """Checks as they are cashed.

    Args:
        world: The shard.
        labels: The catalog's line for checks.

    Returns:
        A row per check, numbered by its serial in the order they were written.
    """
    calendar, people = world.calendar, world.profiles.people
    age = np.searchsorted(AGE_EDGES, people.age_years, side="right")
    writes = uniform(world.words("writes_checks", 0)) < WRITER_SHARES[age]
    # Money kept for a check is money in the bank, which who runs out does not have.
    writes &= world.profiles.rhythm == Rhythm.CUSHIONED
    number = np.arange(calendar.month_count * PER_MONTH_MAX)
    happens = (
        uniform(world.words("check", 3 * number)) < (PER_MONTH[age] / PER_MONTH_MAX)[:, np.newaxis]
    )
    user, at = np.nonzero(happens & writes[:, np.newaxis])
    when, size = (words_each(world.keys("check")[user], 3 * at + part) for part in (1, 2))
    # A quarter of a month each, so that they are in order.
    quarter = 28 // PER_MONTH_MAX
    day = calendar.month_starts[at // PER_MONTH_MAX] + at % PER_MONTH_MAX * quarter
    day = calendar.on_or_after(day + integers(when, quarter))
    usd = MEDIAN_USD * np.exp(SIGMA * normal(size))
    is_whole = uniform(when) < _WHOLE_DOLLARS_SHARE
    cents = np.where(is_whole, np.maximum(np.rint(usd / 5), 1) * 500, np.rint(usd * 100))
    keep = (day >= 0) & (day < world.days)
    keep &= cents <= AFFORDABLE_SHARE * 100 * people.income_monthly_usd[user]
    user, day, cents = user[keep], day[keep], cents[keep]
    starts = np.flatnonzero(np.diff(user, prepend=-1))
    serial = np.arange(user.size) - np.repeat(starts, np.diff(starts, append=user.size))
    return postings(
        user=user,
        slot=Slot.CHECKING,
        day=day,
        cents=cents,
        label=labels.counterparty("check", world.words("check", 0)[user]),
        purpose=Purpose.CHECK,
        serial=serial,
    )


def check_numbers(world: World, user: Ints, serial: Ints) -> Ints:
    """The number printed on each check.

    Args:
        world: The shard.
        user: Who wrote it, `[N]`.
        serial: Which of theirs it is, `[N]`.

    Returns:
        Numbers, `[N]`, rising with the serial.
    """
    lowest, highest = FIRST_NUMBERS
    first = lowest + integers(world.words("check_book", 0), highest - lowest)
    return np.asarray(first[user] + serial, dtype=np.int64)
