"""Exact arithmetic on whole cents: rounding, sums by group, prices scaled to a budget."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints

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
    quotient, remainder = np.divmod(numerator, denominator)
    up = (2 * remainder > denominator) | ((2 * remainder == denominator) & (quotient % 2 == 1))
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


def scaled_cents(
    weight: Ints, bucket: Ints, budget_cents: Ints, ending: Ints, is_cash: Flags
) -> Ints:
    """Prices in cents, scaled so that every bucket of purchases sums to its budget.

    Prices get their endings (.00, .99, cash in twenties); the largest purchase of the bucket takes
    up what that leaves, to the cent.

    Args:
        weight: Price before scaling, above zero, `[N]`.
        bucket: Budget a purchase belongs to, non-decreasing, `[N]`.
        budget_cents: What each budget allows, `[K]`.
        ending: 0..255, decides how the price ends, `[N]`.
        is_cash: Withdrawals, which come in notes, `[N]`.

    Returns:
        Cents, at least 1, `[N]`.
    """
    if weight.size == 0:
        return weight
    buckets = budget_cents.size
    scale = budget_cents / np.maximum(sums(bucket, weight, buckets), 1)
    raw = weight * scale[bucket]
    plain = np.rint(raw)
    cents = np.where(
        ending < _WHOLE_DOLLARS,
        np.rint(raw / 100) * 100,
        np.where(ending < _NINETY_NINE, np.rint((raw + 1) / 100) * 100 - 1, plain),
    )
    cents = np.where(raw < _ROUND_PRICES_FROM_CENTS, plain, cents)
    notes = np.clip(np.rint(raw[is_cash] / _CASH_NOTE_CENTS), 1, _CASH_NOTES_MAX)
    cents[is_cash] = notes * _CASH_NOTE_CENTS
    cents = np.maximum(cents, 1).astype(np.int64)
    left = budget_cents - sums(bucket, cents, buckets)
    at = _largest(bucket, np.where(is_cash, 0, cents))
    at = at[~is_cash[at]]
    cents[at] = np.maximum(cents[at] + left[bucket[at]], 1)
    return cents


def _largest(bucket: Ints, cents: Ints) -> Ints:
    """The first of the largest purchases of every bucket that has any: their places in `cents`."""
    starts = np.flatnonzero(np.diff(bucket, prepend=-1))
    counts = np.diff(starts, append=bucket.size)
    largest = np.repeat(np.maximum.reduceat(cents, starts), counts)
    ties = np.flatnonzero(cents == largest)
    return ties[np.diff(bucket[ties], prepend=-1) > 0]
