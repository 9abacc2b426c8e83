"""How figures are written wherever people read them: money, shares, counts, moments, durations, and
what is not known.
"""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any

NO_DATA = "–"
_SECONDS_PER_MINUTE = 60


def money(amount: decimal.Decimal | float | None) -> str:
    """Dollars and cents, or no data."""
    if amount is None:
        return NO_DATA
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def percent(share: float | None, digits: int = 0) -> str:
    """A fraction as per cent."""
    return NO_DATA if share is None else f"{share * 100:.{digits}f} %"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number of things: "1 person", "12 people"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def moment(at: dt.datetime | None) -> str:
    """A moment to the minute, in UTC as every moment of ours is."""
    return NO_DATA if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def duration(seconds: float | None) -> str:
    """A duration as one would say it."""
    if seconds is None:
        return NO_DATA
    if seconds < _SECONDS_PER_MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _SECONDS_PER_MINUTE)
    return f"{minutes} min {rest:02d} s"


def in_unit(value: Any, unit: str | None) -> str:
    """A figure as its unit is spoken."""
    if value is None:
        return NO_DATA
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float):
        return str(value)
    unit = unit or ""
    if unit.startswith("USD"):
        return money(value)  # what is judged says whether it is a month's
    if unit == "fraction":
        return percent(value, 1)
    shown = f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"
    return f"{shown} {unit}" if unit in ("days", "months") else shown
