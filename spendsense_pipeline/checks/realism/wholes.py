"""Samples whose figure is of all rows or people together: extremes, totals, shapes and spreads.

As those of `samples.py`, they join over worlds and give an interval where one can be given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spendsense_pipeline.checks.realism.intervals import (
    EVERYTHING,
    Floats,
    Interval,
    t_quantile,
    wilson,
)
from spendsense_pipeline.checks.realism.samples import Share


@dataclass(frozen=True)
class Largest:
    """The largest of some rows: what it is, it is."""

    value: float | None
    cases: int

    @property
    def interval(self) -> Interval:
        """The value itself."""
        return EVERYTHING if self.value is None else Interval(self.value, self.value)

    def joined(self, others: Sequence[Largest]) -> Largest:
        """The largest of all."""
        every = (self, *others)
        values = [each.value for each in every if each.value is not None]
        return Largest(max(values, default=None), sum(each.cases for each in every))


@dataclass(frozen=True)
class Total:
    """How many rows of some are what none should be."""

    total: int
    cases: int

    @property
    def value(self) -> float | None:
        """The number."""
        return float(self.total) if self.cases else None

    @property
    def interval(self) -> Interval:
        """The number itself."""
        return Interval(float(self.total), float(self.total))

    def joined(self, others: Sequence[Total]) -> Total:
        """The sum."""
        every = (self, *others)
        return Total(sum(each.total for each in every), sum(each.cases for each in every))


@dataclass(frozen=True)
class Shape:
    """A figure of all rows of a world together: over several worlds, their mean."""

    values: tuple[float, ...]
    cases: int

    @property
    def value(self) -> float | None:
        """The mean of the worlds."""
        return float(np.mean(self.values)) if self.values else None

    @property
    def interval(self) -> Interval:
        """From how the worlds differ; of a single one, the value itself."""
        if not self.values:
            return EVERYTHING
        mean, worlds = float(np.mean(self.values)), len(self.values)
        if worlds == 1:
            return Interval(mean, mean)
        half = t_quantile(worlds - 1) * float(np.std(self.values, ddof=1)) / math.sqrt(worlds)
        return Interval(mean - half, mean + half)

    def joined(self, others: Sequence[Shape]) -> Shape:
        """All worlds."""
        every = (self, *others)
        return Shape(
            tuple(value for each in every for value in each.values),
            sum(each.cases for each in every),
        )


@dataclass(frozen=True, eq=False)
class Spread:
    """The largest share of any group less the smallest."""

    groups: dict[str, Share]
    least_people: int = 8

    @property
    def _judged(self) -> list[Share]:
        return [
            share
            for share in self.groups.values()
            if share.cases and np.count_nonzero(share.rows) >= self.least_people
        ]

    @property
    def cases(self) -> int:
        """Groups of enough people."""
        return len(self._judged)

    @property
    def value(self) -> float | None:
        """Largest less smallest."""
        values = [share.value or 0.0 for share in self._judged]
        return max(values) - min(values) if len(values) > 1 else None

    @property
    def interval(self) -> Interval:
        """As far as the intervals of all groups allow."""
        intervals = [share.interval for share in self._judged]
        if len(intervals) < 2:
            return EVERYTHING
        lows, highs = zip(*intervals, strict=True)
        return Interval(max(0.0, max(lows) - min(highs)), max(highs) - min(lows))

    def joined(self, others: Sequence[Spread]) -> Spread:
        """All people of each group."""
        every = (self, *others)
        names = dict.fromkeys(name for each in every for name in each.groups)
        found = {
            name: [each.groups[name] for each in every if name in each.groups] for name in names
        }
        return Spread(
            {name: first.joined(rest) for name, (first, *rest) in found.items()},
            self.least_people,
        )


@dataclass(frozen=True, eq=False)
class Gini:
    """How unequally something falls on people: 0 on all alike, 1 on one of many."""

    values: Floats

    @property
    def cases(self) -> int:
        """People on whom it falls at all."""
        return int(np.count_nonzero(self.values))

    @property
    def value(self) -> float | None:
        """The coefficient."""
        total, people = float(self.values.sum()), len(self.values)
        if not total:
            return None
        ranks = np.arange(1, people + 1)
        weighed = float((ranks * np.sort(self.values)).sum())
        return 2 * weighed / (people * total) - (people + 1) / people

    @property
    def interval(self) -> Interval:
        """From how many people it falls on at all, which decides most of it."""
        value = self.value
        if value is None:
            return EVERYTHING
        people = len(self.values)
        having = wilson(self.cases / people, people)
        # Among those it falls on, it is as unequal as it is here.
        among = (1 - value) / (self.cases / people)
        return Interval(1 - among * having.high, 1 - among * having.low)

    def joined(self, others: Sequence[Gini]) -> Gini:
        """All people."""
        return Gini(np.concatenate([self.values, *(each.values for each in others)]))


@dataclass(frozen=True, eq=False)
class Distance:
    """Half the sum of what shares of kinds differ from those wanted (total variation)."""

    counts: Floats
    wanted: Floats

    @property
    def cases(self) -> int:
        """People of any kind."""
        return int(self.counts.sum())

    @property
    def value(self) -> float | None:
        """0 for equal shares, 1 for disjoint ones."""
        if not self.cases:
            return None
        return float(np.abs(self.counts / self.counts.sum() - self.wanted).sum() / 2)

    @property
    def interval(self) -> Interval:
        """As far as the intervals of all shares allow."""
        if not self.cases:
            return EVERYTHING
        low = high = 0.0
        for count, wanted in zip(self.counts, self.wanted, strict=True):
            ends = wilson(float(count) / self.cases, self.cases)
            low += max(0.0, wanted - ends.high, ends.low - wanted)
            high += max(abs(wanted - ends.low), abs(ends.high - wanted))
        return Interval(low / 2, min(1.0, high / 2))

    def joined(self, others: Sequence[Distance]) -> Distance:
        """All people."""
        counts = np.sum([self.counts, *(each.counts for each in others)], axis=0)
        return Distance(counts, self.wanted)


@dataclass(frozen=True, eq=False)
class WidestHole:
    """The widest stretch without a value inside ranges that all should be filled."""

    values: Floats
    ranges: tuple[tuple[float, float], ...]
    least_values: int = 60
    """In a range, for chance to leave no wide stretch empty."""

    def _within(self, low: float, high: float) -> Floats:
        return np.sort(self.values[(self.values >= low) & (self.values <= high)])

    @property
    def _judged(self) -> list[tuple[float, float]]:
        return [ends for ends in self.ranges if len(self._within(*ends)) >= self.least_values]

    @property
    def cases(self) -> int:
        """Values in ranges that have enough of them; as many as any has, where none does."""
        enough = sum(len(self._within(*ends)) for ends in self._judged)
        return enough or max((len(self._within(*ends)) for ends in self.ranges), default=0)

    @property
    def value(self) -> float | None:
        """Its width."""
        holes = [
            float(np.diff(np.concatenate([[low], self._within(low, high), [high]])).max())
            for low, high in self._judged
        ]
        return max(holes, default=None)

    @property
    def interval(self) -> Interval:
        """The width itself."""
        value = self.value
        return EVERYTHING if value is None else Interval(value, value)

    def joined(self, others: Sequence[WidestHole]) -> WidestHole:
        """All values."""
        values = np.concatenate([self.values, *(each.values for each in others)])
        return WidestHole(values, self.ranges, self.least_values)


@dataclass(frozen=True)
class MostKinds:
    """The most different things that any one of several has: prices of a service, say."""

    kinds: frozenset[tuple[str, str]]
    cases: int

    @property
    def value(self) -> float | None:
        """How many the one with most has."""
        counts: dict[str, int] = {}
        for owner, _ in self.kinds:
            counts[owner] = counts.get(owner, 0) + 1
        return float(max(counts.values())) if counts else None

    @property
    def interval(self) -> Interval:
        """The number itself."""
        value = self.value
        return EVERYTHING if value is None else Interval(value, value)

    def joined(self, others: Sequence[MostKinds]) -> MostKinds:
        """The kinds of all worlds."""
        every = (self, *others)
        return MostKinds(
            frozenset().union(*(each.kinds for each in every)), sum(each.cases for each in every)
        )
