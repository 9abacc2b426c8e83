"""Exact arithmetic on whole cents: rounding, sums by group, prices as shops write them."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints, bounded

# Endings out of 256: whole dollars 20 %, .99 14 %, the rest as it comes (stores: 15-30 %, 8-20 %).
_WHOLE_DOLLARS, _NINETY_NINE = 51, 87
_ROUND_PRICES_FROM_CENTS = 300
"""Smaller prices keep their cents: rounding them to dollars would move them by too much."""
_CASH_NOTE_CENTS = 2_000
"""Machines pay out twenties."""
_CASH_NOTES_MAX = 25
"""And no more than $500 at a time."""
INTEREST_DIVISOR: Final = 365 * 10_000
"""Cent-days times a yearly rate in basis points, over this, are cents of interest: banks count 365
days to every year, leap or not."""


def half_even(numerator: Ints, denominator: int) -> Ints:
    """Integer division rounded half to even, exact for whole cents.

    Args:
        numerator: Non-negative, `[N]`.
        denominator: Above zero.

    Returns:
        The quotients, `[N]`.
    """
    quotient = numerator // denominator
    remainder = numerator - quotient * denominator
    # An odd quotient tips a tie up to the even one.
    up = 2 * remainder + (quotient & 1) > denominator
    return np.asarray(quotient + up, dtype=np.int64)


def sums(group: Ints, cents: Ints, groups: int) -> Ints:
    """Sum of cents in each group.

    Adds in doubles, which are exact as long as a sum stays below 2**53 cents.

    Args:
        group: Group of each row, `[N]`.
        cents: Amount of each row, `[N]`.
        groups: How many groups there are.

    Returns:
        Cents per group, `[groups]`, 0 for a group without rows.
    """
    summed = np.bincount(group, weights=cents.astype(np.float64), minlength=groups)
    return summed.astype(np.int64)


def below_largest(raw: Floats | Ints, largest: Floats | Ints) -> Floats:
    """Prices no larger than the largest: what lies beyond it lies as far below instead.

    Cut off at it, every large purchase would be of the same amount.

    Args:
        raw: Prices in cents, above zero, `[N]` or of any other shape.
        largest: What a merchant's largest ticket is, of a shape that fits.

    Returns:
        Cents, of the shape of `raw`.
    """
    return np.asarray(np.where(raw > largest, largest / raw * largest, raw))


def priced(raw: Floats, ending: Ints, is_cash: Flags) -> Ints:
    """Prices as shops write them: .00, .99 or as they come; cash in twenties.

    Args:
        raw: Price in cents before rounding, above zero, `[N]` or `[K, N]`.
        ending: 0..255, decides how the price ends, `[N]`.
        is_cash: Withdrawals, which come in notes, `[N]`.

    Returns:
        Cents, at least 1, of the shape of `raw`.
    """
    # To the nearest whole dollar, or to one cent below it.
    below = ending >= _WHOLE_DOLLARS
    rounded = np.rint((raw + below) / 100) * 100 - below
    is_rounded = (ending < _NINETY_NINE) & (raw >= _ROUND_PRICES_FROM_CENTS)
    cents = np.where(is_rounded, rounded, np.rint(raw))
    notes = bounded(np.rint(raw[..., is_cash] / _CASH_NOTE_CENTS), 1, _CASH_NOTES_MAX)
    cents[..., is_cash] = notes * _CASH_NOTE_CENTS
    return np.maximum(cents, 1).astype(np.int64)
