"""How Plaid writes values: money is a number, a date is text."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal


def as_number(value: Decimal | float | None, decimals: int = 2) -> float | None:
    """An amount, or a rate with more decimals.

    Args:
        value: in USD or percent.
        decimals: how many are kept.

    Returns:
        What JSON can hold; None of nothing.
    """
    return None if value is None else round(float(value), decimals)


def as_date(value: dt.date | None) -> str | None:
    """A day.

    Args:
        value: the day.

    Returns:
        As 2026-06-30; None of nothing.
    """
    return None if value is None else value.isoformat()
