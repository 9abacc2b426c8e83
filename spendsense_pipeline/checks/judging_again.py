"""Judges many traces at once: which of them surely lead to the decision that was stored.

Says nothing about the others; `replaying.py` replays those one by one, and only that replay can
find a decision wrong. Shares no code with the replay it spares.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_CLOSE = 1e-9
_LEAST_SEVERITY = 0.01


def surely_agree(batch: pa.RecordBatch) -> Flags:
    """Per row of `traces_replay.judged.sql`: whether its decision certainly replays."""
    nothing = np.zeros(batch.num_rows, dtype=np.bool_)
    rules = set(batch.column("rules").to_pylist())
    if len(rules) > 1 or not _array(batch.column("is_regular")).all():
        return nothing
    try:
        return _agree(json.loads(rules.pop()), batch)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return nothing  # not rules as we write them: the replay has to say what they are


def _agree(personas: list[dict[str, Any]], batch: pa.RecordBatch) -> Flags:
    """The same for traces that all hold the same rules; arrays are (traces, predicates)."""
    shape = (batch.num_rows, sum(len(persona["predicates"]) for persona in personas))
    values = _array(batch.column("numbers").flatten()).reshape(shape)
    matched = np.zeros((batch.num_rows, len(personas)), dtype=np.bool_)
    severity = np.zeros(batch.num_rows)
    start = 0
    for place, persona in enumerate(personas):
        predicates = persona["predicates"]
        own = slice(start, start + len(predicates))
        start = own.stop
        passed = np.column_stack(
            [
                _COMPARE[predicate["operator"]](column, _number(predicate["threshold"]))
                for column, predicate in zip(values[:, own].T, predicates, strict=True)
            ]
        )
        holds = _holds(persona["tree"], passed)
        decides = holds & ~matched.any(axis=1)
        matched[:, place] = holds
        severity = np.where(decides, _severities(predicates, passed, values[:, own]), severity)
    is_close = _are_close(severity, _array(batch.column("severity")))
    return _is_stored(personas, matched, batch) & is_close


def _holds(tree: Any, passed: Flags) -> Flags:
    """Whether a tree holds, per trace; `passed` is (traces, predicates of the persona)."""
    if isinstance(tree, int):
        return passed[:, tree]
    ((joiner, members),) = tree.items()
    join = {"all_of": np.logical_and, "any_of": np.logical_or}[joiner]
    result: Flags = join.reduce([_holds(member, passed) for member in members])
    return result


def _severities(predicates: list[dict[str, Any]], passed: Flags, values: Numbers) -> Numbers:
    """Per trace, the greatest severity of a predicate that passed, from .01 to 1."""
    greatest = np.full(len(values), _LEAST_SEVERITY)
    for predicate, met, value in zip(predicates, passed.T, values.T, strict=True):
        grade = predicate["severity"]
        if "full" in grade:
            line, full = _number(predicate["threshold"]), _number(grade["full"])
            if line == full:
                raise ValueError(predicate)
            counts = np.minimum((value - line) / (full - line), 1.0)
        else:
            counts = np.full(len(values), _number(grade["counts_as"]))
        np.maximum(greatest, counts, out=greatest, where=met)
    return greatest


def _is_stored(personas: list[dict[str, Any]], matched: Flags, batch: pa.RecordBatch) -> Flags:
    """Whether first, second and all matches are the stored ones; few combinations ever occur."""
    keys = [persona["key"] for persona in personas]
    powers = matched @ (1 << np.arange(len(keys), dtype=np.int64))
    decided = {}
    for power in np.unique(powers).tolist():
        found = [key for place, key in enumerate(keys) if power >> place & 1]
        decided[power] = [*found, "general"][0], found[1] if len(found) > 1 else None, found
    texts = batch.column("stored").to_pylist()
    said = {text: tuple(json.loads(text or "[]")) for text in set(texts)}
    pairs = zip(powers.tolist(), texts, strict=True)
    return np.fromiter((decided[power] == said[text] for power, text in pairs), np.bool_)


def _are_close(ours: Numbers, stored: Numbers) -> Flags:
    """`math.isclose` per trace; what is missing or no number is close to nothing."""
    with np.errstate(invalid="ignore"):
        tolerance = np.maximum(_CLOSE, _CLOSE * np.maximum(np.abs(ours), np.abs(stored)))
        result: Flags = np.abs(ours - stored) <= tolerance
    return result


def _number(threshold: Any) -> float:
    """A threshold as a number; text is none, whatever it says."""
    if not isinstance(threshold, bool | int | float):
        raise TypeError(threshold)
    return float(threshold)


def _array(column: pa.Array) -> npt.NDArray[Any]:
    """A column without missing values as numpy; `to_numpy` would load pandas for it."""
    return np.from_dlpack(column)
