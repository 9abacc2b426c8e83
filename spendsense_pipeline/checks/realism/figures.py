"""A figure of realism: its name, band and source, what it was measured on, and its verdict."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from spendsense_pipeline.checks.realism.samples import Sample

Verdict = Literal["in band", "within chance", "outside", "not judged"]

FEW: Final = 20
"""Cases below which most figures say nothing."""


@dataclass(frozen=True)
class Band:
    """Where a figure should lie, both ends included."""

    low: float | None
    high: float | None

    def __str__(self) -> str:
        """The band in words."""
        if self.low is None:
            return f"at most {self.high:g}"
        if self.high is None:
            return f"at least {self.low:g}"
        return f"{self.low:g} to {self.high:g}"

    def holds(self, value: float) -> bool:
        """Whether a value lies in it."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def misses(self, low: float, high: float) -> bool:
        """Whether all of an interval lies outside it."""
        return (self.low is not None and high < self.low) or (
            self.high is not None and low > self.high
        )


@dataclass(frozen=True)
class RealismFigure:
    """One figure beside its band.

    `least_cases` is how many cases, `least_months` how long a history it takes to say anything.
    """

    metric: str
    sample: Sample | None
    band: Band
    source: str
    least_cases: int = FEW
    least_months: int = 0
    months: int = 0
    """How long the history is that it was measured on."""
    is_asked_otherwise: bool = False
    """Whether what the operator asked for leaves no band to judge it by."""

    @property
    def is_judged(self) -> bool:
        """Whether there is enough to judge it by."""
        return (
            self.sample is not None
            and not self.is_asked_otherwise
            and self.months >= self.least_months
            and self.sample.cases >= self.least_cases
            and self.sample.value is not None
        )

    @property
    def cases(self) -> int:
        """How many cases it rests on."""
        return 0 if self.sample is None else self.sample.cases

    @property
    def value(self) -> float | None:
        """The figure, where it is judged."""
        return self.sample.value if self.sample is not None and self.is_judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 99 % interval, where it is judged."""
        return self.sample.interval if self.sample is not None and self.is_judged else None

    @property
    def verdict(self) -> Verdict:
        """In its band, outside by no more than chance explains, or outside."""
        value, interval = self.value, self.interval
        if value is None or interval is None:
            return "not judged"
        if self.band.holds(value):
            return "in band"
        return "outside" if self.band.misses(*interval) else "within chance"

    @property
    def said(self) -> str:
        """The verdict in words, with what is missing for one."""
        if self.verdict != "not judged":
            return self.verdict
        if self.is_asked_otherwise:
            return "not judged (asked for otherwise)"
        if self.months < self.least_months:
            return f"not judged ({self.months} of {self.least_months} months)"
        return f"not judged (n = {self.cases})"

    def joined(self, others: Sequence[RealismFigure]) -> RealismFigure:
        """This figure of several worlds: of those whose history is long enough."""
        long_enough = [each for each in (self, *others) if each.months >= each.least_months]
        samples = [each.sample for each in long_enough if each.sample is not None]
        if not samples:
            return self
        first, *rest = samples
        return dataclasses.replace(long_enough[0], sample=first.joined(rest))

    def row(self) -> dict[str, Any]:
        """The figure as a row of a report."""
        ends = self.interval or (math.nan, math.nan)
        low, high = (round(end, 4) if math.isfinite(end) else None for end in ends)
        return {
            "metric": self.metric,
            "value": None if self.value is None else round(self.value, 4),
            "low": low,
            "high": high,
            "cases": self.cases,
            "band": str(self.band),
            "verdict": self.said,
            "source": self.source,
        }
