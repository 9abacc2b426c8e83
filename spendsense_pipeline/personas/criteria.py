"""The vocabulary rules are written in: four operators, a criterion, two joiners.

A criterion is feature + operator + threshold. The operator holds its symbol, its SQL and its Python
comparison, so that text, query and evaluation cannot disagree. Holds no rule (see `rules.py`) and
evaluates nothing (see `evaluation.py` and `sql.py`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

_NEXT_TO_NOTHING = 1e-6  # dividing by less says no more than dividing by zero
Unit = Literal["fraction", "USD", "USD per month", "days", "months", "count", "yes/no"]


@dataclass(frozen=True)
class Operator:
    """How an observed value is held against a threshold."""

    name: str
    symbol: str
    sql: str
    words: str
    room: Literal[1, -1, 0]
    """+1 when room lies above the threshold, -1 when it lies below, 0 when there is none."""
    compare: Callable[[Any, Any], Any] = field(compare=False, repr=False)

    def distance(self, value: Any, threshold: Any) -> Any:
        """Signed distance in units: positive when the comparison holds with room."""
        if self.room == 0:
            return 0.0 - abs(value - threshold)
        return value - threshold if self.room == 1 else threshold - value

    def distance_sql(self, value: str, threshold: str) -> str:
        """The same distance as a SQL expression."""
        if self.room == 0:
            return f"0e0 - abs({value} - {threshold})"
        return f"{value} - {threshold}" if self.room == 1 else f"{threshold} - {value}"


AT_LEAST = Operator("at_least", "≥", ">=", "at least", 1, operator.ge)
ABOVE = Operator("above", ">", ">", "more than", 1, operator.gt)
BELOW = Operator("below", "<", "<", "less than", -1, operator.lt)
IS = Operator("is", "=", "=", "is", 0, operator.eq)
OPERATORS = (AT_LEAST, ABOVE, BELOW, IS)


@dataclass(frozen=True)
class ThresholdField:
    """A threshold the operator may set: the name of a field of `PersonaThresholds`."""

    name: str


@dataclass(frozen=True)
class Criterion:
    """One comparison of one feature. Missing data never satisfies it and reads "no data"."""

    key: str
    feature: str
    operator: Operator
    threshold: ThresholdField | float
    unit: Unit
    label: str
    """What the feature is called in a sentence about the person, without its value."""
    lowest: float | None = 0.0
    """Least value the feature can take; None when it has none."""

    @property
    def is_yes_no(self) -> bool:
        """Whether the feature is true or false; its threshold is then 1 (true)."""
        return self.unit == "yes/no"

    @property
    def limit(self) -> float:
        """The threshold as a number; only a bound criterion has one."""
        if isinstance(self.threshold, ThresholdField):
            msg = f"{self.key}: threshold {self.threshold.name} is not bound to a value yet"
            raise TypeError(msg)
        return float(self.threshold)

    @property
    def scale(self) -> float | None:
        """What a distance is divided by to give a margin; None where that says nothing."""
        return None if self.is_yes_no or abs(self.limit) < _NEXT_TO_NOTHING else abs(self.limit)

    @property
    def step(self) -> float:
        """The smallest change of the feature worth saying: one unit of its printed precision."""
        return {
            "fraction": 0.0001,
            "USD": 0.01,
            "USD per month": 0.01,
            "days": 0.5,  # a median of two gaps
            "months": 0.01,
            "count": 1.0,
            "yes/no": 1.0,
        }[self.unit]

    def bound(self, thresholds: object) -> Criterion:
        """The same criterion with its threshold looked up in `thresholds`."""
        if isinstance(self.threshold, ThresholdField):
            return replace(self, threshold=float(getattr(thresholds, self.threshold.name)))
        return self


@dataclass(frozen=True)
class Joined:
    """Members joined by `all_of` or `any_of`."""

    joiner: Literal["all_of", "any_of"]
    members: tuple[Tree, ...]

    def bound(self, thresholds: object) -> Joined:
        """The same tree with every threshold looked up."""
        return replace(self, members=tuple(m.bound(thresholds) for m in self.members))


Tree = Criterion | Joined


def all_of(*members: Tree) -> Joined:
    """Holds when every member does."""
    return Joined("all_of", members)


def any_of(*members: Tree) -> Joined:
    """Holds when at least one member does."""
    return Joined("any_of", members)


def criteria_of(tree: Tree) -> Iterator[Criterion]:
    """Every criterion of a tree, left to right: the order predicates are listed in."""
    if isinstance(tree, Criterion):
        yield tree
    else:
        for member in tree.members:
            yield from criteria_of(member)


def paths_of(
    tree: Tree, above: tuple[Joined, ...] = ()
) -> Iterator[tuple[Criterion, tuple[Joined, ...]]]:
    """Every criterion with the joined nodes above it, outermost first."""
    if isinstance(tree, Criterion):
        yield tree, above
    else:
        for member in tree.members:
            yield from paths_of(member, (*above, tree))
