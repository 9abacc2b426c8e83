"""Judging again from traces alone: no features and no rules but those in `personas` of a trace.

Whoever doubts a decision can do the same in another language: compare each value with its
threshold, evaluate each tree, take the first persona that matches, and of its predicates that pass
the greatest severity. One trace is judged by the same lines as the many of a warehouse.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.errors import RUN_FAILED, ProblemsError
from spendsense_pipeline.personas.criteria import LEAST_SEVERITY, OPERATORS
from spendsense_pipeline.personas.rules import GENERAL
from spendsense_pipeline.sql import QueryFolder

if TYPE_CHECKING:  # numpy is loaded when somebody replays, not when a command starts
    import duckdb
    import numpy as np
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.float64]

ID_DIGITS = 32
_COMPARE = {operator.sql: operator.compare for operator in OPERATORS}
_OBSERVABLE = {bool, int, float, type(None)}
_AT_A_TIME = 5_000
_QUERIES = QueryFolder(__package__)


class ReplayError(ProblemsError, ValueError):
    """A trace that cannot be judged again; the message says what it lacks and where."""

    exit_code = RUN_FAILED

    def __init__(self, problem: str) -> None:
        super().__init__([problem], "explain the decisions again: materialize decision_traces")


@dataclass(frozen=True)
class Decision:
    """What the rules in a trace say of the values in it."""

    primary: str
    secondary: str | None
    matched: tuple[str, ...]
    severity: float


_Of = tuple[str, int, Decision | None]


@dataclass(frozen=True)
class Replayed:
    """A stored trace judged again, and the decision that was stored."""

    user_id: str
    window_days: int
    stored: Decision | None
    """None where the trace belongs to no assignment."""
    again: Decision | ReplayError


@dataclass(frozen=True)
class _Predicate:
    """A comparison, and what passing it counts: graded from threshold to `full`, or the same."""

    operator: str
    threshold: float
    full: float | None
    counts_as: float


@dataclass(frozen=True)
class _Rule:
    """A persona's tree over positions in its predicates."""

    key: str
    tree: Any
    predicates: tuple[_Predicate, ...]


def replay(trace: Mapping[str, Any] | str) -> Decision:
    """Judge one trace again.

    Raises:
        ReplayError: the trace lacks something that judging needs.
    """
    record: Mapping[str, Any] = json.loads(trace) if isinstance(trace, str) else trace
    personas = _member(record, "personas", "the trace")
    rules = _rules(personas)
    values = [
        _member(predicate, "value", f"predicate {i} of {rule.key}")
        for rule, persona in zip(rules, personas, strict=True)
        for i, predicate in enumerate(persona["predicates"])
    ]
    [decision] = _judge(rules, [_observed(values)])
    return decision


def replay_stored(con: duckdb.DuckDBPyConnection) -> Iterator[Replayed]:
    """Judge every trace of `decision_traces` again, beside its row of `persona_assignments`.

    A few thousand at a time, in no order; `con` must run nothing else until the last is taken.
    """
    con.execute(_QUERIES.text("replay.sql"))
    while rows := con.fetchmany(_AT_A_TIME):
        # the rules are the same in nearly all traces
        by_rules: dict[str, list[tuple[_Of, list[Any]]]] = {}
        for user_id, window_days, primary, secondary, matched, severity, *content in rows:
            is_assigned = None not in (primary, matched, severity)
            stored = Decision(primary, secondary, tuple(matched), severity) if is_assigned else None
            of = (user_id, window_days, stored)
            rules, values, irregular = content
            try:
                if irregular is not None:  # something is missing: say what
                    yield Replayed(*of, replay(irregular))
                    continue
                numbers = _observed(json.loads(values))
            except ReplayError as error:
                yield Replayed(*of, error)
            else:
                by_rules.setdefault(rules, []).append((of, numbers))
        for rules, traces in by_rules.items():
            values = [observed for _, observed in traces]
            judged: Sequence[Decision | ReplayError]
            try:
                judged = _judge(_rules_of(rules), values)
            except ReplayError:  # of which of them, and what?
                judged = [_judged_or_why_not(rules, observed) for observed in values]
            for (of, _), decision in zip(traces, judged, strict=True):
                yield Replayed(*of, decision)


def _judged_or_why_not(rules: str, observed: list[Any]) -> Decision | ReplayError:
    try:
        [decision] = _judge(_rules_of(rules), [observed])
    except ReplayError as error:
        return error
    return decision


def agrees(trace: Replayed) -> bool:
    """Whether judging again gives the decision that was stored."""
    stored, again = trace.stored, trace.again
    return (
        stored is not None
        and isinstance(again, Decision)
        and stored.primary == again.primary
        and stored.secondary == again.secondary
        and stored.matched == again.matched
        and math.isclose(again.severity, stored.severity, rel_tol=1e-9, abs_tol=1e-9)
    )


def trace_id_of(text: str) -> str:
    """The id that a stored trace's text must carry: the hash of the text without its id member."""
    head = len('{"trace_id":"') + ID_DIGITS + len('",')
    return hashlib.sha256(("{" + text[head:]).encode()).hexdigest()[:ID_DIGITS]


def _judge(rules: tuple[_Rule, ...], values: Sequence[Sequence[Any]]) -> list[Decision]:
    """Decisions of traces that hold the same rules.

    Args:
        rules: of all personas, in priority order.
        values: (traces, predicates of all personas in that order), None where there is no data.
    """
    import numpy as np

    width = sum(len(rule.predicates) for rule in rules)
    # yes becomes 1 and no 0; what is missing becomes no number, which passes no comparison
    try:
        table = np.array(values, dtype=np.float64).reshape(len(values), width)
    except OverflowError:
        msg = "a value is too large to be compared"
        raise ReplayError(msg) from None
    matched = np.zeros((len(values), len(rules)), dtype=np.bool_)
    severity = np.zeros(len(values))
    start = 0
    for place, rule in enumerate(rules):
        own = table[:, start : start + len(rule.predicates)]
        start += len(rule.predicates)
        passed = np.zeros(own.shape, dtype=np.bool_)
        for i, predicate in enumerate(rule.predicates):
            passed[:, i] = _COMPARE[predicate.operator](own[:, i], predicate.threshold)
        holds = _holds(rule.tree, passed, rule.key)
        decides = holds & ~matched.any(axis=1)
        matched[:, place] = holds
        severity = np.where(decides, _severity(rule, passed, own), severity)
    decisions = []
    for flags, goes in zip(matched.tolist(), severity.tolist(), strict=True):
        keys = tuple(rule.key for rule, flag in zip(rules, flags, strict=True) if flag)
        primary, secondary = (*keys, None, None)[:2]
        decisions.append(Decision(primary or GENERAL, secondary, keys, goes))
    return decisions


def _holds(tree: Any, passed: Flags, key: str) -> Flags:
    """Whether a tree holds, per trace; `passed` is (traces, predicates of the persona)."""
    import numpy as np

    match tree:
        case int() if not isinstance(tree, bool) and 0 <= tree < passed.shape[1]:
            position: Flags = passed[:, tree]
            return position
        case {"all_of": [_, *_] as members}:
            every: Flags = np.logical_and.reduce([_holds(m, passed, key) for m in members])
            return every
        case {"any_of": [_, *_] as members}:
            some: Flags = np.logical_or.reduce([_holds(m, passed, key) for m in members])
            return some
    msg = f"the tree of {key} holds {tree!r}: neither a predicate's position nor joined members"
    raise ReplayError(msg)


def _severity(rule: _Rule, passed: Flags, values: Numbers) -> Numbers:
    """Per trace, the greatest severity of a predicate that passed."""
    import numpy as np

    greatest = np.full(len(values), LEAST_SEVERITY)
    for predicate, met, value in zip(rule.predicates, passed.T, values.T, strict=True):
        goes = np.full(len(values), predicate.counts_as)
        if predicate.full is not None:
            span = predicate.full - predicate.threshold
            goes = np.minimum((value - predicate.threshold) / span, 1.0)
        np.maximum(greatest, goes, out=greatest, where=met)
    return greatest


@functools.lru_cache(maxsize=8)
def _rules_of(text: str) -> tuple[_Rule, ...]:
    return _rules(json.loads(text))


def _rules(personas: Any) -> tuple[_Rule, ...]:
    """What `personas` of a trace says of the rules.

    Raises:
        ReplayError: naming the member that is missing or is not what it should be.
    """
    if not isinstance(personas, list):
        msg = "the trace's personas are no list"
        raise ReplayError(msg)
    rules = []
    for place, persona in enumerate(personas):
        key = str(_member(persona, "key", f"persona {place}"))
        predicates = _member(persona, "predicates", key)
        tree = _member(persona, "tree", key)
        if not isinstance(predicates, list):
            msg = f"the predicates of {key} are no list"
            raise ReplayError(msg)
        rules.append(
            _Rule(
                key,
                tree,
                tuple(_predicate(p, f"predicate {i} of {key}") for i, p in enumerate(predicates)),
            )
        )
    return tuple(rules)


def _predicate(predicate: Any, where: str) -> _Predicate:
    compare = _member(predicate, "operator", where)
    if not isinstance(compare, str) or compare not in _COMPARE:
        msg = f"{where} has the operator {compare!r}, which nobody knows"
        raise ReplayError(msg)
    threshold = _number(_member(predicate, "threshold", where))
    severity = _member(predicate, "severity", where)
    if isinstance(severity, Mapping) and "counts_as" in severity:
        return _Predicate(compare, threshold, None, _number(severity["counts_as"]))
    full = _number(_member(severity, "full", f"the severity of {where}"))
    if full == threshold:
        msg = f"the severity of {where} is full at the threshold itself"
        raise ReplayError(msg)
    return _Predicate(compare, threshold, full, 1.0)


def _member(record: Any, name: str, where: str) -> Any:
    """A member that must be there, and unless it is an observed value, not null."""
    is_there = isinstance(record, Mapping) and name in record
    if not is_there or (record[name] is None and name != "value"):
        msg = f"{where} lacks its {name}"
        raise ReplayError(msg)
    return record[name]


def _observed(values: list[Any]) -> list[Any]:
    """The same values, of which every one is a number, yes, no or, without data, null."""
    if not set(map(type, values)) <= _OBSERVABLE:
        for value in values:
            if value is not None:
                _number(value)
    return values


def _number(value: Any) -> float:
    """A JSON number, yes as 1 and no as 0."""
    if not isinstance(value, bool | int | float):
        msg = f"{value!r} stands where a number or a yes or no should"
        raise ReplayError(msg)
    return float(value)
