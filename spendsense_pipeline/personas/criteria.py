"""The vocabulary personas are declared in: four operators, a criterion, two joiners, a persona.

A criterion is feature + operator + threshold. The operator holds its symbol, its SQL and its Python
comparison, so that text, query and evaluation cannot disagree. Holds no persona (see `book/`) and
evaluates nothing (see `sql.py`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

_NEXT_TO_NOTHING = 1e-6  # dividing by less says no more than dividing by zero
LEAST_SEVERITY = 0.01  # of a persona that matches at all; 0 says that none does
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
class Line:
    """A threshold the operator may move: a field of `PersonaThresholds` with its bounds."""

    field: str
    default: float
    """A whole number where only whole numbers make sense."""
    least: float
    most: float
    unit: str
    description: str


@dataclass(frozen=True)
class GradedTo:
    """Severity grows from 0 at the threshold to 1 at `full`, and no further."""

    full: float


@dataclass(frozen=True)
class CountsAs:
    """Being met counts the same whatever the value; 0 for what says nothing of how far it goes."""

    severity: float


@dataclass(frozen=True)
class Reason:
    """A stable code and the sentence it stands for.

    Slots of the template are columns of the facts a trace is written from; `{shown}` is the
    criterion's value and `{threshold}` its threshold, printed so that the comparison reads true.
    """

    code: str
    template: str
    ranks_as: float = 1.0
    """The margin it is ranked with when its predicate has none."""


EvidenceKind = Literal["transactions", "streams", "accounts", "reference"]
EvidenceRows = Literal["all", "spend", "without interest and own moves"]
EvidenceScope = Literal["primary_checking", "checking", "savings", "spending"]


@dataclass(frozen=True)
class Proof:
    """What stands behind a feature's value: ids of rows, or a reference where there are too many.

    `days` in `computed_as` is the member of that name.
    """

    kind: EvidenceKind
    computed_as: str
    scope: EvidenceScope | None = None
    rows: EvidenceRows = "all"
    divides_by_spend: bool = False
    """The value is a ratio to spend: the proof of total_spend_usd belongs to it."""


@dataclass(frozen=True)
class Criterion:
    """One comparison of one feature. Missing data never satisfies it and reads "no data"."""

    key: str
    feature: str
    operator: Operator
    threshold: Line | float
    unit: Unit
    label: str
    """What the feature is called in a sentence about the person, without its value."""
    severity: GradedTo | CountsAs
    reason: Reason
    """What a trace says when it is met."""
    proof: Proof
    """How a trace evidences the feature."""
    lowest: float | None = 0.0
    """Least value the feature can take; None when it has none."""
    set_to: float | None = None
    """Where a run draws the line; None until `bound`."""

    @property
    def is_yes_no(self) -> bool:
        """Whether the feature is true or false; its threshold is then 1 (true)."""
        return self.unit == "yes/no"

    @property
    def limit(self) -> float:
        """The threshold as a number; only a bound criterion has one."""
        if not isinstance(self.threshold, Line):
            return float(self.threshold)
        if self.set_to is None:
            msg = f"{self.key}: threshold {self.threshold.field} is not bound to a value yet"
            raise TypeError(msg)
        return self.set_to

    @property
    def threshold_field(self) -> str | None:
        """The control that sets the threshold; None when it is part of the rule."""
        return self.threshold.field if isinstance(self.threshold, Line) else None

    @property
    def scale(self) -> float | None:
        """What a distance is divided by to give a margin; None where that says nothing."""
        return None if self.is_yes_no or abs(self.limit) < _NEXT_TO_NOTHING else abs(self.limit)

    @property
    def full(self) -> float | None:
        """The value from which a met criterion has severity 1; None where it counts a fixed part.

        A line that was moved to the full value or past it leaves nothing to grade.
        """
        if isinstance(self.severity, CountsAs):
            return None
        beyond = self.operator.room * (self.severity.full - self.limit)
        return self.severity.full if beyond > _NEXT_TO_NOTHING else None

    @property
    def counts_as(self) -> float:
        """The severity of being met where there is no `full` value."""
        return self.severity.severity if isinstance(self.severity, CountsAs) else 1.0

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
        if self.threshold_field is None:
            return self
        return replace(self, set_to=float(getattr(thresholds, self.threshold_field)))


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


@dataclass(frozen=True, kw_only=True)
class Focus:
    """What an operator sets to have everybody live like one persona: the preset `<key>_focus`."""

    description: str
    controls: Mapping[str, Any] = field(hash=False)
    """Values of `OperatorControls` beside the target itself."""


@dataclass(frozen=True, kw_only=True)
class Persona:
    """What is said of a persona, whatever makes somebody one."""

    key: str
    title: str
    plain: str
    """What we call it when speaking to the person: no label, no judgement."""
    meaning: str
    months_of_history: int
    """Full months from which it can show in the data at all."""
    focus: Focus | None = None


@dataclass(frozen=True, kw_only=True)
class PersonaRule(Persona):
    """A persona with the tree of criteria that makes it match."""

    tree: Joined

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Its criteria, left to right."""
        return tuple(criteria_of(self.tree))
