"""What would change the outcome: the smallest change of one feature, found by re-running the rules.

For each criterion the feature is moved just across its threshold, in whichever direction the
person is not, and the whole rule book is evaluated again with that one value replaced: every
interval of a feature's values has such a point as its nearest end, so no smaller change is missed.
Size is the change over the threshold; a yes/no answer, or crossing a threshold of zero, has size 1.
A missing value is not changed: its size could not be said.
"""

from __future__ import annotations

import math

from spendsense_pipeline.personas.criteria import (
    ABOVE,
    AT_LEAST,
    IS,
    Criterion,
    Tree,
)
from spendsense_pipeline.personas.rules import GENERAL, PersonaRule, persona_title
from spendsense_pipeline.personas.sql import first_match, holds, number, passes, text
from spendsense_pipeline.personas.views import amount_text
from spendsense_pipeline.plaid.tables import PERSONA_KEYS

YES_NO_SIZE = 1.0


def value_that_passes(criterion: Criterion) -> float | None:
    """The nearest value that satisfies the criterion, seen from outside; None if out of range."""
    limit, step = criterion.limit, criterion.step
    if criterion.operator is IS:
        return 1.0
    if criterion.operator is AT_LEAST:
        return math.ceil(limit) if criterion.unit == "count" else limit
    if criterion.operator is ABOVE:
        return _within_range(criterion, _on_grid(limit + step))
    return _within_range(criterion, _on_grid(limit - step))


def value_that_fails(criterion: Criterion) -> float | None:
    """The nearest value that does not satisfy it, seen from inside; None if out of range."""
    limit, step = criterion.limit, criterion.step
    if criterion.operator is IS:
        return 0.0
    if criterion.operator is AT_LEAST:
        return _within_range(criterion, _on_grid(limit - step))
    return limit  # neither "above" nor "below" includes the threshold


def size(criterion: Criterion, value: str, changed: float) -> str:
    """How large a change is, as a SQL expression."""
    if criterion.scale is None:
        return number(YES_NO_SIZE)
    return f"abs({value} - {number(changed)}) / {number(criterion.scale)}"


def smallest_change(rules: tuple[PersonaRule, ...]) -> str:
    """The best single change as a struct expression over judged rows, null if none flips."""
    criteria = [criterion for rule in rules for criterion in rule.criteria]
    candidates = []
    for order, criterion in enumerate(criteria):
        for now_passes, changed in (
            (True, value_that_fails(criterion)),
            (False, value_that_passes(criterion)),
        ):
            if changed is None:
                continue
            outcome = _outcome_with(rules, criteria, criterion.feature, changed)
            is_now = f"passed_{criterion.key}" if now_passes else f"not passed_{criterion.key}"
            candidates.append(
                f"""case when {criterion.feature} is not null and {is_now}
                  and {outcome} <> primary_persona then {{
                  size: {size(criterion, criterion.feature, changed)}, rank: {order},
                  feature: {text(criterion.feature)}, label: {text(criterion.label)},
                  unit: {text(criterion.unit)}, from_value: {criterion.feature},
                  to_value: {number(changed)}, outcome: {outcome},
                  sentence: {_sentence(criterion, changed)} }} end"""
            )
    return f"list_sort(list_filter([{', '.join(candidates)}], lambda c: c is not null))[1]"


def changes_needed(rules: tuple[PersonaRule, ...]) -> str:
    """Fewest predicates that must turn to change the primary persona; null if data is missing."""
    cases = []
    for i, rule in enumerate(rules):
        ways = [_cost(rule.tree, wanted=False), *(_cost(r.tree, wanted=True) for r in rules[:i])]
        cases.append(f"when {text(rule.key)} then {_least(ways)}")
    into_any = _least([_cost(rule.tree, wanted=True) for rule in rules])
    cases.append(f"when {text(GENERAL)} then {into_any}")
    return f"case primary_persona {' '.join(cases)} end"


def as_json(change: str = "change", needed: str = "needed") -> str:
    """The counterfactual member of a trace from columns holding the two expressions above."""
    titles = " ".join(f"when {text(key)} then {text(persona_title(key))}" for key in PERSONA_KEYS)
    return f"""case when {change} is not null then json_object(
      'found', true, 'changes_needed', 1,
      'text', {change}.sentence || case {change}.outcome {titles} end || '.',
      'feature', {change}.feature, 'label', {change}.label, 'unit', {change}.unit,
      'from', {_value("from_value", change)}, 'to', {_value("to_value", change)},
      'outcome', {change}.outcome)
    else json_object('found', false, 'changes_needed', {needed}, 'text',
      coalesce('none: needs ' || {needed} || ' changes', 'none: too little data')) end"""


def _value(member: str, change: str) -> str:
    return (
        f"case {change}.unit when 'yes/no' then to_json({change}.{member} = 1) "
        f"when 'count' then to_json({change}.{member}::bigint) else to_json({change}.{member}) end"
    )


def _sentence(criterion: Criterion, changed: float) -> str:
    """The change in words up to the name of the outcome."""
    ending = "the result would be "
    if criterion.is_yes_no:
        start = "With" if changed else "Without"
        return text(f"{start} {criterion.label}, {ending}")
    start = f"If {criterion.label} were {amount_text(changed, criterion.unit)} instead of "
    return f"{text(start)} || shown_{criterion.key} || {text(f', {ending}')}"


def _outcome_with(
    rules: tuple[PersonaRule, ...], criteria: list[Criterion], feature: str, changed: float
) -> str:
    """The primary persona when `feature` has the changed value and all else stays."""
    leaves = {c.key: passes(c, number(changed)) for c in criteria if c.feature == feature}
    return first_match(rules, {rule.key: holds(rule.tree, leaves) for rule in rules})


def _cost(tree: Tree, *, wanted: bool) -> str:
    """How many features must change for the tree to be `wanted`; null when none can do it."""
    if isinstance(tree, Criterion):
        changed = value_that_passes(tree) if wanted else value_that_fails(tree)
        is_already = f"passed_{tree.key}" if wanted else f"not passed_{tree.key}"
        otherwise = (
            "null" if changed is None else f"case when {tree.feature} is not null then 1 end"
        )
        return f"case when {is_already} then 0 else {otherwise} end"
    costs = [_cost(member, wanted=wanted) for member in tree.members]
    if (tree.joiner == "all_of") == wanted:
        return "(" + " + ".join(costs) + ")"
    return _least(costs)


def _least(costs: list[str]) -> str:
    return f"least({', '.join(costs)})" if len(costs) > 1 else costs[0]


def _on_grid(value: float) -> float:
    return round(value, 4)  # the finest step is a hundredth of a percent


def _within_range(criterion: Criterion, value: float) -> float | None:
    if criterion.lowest is not None and value < criterion.lowest:
        return None
    return value
