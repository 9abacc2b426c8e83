"""Income taxes: refunds in their season, and what some still owe in April."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import normal, uniform, words_each
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

REFUND_SHARE: Final = 0.62
"""Of people, those who get a refund (IRS filing season statistics 2026: 62.6 % of returns)."""
OWED_SHARE: Final = 0.14
"""Those who owe instead; of the others nothing is seen (judged)."""
STATE_SHARE: Final = 0.45
"""Of refunds, those that a smaller one of the state follows (judged)."""
REFUND_MEDIAN_SHARE, REFUND_SIGMA = 0.42, 0.75
"""Of a month's income: a median of about $1,900, a mean of about $2,600."""
REFUND_LARGEST_USD: Final = 9_000.0
TIGHT_LARGEST_USD: Final = 2_600.0
OWED_MEDIAN_SHARE, OWED_SIGMA = 0.12, 0.7
OWED_LARGEST_SHARE: Final = 0.35
"""Of a month's income (judged)."""
# Day of the year by the share of refunds that have come (IRS 2024-2026): 7 % by 7 February, 28 % by
# the 20th, about 88 % by the end of April.
_REFUND_DAYS: Final = np.array([33, 38, 51, 75, 100, 120, 160])
_REFUND_SHARES: Final = np.array([0.0, 0.07, 0.28, 0.6, 0.76, 0.88, 1.0])
_TAX_DAYS: Final = (91, 105)
_DRAWS: Final = 8


def tax_postings(world: World, labels: Labels) -> Postings:
    """Refunds by direct deposit, and taxes paid in April.

    Args:
        world: The shard.
        labels: The catalog's counterparties.

    Returns:
        A row per refund or payment, numbered by year.
    """
    first = world.calendar.first_date.year
    years = np.arange(first, first + 4)
    # By the year itself, so that a world that begins later has the same springs.
    drawn = uniform(
        world.words(
            "taxes",
            years[:, np.newaxis].repeat(_DRAWS, 1).ravel() * _DRAWS
            + np.tile(np.arange(_DRAWS), years.size),
        )
    )
    drawn = drawn.reshape(world.users, years.size, _DRAWS)
    opens = (years.astype("U4").astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    opens = opens - np.datetime64(world.calendar.first_date, "D").astype(np.int64)
    user, year = np.indices(drawn.shape[:2]).reshape(2, -1)
    draw = drawn.reshape(-1, _DRAWS)
    income = world.profiles.people.income_monthly_usd[user]
    rhythm = world.profiles.rhythm[user]
    is_tight = rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    spread = normal(world.words("tax_sum", 2 * years))[user, year]
    usd = income * REFUND_MEDIAN_SHARE * np.exp(REFUND_SIGMA * spread)
    usd = np.minimum(usd, np.where(is_tight, TIGHT_LARGEST_USD, REFUND_LARGEST_USD))
    day = opens[year] + np.interp(draw[:, 1], _REFUND_SHARES, _REFUND_DAYS).astype(np.int64)
    gets = draw[:, 0] < REFUND_SHARE
    # Who is paid rarely has it sent where the reserves are.
    slot = np.where(rhythm == Rhythm.SWEPT, int(Slot.SAVINGS), int(Slot.CHECKING))
    # Who lives on Social Security pays taxes on little of it, if any.
    is_retired = world.profiles.is_retired[user]
    owes = (
        ~is_retired
        & (draw[:, 0] >= REFUND_SHARE)
        & (draw[:, 0] < REFUND_SHARE + OWED_SHARE)
        & ~is_tight
    )
    owed = np.minimum(
        income * OWED_MEDIAN_SHARE * np.exp(OWED_SIGMA * spread), income * OWED_LARGEST_SHARE
    )
    earliest, latest = _TAX_DAYS
    pays_on = opens[year] + earliest + (draw[:, 3] * (latest - earliest)).astype(np.int64)
    state_usd = usd * (0.12 + 0.2 * draw[:, 5])
    follows = gets & (draw[:, 4] < STATE_SHARE)
    state_day = day + 4 + (draw[:, 6] * 25).astype(np.int64)
    return Postings.joined(
        [
            _rows(world, labels, "federal_refund", user, year, slot, day, -usd, gets),
            _rows(
                world, labels, "state_refund", user, year + 8, slot, state_day, -state_usd, follows
            ),
            _rows(world, labels, "tax_owed", user, year, slot, pays_on, owed, owes),
        ]
    )


def _rows(
    world: World,
    labels: Labels,
    kind: str,
    user: Ints,
    number: Ints,
    slot: Ints,
    day: Ints,
    usd: Floats,
    keep: np.ndarray,
) -> Postings:
    day = np.asarray(world.calendar.on_or_after(day), dtype=np.int64)
    at = np.flatnonzero(keep & (day >= 0) & (day < world.days))
    word = words_each(world.keys("tax_office")[user[at]], 0)
    return postings(
        user=user[at],
        slot=slot[at],
        day=day[at],
        cents=np.rint(usd[at] * 100),
        label=labels.counterparty(kind, word),
        purpose=Purpose.TAX_OWED if kind == "tax_owed" else Purpose.TAX_REFUND,
        serial=number[at],
    )
