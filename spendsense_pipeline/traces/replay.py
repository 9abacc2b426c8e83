"""Judging again from a trace alone: no rule book, no features, no database.

Reads only `personas` (values, operators, thresholds, trees, order); whoever doubts a decision can
do the same in another language.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spendsense_pipeline.personas.criteria import LEAST_SEVERITY, OPERATORS

GENERAL = "general"
ID_DIGITS = 32
_COMPARE = {operator.sql: operator.compare for operator in OPERATORS}


@dataclass(frozen=True)
class Decision:
    """What the rules in a trace say of the values in it."""

    primary: str
    secondary: str | None
    matched: tuple[str, ...]
    severity: float


def replay(trace: Mapping[str, Any] | str) -> Decision:
    """Evaluate a trace's boolean trees over its values and thresholds."""
    record: Mapping[str, Any] = json.loads(trace) if isinstance(trace, str) else trace
    matched = []
    severity = 0.0
    for persona in record["personas"]:
        passed = [_passes(predicate) for predicate in persona["predicates"]]
        if not _holds(persona["tree"], passed):
            continue
        matched.append(persona["key"])
        if len(matched) == 1:
            met = [p for p, holds in zip(persona["predicates"], passed, strict=True) if holds]
            severity = max(LEAST_SEVERITY, *(_severity(predicate) for predicate in met))
    return Decision(
        primary=matched[0] if matched else GENERAL,
        secondary=matched[1] if len(matched) > 1 else None,
        matched=tuple(matched),
        severity=severity,
    )


def stored_decision(trace: Mapping[str, Any]) -> Decision:
    """The decision a trace records, in the same form."""
    decision = trace["decision"]
    return Decision(
        primary=decision["primary"],
        secondary=decision["secondary"],
        matched=tuple(decision["matched"]),
        severity=decision["severity"],
    )


def trace_id_of(text: str) -> str:
    """The id that a stored trace's text must carry: the hash of the text without its id member."""
    head = len('{"trace_id":"') + ID_DIGITS + len('",')
    return hashlib.sha256(("{" + text[head:]).encode()).hexdigest()[:ID_DIGITS]


def _passes(predicate: Mapping[str, Any]) -> bool:
    if predicate["value"] is None:
        return False
    return bool(_COMPARE[predicate["operator"]](predicate["value"], predicate["threshold"]))


def _holds(tree: Any, passed: list[bool]) -> bool:
    if isinstance(tree, int):
        return passed[tree]
    if "all_of" in tree:
        return all(_holds(member, passed) for member in tree["all_of"])
    return any(_holds(member, passed) for member in tree["any_of"])


def _severity(predicate: Mapping[str, Any]) -> float:
    """What a predicate that passed counts, between 0 and 1."""
    grade, threshold = predicate["severity"], predicate["threshold"]
    if "full" not in grade:
        return float(grade["counts_as"])
    return float(min((predicate["value"] - threshold) / (grade["full"] - threshold), 1.0))
