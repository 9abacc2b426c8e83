"""Whether tonight's history continues last night's: the same world one day on, or a new one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

# The generator's horizon: ways of living hold their persona for this long (design, Determinism).
MOST_MONTHS = 24


@dataclass(frozen=True)
class Continuity:
    """The history start to use (None: the configuration's own) and a sentence saying why."""

    history_start: dt.date | None
    note: str
    is_continued: bool = False
    is_rebased: bool = False


def continue_history(
    *,
    as_of: dt.date,
    published_start: dt.date | None,
    is_same_configuration: bool,
    is_fresh: bool = False,
) -> Continuity:
    """Choose the history start of the next dataset.

    Args:
        as_of: the day the next dataset describes.
        published_start: history start of the published dataset; None when there is none.
        is_same_configuration: whether it was made from this very configuration.
        is_fresh: the operator asked for a new world.
    """
    if published_start is None:
        return Continuity(None, "First dataset: its history begins where the configuration says.")
    if is_fresh:
        return Continuity(None, "Starting a new world, as asked (--fresh).")
    if not is_same_configuration:
        return Continuity(None, "The configuration has changed: starting a new world.")
    if as_of <= published_start:
        return Continuity(
            None, f"{as_of} is not after the published history's start: starting a new world."
        )
    if as_of > last_day_of(published_start):
        return Continuity(
            None,
            f"The history since {published_start} would pass {MOST_MONTHS} months on {as_of}:"
            " starting a new world; there are no persona transitions between the two.",
            is_rebased=True,
        )
    return Continuity(
        published_start,
        f"Extending the published history, which begins on {published_start}.",
        is_continued=True,
    )


def last_day_of(history_start: dt.date) -> dt.date:
    """Last as_of a history that begins then may have.

    Counted in calendar months as `months_history` is: the longest history an operator may ask for
    begins 24 months before as_of's month, so its own span reaches into a 25th.
    """
    months = history_start.year * 12 + history_start.month + MOST_MONTHS  # of the month after
    return dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(days=1)
