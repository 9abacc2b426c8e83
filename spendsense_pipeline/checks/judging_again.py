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
    has_margin = _array(batch.column("have_margin").flatten()).reshape(shape) == 1
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
        margins = _margins(persona, passed, values[:, own], has_margin[:, own])
        severity = np.where(decides, margins, severity)
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


def _margins(persona: dict[str, Any], passed: Flags, values: Numbers, has_margin: Flags) -> Numbers:
    """Per trace, the largest margin of a predicate that made its tree hold; 0 if none has one."""
    largest = np.full(len(values), -np.inf)

    def visit(tree: Any, reached: Flags) -> None:
        made_it = reached & _holds(tree, passed)
        if not isinstance(tree, int):
            for members in tree.values():
                for member in members:
                    visit(member, made_it)
            return
        threshold = persona["predicates"][tree]["threshold"]
        if isinstance(threshold, bool):
            return
        counts = made_it & has_margin[:, tree]
        if not counts.any():
            return
        room = 1 if persona["predicates"][tree]["operator"] in (">", ">=") else -1
        if threshold == 0:
            largest[counts] = (
                np.nan
            )  # no such margin exists: close to nothing, so left to the replay
        else:
            margin = room * (values[:, tree] - threshold) / abs(threshold)
            np.maximum(largest, margin, out=largest, where=counts)

    visit(persona["tree"], np.ones(len(values), dtype=np.bool_))
    return np.where(np.isneginf(largest), 0.0, largest)


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
