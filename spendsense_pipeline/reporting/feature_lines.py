"""One person's features in both windows, with the lines the rules draw through each.

Whether a line was met is what the stored traces say: nothing is judged here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.personas.rule_text import threshold_text
from spendsense_pipeline.personas.rules import all_criteria, bound
from spendsense_pipeline.tables.features import FEATURES_BY_NAME, LONG_WINDOW, SHORT_WINDOW, WINDOWS

if TYPE_CHECKING:
    from spendsense_pipeline.personas.criteria import Criterion, PersonaRule
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader


@dataclass(frozen=True)
class RuleLine:
    """A line that a rule draws through a feature.

    Attributes:
        persona: key of the rule's persona.
        title: its name.
        symbol: of the comparison.
        threshold: as a number; 1 where it is yes or no.
        threshold_text: as it was set, with its unit.
        unit: of the threshold.
        is_yes_no: there is no line to draw, only yes or no.
        threshold_field: the control that sets it; None where it is part of the rule.
        is_met_30d: whether the person is on the rule's side of it; None without a trace.
        is_met_180d: likewise in the longer window.
    """

    persona: str
    title: str
    symbol: str
    threshold: float
    threshold_text: str
    unit: str
    is_yes_no: bool
    threshold_field: str | None
    is_met_30d: bool | None = None
    is_met_180d: bool | None = None


@dataclass(frozen=True)
class Feature:
    """A feature in both windows, with the lines the rules draw through it."""

    name: str
    label: str
    unit: str | None
    value_30d: Any
    value_180d: Any
    lines: tuple[str, ...]
    rules: tuple[RuleLine, ...] = ()

    @property
    def is_numeric(self) -> bool:
        """Whether its values have a place on a line."""
        column = FEATURES_BY_NAME[self.name]
        return column.type in ("INTEGER", "DOUBLE")


def features_of(published: DatasetReader, user_id: str) -> tuple[Feature, ...]:
    """A person's features, in the order they are declared.

    Args:
        published: the dataset.
        user_id: somebody who consents; see `consent.consent_now`.
    """
    values: dict[int, dict[str, Any]] = {}
    for window in WINDOWS:
        found = published.rows(
            f"select * from features_{window}d where user_id = $user_id", {"user_id": user_id}
        )
        values[window] = found[0] if found else {}
    lines: dict[str, list[RuleLine]] = {}
    for feature, line in _judged_lines(published, user_id):
        lines.setdefault(feature, []).append(line)
    return tuple(
        Feature(
            name,
            column.label or name,
            column.unit,
            values[SHORT_WINDOW].get(name),
            values[LONG_WINDOW].get(name),
            tuple(in_words(line) for line in lines.get(name, ())),
            tuple(lines.get(name, ())),
        )
        for name, column in FEATURES_BY_NAME.items()
    )


def lines_of(published: DatasetReader) -> list[tuple[Criterion, RuleLine]]:
    """Every line of the rule book as the dataset's thresholds draw it, by priority."""
    return [
        (criterion, _line(rule, criterion))
        for rule, criterion in all_criteria(bound(published.resolved.thresholds))
    ]


def in_words(line: RuleLine) -> str:
    """A line as one says it: the comparison, the threshold and whose it is."""
    return f"{line.symbol} {line.threshold_text} ({line.title})"


def _line(
    rule: PersonaRule, criterion: Criterion, verdicts: dict[int, bool] | None = None
) -> RuleLine:
    verdicts = verdicts or {}
    return RuleLine(
        persona=rule.key,
        title=rule.title,
        symbol=criterion.operator.symbol,
        threshold=criterion.limit,
        threshold_text=threshold_text(criterion),
        unit=criterion.unit,
        is_yes_no=criterion.is_yes_no,
        threshold_field=criterion.threshold_field,
        is_met_30d=verdicts.get(SHORT_WINDOW),
        is_met_180d=verdicts.get(LONG_WINDOW),
    )


def _judged_lines(published: DatasetReader, user_id: str) -> list[tuple[str, RuleLine]]:
    """Every line by feature, with what the person's traces say of it."""
    verdicts: dict[tuple[str, int], dict[int, bool]] = {}
    for window, trace in published.con.execute(
        "select window_days, trace from decision_traces where user_id = $user_id",
        {"user_id": user_id},
    ).fetchall():
        for persona in json.loads(trace)["personas"]:
            for place, predicate in enumerate(persona["predicates"]):
                verdicts.setdefault((persona["key"], place), {})[window] = predicate["passed"]
    return [
        (criterion.feature, _line(rule, criterion, verdicts.get((rule.key, place))))
        for rule in bound(published.resolved.thresholds)
        for place, criterion in enumerate(rule.criteria)
    ]
