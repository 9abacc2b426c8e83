"""Exact arithmetic on whole cents: rounding, sums by group, prices within bounds, round sums."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints

INTEREST_DIVISOR: Final = 365 * 10_000
"""Cent-days times a yearly rate in basis points, over this, are cents of interest: banks count 365
days to every year, leap or not."""
_ABOVE_LEAST: Final = 2.0
"""Who would have bought next to nothing buys one of the cheapest things, not a dear one."""
_FROM_CENTS: Final = np.array([0, 200_000, 1_000_000])
_UNIT_CENTS: Final = np.array([10_000, 50_000, 100_000])


def half_even(numerator: Ints, denominator: int) -> Ints:
    """Integer division rounded half to even, exact for whole cents.

    Args:
        numerator: Non-negative, `[N]`.
        denominator: Above zero.

    Returns:
        The quotients, `[N]`.
    """
    quotient, remainder = np.divmod(numerator, denominator)
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


def above_least(raw: Floats, least: Floats) -> Floats:
    """Prices no smaller than the smallest: what lies below it lies as far above instead.

    Args:
        raw: Prices in cents, above zero, `[N]` or of any other shape.
        least: The least that is sold, of a shape that fits.

    Returns:
        Cents, of the shape of `raw`, at most `_ABOVE_LEAST` times the least where they were below.
    """
    return np.asarray(np.where(raw < least, np.minimum(least / raw, _ABOVE_LEAST) * least, raw))


def round_sums(cents: Ints | Floats) -> Ints:
    """The round sums people move of what they have to spare: the larger, the rounder.

    Args:
        cents: What there is to spare, `[N]`; below zero is nothing.

    Returns:
        Whole hundreds of dollars, from $2,000 on five hundreds, from $10,000 on thousands: `[N]`.
    """
    spare = np.maximum(cents, 0).astype(np.int64)
    unit = _UNIT_CENTS[np.searchsorted(_FROM_CENTS, spare, side="right") - 1]
    return np.asarray(spare // unit * unit, dtype=np.int64)
