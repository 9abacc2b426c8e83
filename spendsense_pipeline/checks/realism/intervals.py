"""Where a figure's true value lies, with 99 % certainty: intervals for shares, quantiles, ratios.

Rows of one person are not independent, so everything here is counted per person. Nothing is drawn.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Z: Final = 2.5758293035489
"""Of the normal distribution: 99 % lie within so many standard deviations."""
OUTSIDE: Final = 0.01


class Interval(NamedTuple):
    """Both ends, infinite where nothing is known."""

    low: float
    high: float


EVERYTHING: Final = Interval(-math.inf, math.inf)


def t_quantile(degrees: int) -> float:
    """Student's counterpart of `Z` (Abramowitz and Stegun 26.7.5; within 2 % from 4 degrees on)."""
    if degrees < 1:
        return math.inf
    z2 = Z * Z
    terms = (
        (z2 + 1) / 4,
        ((5 * z2 + 16) * z2 + 3) / 96,
        (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384,
        ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92_160,
    )
    correction = [term / float(degrees**power) for power, term in enumerate(terms, start=1)]
    return Z * (1 + math.fsum(correction))


def wilson(share: float, cases: float) -> Interval:
    """Of a share of so many independent cases (Wilson 1927)."""
    if cases <= 0:
        return Interval(0.0, 1.0)
    z2 = Z * Z
    middle = (share + z2 / (2 * cases)) / (1 + z2 / cases)
    half = Z * math.sqrt(share * (1 - share) / cases + z2 / (4 * cases**2)) / (1 + z2 / cases)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def ratio_deviation(numerators: Floats, denominators: Floats) -> float:
    """Standard error of a ratio of sums over people, by linearisation; infinite of one person."""
    people, total = len(numerators), float(denominators.sum())
    if people < 2 or total == 0:
        return math.inf
    residuals = numerators - numerators.sum() / total * denominators
    return math.sqrt(people / (people - 1) * float((residuals**2).sum())) / total


def share_of_rows(numerators: Floats, denominators: Floats) -> Interval:
    """Of a share of rows that people have several of.

    Rows of one person alike are worth fewer cases than there are; of rows that are all alike it is
    unknown how alike, and each person counts as one case.
    """
    total = float(denominators.sum())
    if total == 0:
        return Interval(0.0, 1.0)
    share = float(numerators.sum()) / total
    people = int(np.count_nonzero(denominators))
    deviation = ratio_deviation(numerators, denominators)
    cases = float(people)
    if 0 < deviation < math.inf and 0 < share < 1:
        cases = min(max(share * (1 - share) / deviation**2, 1.0), total)
    return wilson(share, cases)


def ratio(numerators: Floats, denominators: Floats) -> Interval:
    """Of a ratio of sums over people; of a mean where every denominator is 1."""
    total = float(denominators.sum())
    deviation = ratio_deviation(numerators, denominators)
    if total == 0 or not math.isfinite(deviation):
        return EVERYTHING
    value = float(numerators.sum()) / total
    half = t_quantile(len(numerators) - 1) * deviation
    return Interval(value - half, value + half)


def ratio_of_ratios(
    numerators: Floats, denominators: Floats, other_numerators: Floats, other_denominators: Floats
) -> Interval:
    """Of one ratio of sums over another of the same people, on the scale of logarithms."""
    sums = [numerators, denominators, other_numerators, other_denominators]
    totals = [float(each.sum()) for each in sums]
    people = len(numerators)
    if people < 2 or min(totals) <= 0:
        return EVERYTHING
    signs = (1, -1, -1, 1)
    influence = sum(
        sign * each / total for sign, each, total in zip(signs, sums, totals, strict=True)
    )
    spread = math.sqrt(people / (people - 1) * float(np.square(influence).sum()))
    value = totals[0] / totals[1] / (totals[2] / totals[3])
    factor = math.exp(min(t_quantile(people - 1) * spread, 700.0))
    return Interval(value / factor, value * factor)


def quantile(values: Floats, place: float) -> Interval:
    """Between two of the values, by how many of them may lie below the true quantile (binomial).

    Args:
        values: One per person, in any order.
        place: 0.5 for the median.
    """
    ordered, count = np.sort(values), len(values)
    if not count:
        return EVERYTHING
    below = np.arange(count + 1)
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, count + 1)))])
    chances = np.exp(
        factorials[count]
        - factorials
        - factorials[::-1]
        + below * math.log(place)
        + (count - below) * math.log(1 - place)
    )
    at_most = np.cumsum(chances)
    first = int(np.searchsorted(at_most, OUTSIDE / 2, side="right"))
    last = int(np.searchsorted(at_most, 1 - OUTSIDE / 2, side="left"))
    return Interval(
        float(ordered[first - 1]) if first >= 1 else -math.inf,
        float(ordered[last]) if last < count else math.inf,
    )
