"""The rules evaluated over arrays of users: the plain reading that the SQL is tested against.

Shares only the declarations with `personas/sql.py`, which makes the assignments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.personas.criteria import BELOW, CountsAs, Criterion, PersonaRule, Tree
from spendsense_pipeline.personas.rules import GENERAL

if TYPE_CHECKING:  # numpy is loaded when somebody evaluates, not when a command starts
    import numpy as np
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Verdicts:
    """What the rules say, one entry per user in every array."""

    passed: Mapping[str, Flags]
    """By criterion key."""
    distance: Mapping[str, Numbers]
    """By criterion key, in the feature's unit; NaN where there is no data."""
    matched: Mapping[str, Flags]
    """By persona key, in priority order, `general` not among them."""
    primary: tuple[str, ...]
    secondary: tuple[str | None, ...]
    severity: Numbers


def observed(values: Any) -> Numbers:
    """A feature as doubles with NaN for missing; a value that is not finite counts as missing."""
    import numpy as np

    numbers: Numbers = np.ma.filled(np.ma.asarray(np.ma.array(values, dtype=np.float64)), np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def evaluate(features: Mapping[str, Any], rules: tuple[PersonaRule, ...]) -> Verdicts:
    """Judge users whose features are arrays of one length; `rules` are bound (`rules.bound`)."""
    import numpy as np

    passed: dict[str, Flags] = {}
    distance: dict[str, Numbers] = {}
    matched: dict[str, Flags] = {}
    severity: dict[str, Numbers] = {}
    for rule in rules:
        for criterion in rule.criteria:
            value = observed(features[criterion.feature])
            distance[criterion.key] = criterion.operator.distance(value, criterion.limit)
            passed[criterion.key] = criterion.operator.compare(value, criterion.limit)
        matched[rule.key] = _holds(rule.tree, passed)
        severity[rule.key] = _severity(rule, features, passed)

    keys = (*matched, GENERAL)
    # (users, personas): the general column is always true, so every row has a first match
    table = np.column_stack([*matched.values(), np.ones_like(next(iter(matched.values())))])
    first = table.argmax(axis=1)
    rest = table[:, :-1].copy()
    rows = np.arange(len(table))
    rest[rows[first < len(matched)], first[first < len(matched)]] = False
    has_second = np.asarray(rest.any(axis=1))
    second = rest.argmax(axis=1)
    severities = np.column_stack([*severity.values(), np.zeros(len(table))])
    return Verdicts(
        passed=passed,
        distance=distance,
        matched=matched,
        primary=tuple(keys[i] for i in first),
        secondary=tuple(
            keys[i] if has else None for i, has in zip(second, has_second.tolist(), strict=True)
        ),
        severity=severities[rows, first],
    )


def _holds(tree: Tree, passed: Mapping[str, Flags]) -> Flags:
    import numpy as np

    if isinstance(tree, Criterion):
        return passed[tree.key]
    members = [_holds(member, passed) for member in tree.members]
    join = np.logical_and if tree.joiner == "all_of" else np.logical_or
    result: Flags = join.reduce(members)
    return result


def _severity(
    rule: PersonaRule, features: Mapping[str, Any], passed: Mapping[str, Flags]
) -> Numbers:
    """Per user, how far the met criterion that goes farthest does go, from .01 to 1."""
    import numpy as np

    greatest = np.full(len(next(iter(passed.values()))), 0.01)
    for criterion in rule.criteria:
        goes = np.full_like(greatest, 1.0)
        if isinstance(criterion.severity, CountsAs):
            goes = np.full_like(greatest, criterion.severity.severity)
        elif (criterion.severity.full > criterion.limit) == (criterion.operator is not BELOW):
            span = criterion.severity.full - criterion.limit
            if abs(span) > 1e-6:
                goes = np.clip(
                    (observed(features[criterion.feature]) - criterion.limit) / span, 0, 1
                )
        greatest = np.where(passed[criterion.key], np.fmax(greatest, goes), greatest)
    return greatest
