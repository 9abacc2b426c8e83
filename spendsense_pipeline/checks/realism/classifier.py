"""A small classifier: how well a kind of people is told from the others by logistic regression.

Judged on people it has not seen (five folds, by their order), so that noise reads as 0.5.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.checks.realism.intervals import EVERYTHING, Floats, Interval, Z

FOLDS: Final = 5
_RIDGE: Final = 3.0
_STEPS: Final = 12
_LARGEST_LOGIT: Final = 30.0

Flags = npt.NDArray[np.bool_]


def area_under_curve(scores: Floats, is_one: Flags) -> float:
    """The chance that one of the kind scores above one of the others (Mann and Whitney)."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[place]
    ones = int(is_one.sum())
    return float((rank[is_one].sum() - ones * (ones + 1) / 2) / (ones * (len(scores) - ones)))


def scores_out_of_fold(manners: Floats, is_one: Flags) -> Floats:
    """How much each looks like one of the kind, to a model that has not seen them.

    Args:
        manners: What is known of people, `[people, manners]`; NaN where nothing is.
        is_one: Of the kind, `[people]`.

    Returns:
        Log-odds, `[people]`.
    """
    known = _prepared(manners)
    fold = np.zeros(len(is_one), dtype=np.int64)
    for kind in (True, False):  # both kinds evenly in every fold
        where = np.flatnonzero(is_one == kind)
        fold[where] = np.arange(len(where)) % FOLDS
    scores = np.zeros(len(is_one))
    for number in range(FOLDS):
        seen = fold != number
        weights = _fitted(known[seen], is_one[seen])
        scores[~seen] = known[~seen] @ weights
    return scores


def _prepared(manners: Floats) -> Floats:
    """Standardised, with squares (a manner may be told by being in the middle) and a constant."""
    seen = ~np.isnan(manners)
    counts = np.maximum(seen.sum(axis=0), 1)
    mean = np.where(seen, manners, 0).sum(axis=0) / counts
    centred = np.where(seen, manners - mean, 0)
    spread = np.sqrt((centred**2).sum(axis=0) / counts)
    standard = np.clip(centred / np.where(spread > 0, spread, 1), -4, 4)
    squares = standard**2 - (standard**2).mean(axis=0)
    return np.concatenate([standard, squares, np.ones((len(manners), 1))], axis=1)


def _fitted(known: Floats, is_one: Flags) -> Floats:
    """Weights of a ridge logistic regression (Newton's method)."""
    weights = np.zeros(known.shape[1])
    ridge = np.full(known.shape[1], _RIDGE)
    ridge[-1] = 1e-6  # the constant is free
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(known @ weights, -_LARGEST_LOGIT, _LARGEST_LOGIT)))
        gradient = known.T @ (is_one - chance) - ridge * weights
        curvature = (known * (chance * (1 - chance))[:, np.newaxis]).T @ known + np.diag(ridge)
        weights = weights + np.linalg.solve(curvature, gradient)
    return weights


@dataclass(frozen=True, eq=False)
class Telling:
    """How well the people of one kind can be told by their manners: 0.5 not at all, 1 always."""

    manners: Floats
    is_one: Flags

    @property
    def cases(self) -> int:
        """People of the rarer side."""
        ones = int(self.is_one.sum())
        return min(ones, len(self.is_one) - ones)

    @functools.cached_property
    def value(self) -> float | None:
        """Area under the curve, out of fold."""
        if self.cases < FOLDS:
            return None
        return area_under_curve(scores_out_of_fold(self.manners, self.is_one), self.is_one)

    @property
    def interval(self) -> Interval:
        """After Hanley and McNeil 1982."""
        value = self.value
        if value is None:
            return EVERYTHING
        ones = int(self.is_one.sum())
        others = len(self.is_one) - ones
        two_ones, two_others = value / (2 - value), 2 * value**2 / (1 + value)
        variance = (
            value * (1 - value)
            + (ones - 1) * (two_ones - value**2)
            + (others - 1) * (two_others - value**2)
        ) / (ones * others)
        half = Z * math.sqrt(max(variance, 0.0))
        return Interval(max(0.0, value - half), min(1.0, value + half))

    def joined(self, others: Sequence[Telling]) -> Telling:
        """All people."""
        every = (self, *others)
        return Telling(
            np.concatenate([each.manners for each in every]),
            np.concatenate([each.is_one for each in every]),
        )
