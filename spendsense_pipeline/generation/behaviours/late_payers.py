"""Who pays a card late: months of being behind, worse in some, and months of having caught up.

The months in which late payers have caught up are spread over them, so that as many cards are
overdue on any night as were asked for.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints
from spendsense_pipeline.generation.attributes import CARDS_PER_USER_MAX, PaymentHabit
from spendsense_pipeline.generation.attributes.cards import late_share
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.world import World

ROUND_MONTHS: Final = 9
"""From one time of having caught up to the next (judged)."""
SKIPS_SHARE: Final = 0.2
"""Of months behind, those in which nothing at all is paid (judged)."""
ROOM_FEES, ROOM_INTEREST_SHARE = 2, 0.045
"""Fees in a row, and interest as a share of the limit, that who pays late leaves room for."""


class Lateness(NamedTuple):
    """How each statement is answered by who pays late, `[C, J]`; nothing of others."""

    is_behind: Flags
    """After its due date, and with what the statements before it asked for."""
    is_skipped: Flags
    """Not at all, if there is room for it on the card."""


def lateness(world: World, user: Ints, which: Ints, payment: Ints, issued: Ints) -> Lateness:
    """When late payers are behind.

    Args:
        world: The shard.
        user: Index of each card's holder within the shard, `[C]`.
        which: Which of the holder's cards it is, `[C]`.
        payment: A `PaymentHabit` each, `[C]`.
        issued: Statement days, `[C, J]`.

    Returns:
        A flag per statement.
    """
    controls, calendar = world.resolved.controls, world.calendar
    dealt = late_share(controls)
    behind_share = controls.overdue_probability / dealt if dealt else 1.0
    first = 12 * calendar.first_date.year + calendar.first_date.month
    month = first + calendar.month_index[np.clip(issued, 0, world.days - 1)]
    place = world.profiles.late_place[user, which][:, np.newaxis]
    passed = month / ROUND_MONTHS + place
    is_behind = passed - np.floor(passed) < behind_share
    is_late = (payment == PaymentHabit.LATE)[:, np.newaxis]
    cycle = which[:, np.newaxis] * 64 + np.arange(issued.shape[1])
    word = uniform(world.words("card_payment_skipped", np.arange(CARDS_PER_USER_MAX * 64)))
    is_skipped = np.take_along_axis(word[user], cycle, axis=1) < SKIPS_SHARE
    return Lateness(is_behind=is_late & is_behind, is_skipped=is_late & is_behind & is_skipped)
