"""Monthly bills where a chapter of a life ends: each month is paid once, by one or the other."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints
from spendsense_pipeline.generation.world import World


def handed_over(
    world: World, day: Ints, splits: Flags, housing: tuple[int, ...]
) -> tuple[Ints, Flags]:
    """When chapters pay the months that an event falls in.

    What is due on other days from an event on, as it then follows payday, would be paid twice in a
    month or left out of one.

    Args:
        world: The shard in chapters.
        day: When each chapter would pay a month of a bill, `[U, KINDS, M]`.
        splits: Who pays rent or a mortgage in parts, `[U]`.
        housing: Kinds that are paid so.

    Returns:
        The days, and what was paid before the chapter: `[U, KINDS, M]` each.
    """
    chapters = world.chapters
    is_paid = np.zeros(day.shape, dtype=np.bool_)
    if chapters.are_whole_lives:
        return day, is_paid
    day, months = day.copy(), np.arange(day.shape[2])
    for number in range(1, int(chapters.number.max()) + 1):
        row = np.flatnonzero(chapters.number == number)
        before, first = chapters.before[row], chapters.first_day[row]
        paid = is_paid[before] | (day[before] < first[:, np.newaxis, np.newaxis])
        # Parts of a month have paid for it.
        until = world.calendar.month_index[np.minimum(first, world.days - 1)]
        in_parts = (months <= until[:, np.newaxis]) & ~splits[row, np.newaxis]
        for kind in housing:
            paid[:, kind] = np.where(splits[before, np.newaxis], in_parts, paid[:, kind])
        is_missed = ~paid & (day[row] < first[:, np.newaxis, np.newaxis])
        own = np.where(is_missed, day[before], day[row])
        # Where the next month is paid on that very day, a day later.
        meets = np.zeros_like(is_missed)
        meets[:, :, :-1] = is_missed[:, :, :-1] & (own[:, :, :-1] == own[:, :, 1:])
        day[row] = np.where(meets, world.calendar.on_or_after(own + 1), own)
        is_paid[row] = paid
    return day, is_paid
