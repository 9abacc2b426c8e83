"""What people pay of card balances they carry, and how much of what they buy goes on such a card.

A payment is a habit: one round sum for months, or the minimum and a round sum. It never looks at
what would be left; who is used to paying more puts more on the card, so that balances last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import CARDS_PER_USER_MAX, PaymentHabit
from spendsense_pipeline.generation.behaviours.card_uses import CardUse
from spendsense_pipeline.generation.randomness import integers, uniform
from spendsense_pipeline.generation.world import World

MINIMUM_FLOOR_CENTS: Final = 2_500
LATE_FEE_CENTS: Final = 3_000
"""The most a first late fee may be without showing its costs (Regulation Z safe harbour)."""
MINIMUM_SHARE: Final = 0.01
"""Of the balance, beside interest and fees."""
FREE_PAYMENT_MIN_FACTOR: Final = 1.1
"""Above 1.05 times the minimum: these cards do not pay the minimum only."""
SUMS_CENTS: Final = (
    np.array([25, 30, 40, 50, 60, 75, 100, 125, 150, 200, 250, 300, 400, 500, 600, 750, 1_000])
    * 100
)
"""What people settle on (judged)."""
# Of the limit, what is paid beyond interest in a month, least and most (judged): who carries a
# balance pays a little more than they must.
PAID_OFF_SHARES: Final[dict[CardUse, tuple[float, float]]] = {
    CardUse.PROMOTION: (0.02, 0.06),
    CardUse.HIGH: (0.015, 0.055),
    CardUse.CRITICAL: (0.015, 0.05),
}
OVER_MINIMUM_SHARE: Final = 0.35
"""Of holders, those who pay the minimum and a round sum; the others one sum, whatever is asked."""
SPENDABLE_SHARE: Final = 0.5
"""Of what a household buys in a month, what is put on such a card at most to be paid off."""
KEEPS_A_SUM_CYCLES: Final = (5, 6)
"""Months for which a sum stays what it is: the fewest, and how many more."""
CHANGES_SHARE: Final = 0.5
"""Of those times, when another sum is chosen, the next smaller or larger one."""
DOUBLES_SHARE: Final = 0.03
"""Of payments, those of twice the sum: a refund or a bonus has come."""
CARD_TICKETS_FACTOR: Final = 1.2
"""Cards take the larger tickets: their share of what is bought over that of purchases (1.1, counted
over six populations, and a little for what is bought beyond everyday means)."""
LAST_RESORT_FACTOR: Final = 2.4
"""The same of who pays the minimum only, or late: small things are not bought on that card."""
PURCHASE_SHARE_MOST: Final = 0.8
_CYCLES: Final = 64


@dataclass(frozen=True)
class Habits:
    """How carried balances are paid, one entry per card (`[C]`)."""

    sum_cents: Ints
    """What is paid, or comes on top of the minimum."""
    is_over_minimum: Flags
    purchase_share: Floats
    """Of purchases that go on the card where it stands as its holder is used to."""


def habits_of(
    world: World,
    user: Ints,
    which: Ints,
    use: Ints,
    payment: Ints,
    *,
    limit_cents: Ints,
    apr_basis_points: Ints,
    set_point: Floats,
    everyday_cents: Floats,
) -> Habits:
    """Settle what each card is paid, and what is bought on it in the long run.

    Args:
        world: The shard.
        user: Index of each holder within the shard, `[C]`.
        which: Which of the holder's cards it is, `[C]`.
        use: What the card is for, a `CardUse`, `[C]`.
        payment: A `PaymentHabit` each, `[C]`.
        limit_cents: `[C]`.
        apr_basis_points: `[C]`.
        set_point: Share of the limit that use settles at, `[C]`.
        everyday_cents: What each user has for purchases in a month, `[U]`.

    Returns:
        `[C]`; of cards paid in full, of no meaning.
    """
    drawn = uniform(world.words("card_habit", np.arange(2 * CARDS_PER_USER_MAX)))
    place, kind = drawn.reshape(world.users, CARDS_PER_USER_MAX, 2)[user, which].T
    stands_at = set_point * limit_cents
    interest = stands_at * apr_basis_points / 10_000 / 12
    minimum = np.maximum(MINIMUM_FLOOR_CENTS, MINIMUM_SHARE * stands_at + interest)
    low, high = (
        np.array([PAID_OFF_SHARES.get(each, (0.0, 0.0))[end] for each in CardUse])[use]
        for end in (0, 1)
    )
    spends = everyday_cents[user] * SPENDABLE_SHARE
    paid_off = np.minimum((low + (high - low) * place) * limit_cents, spends)
    is_over_minimum = kind < OVER_MINIMUM_SHARE
    least = FREE_PAYMENT_MIN_FACTOR * minimum
    wanted = np.where(
        is_over_minimum, interest + paid_off - minimum, np.maximum(interest + paid_off, least)
    )
    sum_cents = SUMS_CENTS[_sum_at(wanted)]
    is_free = payment == PaymentHabit.FREELY
    paid = np.where(is_over_minimum, minimum + sum_cents, sum_cents)
    paid = np.where(is_free, paid, minimum)
    factor = np.where(is_free, CARD_TICKETS_FACTOR, LAST_RESORT_FACTOR)
    share = (paid - interest) / (everyday_cents[user] * factor)
    return Habits(
        sum_cents=sum_cents,
        is_over_minimum=is_over_minimum,
        purchase_share=np.clip(share, 0.0, PURCHASE_SHARE_MOST),
    )


def sums_by_cycle(world: World, user: Ints, which: Ints, sum_cents: Ints, cycles: int) -> Ints:
    """What each statement is answered with, or on top of its minimum.

    Args:
        world: The shard.
        user: Index of each holder within the shard, `[C]`.
        which: Which of the holder's cards it is, `[C]`.
        sum_cents: What they are used to, `[C]`.
        cycles: How many statements there are.

    Returns:
        Cents, `[C, J]`: the same for months, then perhaps the next smaller or larger sum.
    """
    fewest, more = KEEPS_A_SUM_CYCLES
    rhythm = world.words("card_habit_kept", np.arange(2 * CARDS_PER_USER_MAX))
    rhythm = rhythm.reshape(world.users, CARDS_PER_USER_MAX, 2)[user, which]
    length = fewest + integers(rhythm[:, 0], more)
    begun = integers(rhythm[:, 1], length)
    cycle = np.arange(cycles)
    period = (cycle + begun[:, np.newaxis]) // length[:, np.newaxis]
    words = world.words("card_payment_size", np.arange(2 * CARDS_PER_USER_MAX * _CYCLES))
    words = words.reshape(world.users, CARDS_PER_USER_MAX, 2, _CYCLES)[user, which]
    chosen = np.take_along_axis(uniform(words[:, 0]), period, axis=1)
    step = np.where(chosen < CHANGES_SHARE / 2, -1, np.where(chosen < CHANGES_SHARE, 1, 0))
    step[period == 0] = 0
    at = np.clip(_sum_at(sum_cents)[:, np.newaxis] + step, 0, SUMS_CENTS.size - 1)
    doubles = uniform(words[:, 1, :cycles]) < DOUBLES_SHARE
    return np.asarray(SUMS_CENTS[at] * (1 + doubles), dtype=np.int64)


def _sum_at(cents: Floats | Ints) -> Ints:
    """Which of SUMS_CENTS is the least that comes to so much, `[N]`."""
    return np.minimum(np.searchsorted(SUMS_CENTS, cents), SUMS_CENTS.size - 1)
