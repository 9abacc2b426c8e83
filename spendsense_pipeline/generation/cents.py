"""Exact arithmetic on whole cents: rounding, sums by group, prices below a largest."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints

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
