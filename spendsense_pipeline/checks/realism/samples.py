"""What figures are measured on: per person, so that worlds can be pooled and an interval be given.

Every sample knows its value, the interval of it and how many cases that rests on; samples of one
figure from several worlds join into one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from spendsense_pipeline.checks.realism.intervals import (
    EVERYTHING,
    Floats,
    Interval,
    quantile,
    ratio,
    ratio_of_ratios,
    share_of_rows,
)


class Sample(Protocol):
    """What one figure is measured on."""

    @property
    def cases(self) -> int:
        """How many cases the figure rests on."""

    @property
    def value(self) -> float | None:
        """The figure; none without cases."""

    @property
    def interval(self) -> Interval:
        """Where the figure of infinitely many such people lies."""

    def joined(self, others: Sequence[Self]) -> Self:
        """This sample and those of other worlds as one."""


@dataclass(frozen=True, eq=False)
class Share:
    """A share of rows: per person, how many have a property and how many there are."""

    having: Floats
    rows: Floats

    @property
    def cases(self) -> int:
        """Rows."""
        return int(self.rows.sum())

    @property
    def value(self) -> float | None:
        """Having over all."""
        return float(self.having.sum() / self.rows.sum()) if self.cases else None

    @property
    def interval(self) -> Interval:
        """Clustered by person."""
        return share_of_rows(self.having, self.rows)

    def joined(self, others: Sequence[Share]) -> Share:
        """All people."""
        every = (self, *others)
        return Share(
            np.concatenate([each.having for each in every]),
            np.concatenate([each.rows for each in every]),
        )


@dataclass(frozen=True, eq=False)
class Ratio:
    """A ratio of two sums over people; with denominators of 1, a mean."""

    numerators: Floats
    denominators: Floats

    @property
    def cases(self) -> int:
        """People."""
        return int(np.count_nonzero(self.denominators))

    @property
    def value(self) -> float | None:
        """Sum over sum."""
        total = self.denominators.sum()
        return float(self.numerators.sum() / total) if total else None

    @property
    def interval(self) -> Interval:
        """Clustered by person."""
        return ratio(self.numerators, self.denominators)

    def joined(self, others: Sequence[Ratio]) -> Ratio:
        """All people."""
        every = (self, *others)
        return Ratio(
            np.concatenate([each.numerators for each in every]),
            np.concatenate([each.denominators for each in every]),
        )


@dataclass(frozen=True, eq=False)
class RatioOfRatios:
    """One ratio of sums over another: a mean ticket over another mean ticket. `[4, people]`."""

    sums: Floats

    @property
    def cases(self) -> int:
        """People."""
        return int(self.sums.shape[1])

    @property
    def value(self) -> float | None:
        """First over second, over third over fourth."""
        one, by, other, other_by = self.sums.sum(axis=1)
        return float(one / by / (other / other_by)) if by and other and other_by else None

    @property
    def interval(self) -> Interval:
        """Clustered by person."""
        return ratio_of_ratios(*self.sums)

    def joined(self, others: Sequence[RatioOfRatios]) -> RatioOfRatios:
        """All people."""
        return RatioOfRatios(np.concatenate([self.sums, *(each.sums for each in others)], axis=1))


@dataclass(frozen=True, eq=False)
class Quantile:
    """A quantile of one value per person."""

    values: Floats
    place: float = 0.5

    @property
    def cases(self) -> int:
        """People."""
        return len(self.values)

    @property
    def value(self) -> float | None:
        """Interpolated between two people."""
        return float(np.quantile(self.values, self.place)) if len(self.values) else None

    @property
    def interval(self) -> Interval:
        """Between two people."""
        return quantile(self.values, self.place)

    def joined(self, others: Sequence[Quantile]) -> Quantile:
        """All people."""
        return Quantile(
            np.concatenate([self.values, *(each.values for each in others)]), self.place
        )


@dataclass(frozen=True, eq=False)
class RatioOfMedians:
    """The median of some people over that of others."""

    values: Floats
    other_values: Floats

    @property
    def cases(self) -> int:
        """People of the smaller group."""
        return min(len(self.values), len(self.other_values))

    @property
    def value(self) -> float | None:
        """Median over median."""
        below = float(np.median(self.other_values)) if self.cases else 0.0
        return float(np.median(self.values)) / below if below else None

    @property
    def interval(self) -> Interval:
        """As far as the intervals of both medians allow, so a little too wide."""
        one, other = quantile(self.values, 0.5), quantile(self.other_values, 0.5)
        if other.low <= 0:
            return EVERYTHING
        return Interval(one.low / other.high, one.high / other.low)

    def joined(self, others: Sequence[RatioOfMedians]) -> RatioOfMedians:
        """All people."""
        every = (self, *others)
        return RatioOfMedians(
            np.concatenate([each.values for each in every]),
            np.concatenate([each.other_values for each in every]),
        )
