"""The span of history: where it starts by default and how long it may be."""

from __future__ import annotations

from datetime import date, timedelta

MAX_MONTHS = 24
# A February: the shortest history that months_history can ask for.
FEWEST_DAYS = 28


def default_history_start(as_of: date, months: int) -> date:
    """The first of the month that lies `months` months before as_of's month."""
    year, month_index = divmod(as_of.year * 12 + as_of.month - 1 - months, 12)
    return date(year, month_index + 1, 1)


def span_months(history_start: date, as_of: date) -> int:
    """Calendar months from the month of `history_start` to the month of `as_of`."""
    return (as_of.year - history_start.year) * 12 + as_of.month - history_start.month


def full_months(history_start: date, as_of: date) -> int:
    """Full calendar months from history_start to the end of as_of."""
    end = as_of + timedelta(days=1)
    return span_months(history_start, end) - (end.day < history_start.day)


def can_extend(history_start: date, as_of: date) -> bool:
    """Whether a history that starts then may still be carried to `as_of`."""
    return span_problem(history_start, as_of) is None


def span_problem(history_start: date, as_of: date) -> str | None:
    """What is wrong with this span, if anything."""
    days = (as_of - history_start).days
    if days < 0:
        return (
            f"history_start must not be after as_of, {as_of}; it is {history_start}: "
            f"use {default_history_start(as_of, 6)}, six months of history"
        )
    if days < FEWEST_DAYS:
        return (
            f"history_start must be at least {FEWEST_DAYS} days before as_of, {as_of}; "
            f"it is {history_start}, {days} days before: use "
            f"{as_of - timedelta(days=FEWEST_DAYS)} or earlier"
        )
    if span_months(history_start, as_of) > MAX_MONTHS:
        return (
            f"history_start must be at most {MAX_MONTHS} months before as_of, {as_of}; "
            f"it is {history_start}: use {default_history_start(as_of, MAX_MONTHS)} or later"
        )
    return None
