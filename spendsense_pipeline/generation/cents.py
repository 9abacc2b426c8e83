"""Exact arithmetic on whole cents: division that rounds half to even, and sums by group."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.randomness import Ints


def half_even(numerator: Ints, denominator: int) -> Ints:
    """Integer division rounded half to even, for non-negative numerators."""
    quotient, remainder = np.divmod(numerator, denominator)
    up = (2 * remainder > denominator) | ((2 * remainder == denominator) & (quotient % 2 == 1))
    return np.asarray(quotient + up, dtype=np.int64)


def sums(group: Ints, cents: Ints, groups: int) -> Ints:
    """Sum of `cents[N]` in each group of `group[N]`: `[groups]`.

    Adds in doubles, which are exact as long as a sum stays below 2**53 cents.
    """
    summed = np.bincount(group, weights=cents.astype(np.float64), minlength=groups)
    return summed.astype(np.int64)
