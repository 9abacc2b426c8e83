"""Rows of a query, one per person, card or account, read column by column as samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from spendsense_pipeline.checks.realism.intervals import Floats
from spendsense_pipeline.checks.realism.samples import Quantile, Ratio, RatioOfMedians, Share

Row = dict[str, Any]


class PerPerson:
    """What a query found, and samples of its columns."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Take the rows as they came."""
        self.rows = rows

    def numbers(self, column: str) -> Floats:
        """A column: nothing counts as 0, true as 1."""
        return np.array([float(row[column] or 0) for row in self.rows], dtype=np.float64)

    def known(self, column: str) -> Floats:
        """A column's values, without those that are missing."""
        known = [float(row[column]) for row in self.rows if row[column] is not None]
        return np.array(known, dtype=np.float64)

    def where(self, holds: Callable[[Row], bool]) -> PerPerson:
        """Some of the rows."""
        return PerPerson([row for row in self.rows if holds(row)])

    def share(self, having: str, of: str | None = None) -> Share:
        """The share of what a column counts that another counts; of rows, where none is named."""
        rows = np.ones(len(self.rows)) if of is None else self.numbers(of)
        return Share(self.numbers(having), rows)

    def ratio(self, column: str, to: str | None = None) -> Ratio:
        """The sum of a column over that of another; its mean, where none is named."""
        below = np.ones(len(self.rows)) if to is None else self.numbers(to)
        return Ratio(self.numbers(column), below)

    def median(self, column: str) -> Quantile:
        """The median of a column where it is known."""
        return Quantile(self.known(column))

    def quantile(self, column: str, place: float) -> Quantile:
        """A quantile of a column where it is known."""
        return Quantile(self.known(column), place)

    def median_over(self, others: PerPerson, column: str) -> RatioOfMedians:
        """The median of a column over that of other rows."""
        return RatioOfMedians(self.known(column), others.known(column))

    def largest(self, column: str) -> float | None:
        """The largest known value of a column."""
        known = self.known(column)
        return float(known.max()) if len(known) else None
