"""The trace as a JSON document: which members it has, in which order, from which columns.

`schema.json` fixes the same shape for readers; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spendsense_pipeline.features.sufficiency import NEEDS
from spendsense_pipeline.personas import sql
from spendsense_pipeline.personas.criteria import Criterion, PersonaRule, Tree
from spendsense_pipeline.personas.rules import GENERAL
from spendsense_pipeline.sql import literal
from spendsense_pipeline.traces import counterfactual, prose
from spendsense_pipeline.traces.figures import value_json
from spendsense_pipeline.traces.json_text import (
    Json,
    array,
    constant,
    members,
    number,
    plain,
    raw,
    string,
)


def body(rules: tuple[PersonaRule, ...], versions: Mapping[str, Any]) -> str:
    """The trace without its id as a SQL text expression; `versions` are the run's."""
    decision = {
        "primary": plain("assigned"),
        "secondary": plain("second"),
        "matched": raw("to_json(matches)"),
        "target": plain("target_persona"),
        "decided_by": plain(_deciding_step(rules)),
        "runner_up": plain("runner_up"),
        "severity": number("stored_severity"),
    }
    return members(
        {
            "user_id": string("user_id"),
            "window_days": number("window_days"),
            "as_of": plain("as_of"),
            "versions": constant(dict(versions)),
            "decision": members(decision),
            "personas": array(_persona(rule) for rule in rules),
            "reasons": raw("to_json(reasons)"),
            "explanation": string(prose.paragraph()),
            "counterfactual": raw(counterfactual.as_json(rules)),
            "evidence": raw("coalesce(evidence, '[]')"),
        }
    ).sql()


def _deciding_step(rules: tuple[PersonaRule, ...]) -> str:
    """Which step of the priority order decided."""
    of = f"of {len(rules) + 1}"
    cases = " ".join(
        f"when {literal(rule.key)} then {literal(f'priority {i} {of}: first rule that matches')}"
        for i, rule in enumerate(rules, start=1)
    )
    last = literal(f"priority {len(rules) + 1} {of}: no rule matches")
    return f"case assigned {cases} when {literal(GENERAL)} then {last} end"


def _persona(rule: PersonaRule) -> Json:
    return members(
        {
            "key": constant(rule.key),
            "matched": raw(f"matched_{rule.key}"),
            "tree": constant(tree_of(rule)),
            "predicates": array(_predicate(criterion) for criterion in rule.criteria),
        }
    )


def tree_of(rule: PersonaRule) -> object:
    """The rule's boolean tree with predicates named by their position in its list."""
    positions = {criterion.key: i for i, criterion in enumerate(rule.criteria)}

    def node(tree: Tree) -> object:
        if isinstance(tree, Criterion):
            return positions[tree.key]
        return {tree.joiner: [node(member) for member in tree.members]}

    return node(rule.tree)


def _predicate(criterion: Criterion) -> Json:
    threshold: object = criterion.limit
    if criterion.is_yes_no:
        threshold = True
    elif criterion.limit.is_integer():
        threshold = int(criterion.limit)
    return members(
        {
            "feature": constant(criterion.feature),
            "label": constant(criterion.label),
            "operator": constant(criterion.operator.sql),
            "threshold": constant(threshold),
            "value": raw(value_json(criterion)),
            "unit": constant(criterion.unit),
            "passed": raw(f"passed_{criterion.key}"),
            "severity": constant(_severity(criterion)),
            "distance": number(sql.distance(criterion)),
            "margin": constant(None) if criterion.scale is None else number(sql.margin(criterion)),
            "data_sufficiency": plain(_data_sufficiency(criterion.feature)),
        }
    )


def _severity(criterion: Criterion) -> dict[str, float]:
    """How a met criterion's severity follows: from the value it is full at, or the same always."""
    if criterion.full is None:
        return {"counts_as": criterion.counts_as}
    return {"full": criterion.full}


def _data_sufficiency(feature: str) -> str:
    """As `features.sufficiency.data_sufficiency` says it, and "no_data" where there is no value."""
    need = NEEDS[feature]
    full = "window_days" if need.full is None else str(need.full)
    return (
        f"case when {feature} is null then 'no_data' "
        f"when coalesce(history_days, 0) < {need.least} then 'insufficient' "
        f"when history_days < {full} then 'partial' else 'sufficient' end"
    )
