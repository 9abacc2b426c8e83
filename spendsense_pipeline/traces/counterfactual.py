"""What would change the outcome: the smallest change of one feature, found by re-running the rules.

For each criterion the feature is moved just across its threshold, in whichever direction the
person is not, and the whole rule book is evaluated again with that one value replaced: every
interval of a feature's values has such a point as its nearest end, so no smaller change is missed.
Size is the change over the threshold; a yes/no answer, or crossing a threshold of zero, has size 1.
A missing value is not changed: its size could not be said.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass

from spendsense_pipeline.personas.criteria import (
    ABOVE,
    AT_LEAST,
    IS,
    Criterion,
    PersonaRule,
    Tree,
)
from spendsense_pipeline.personas.rule_text import amount_text
from spendsense_pipeline.personas.rules import GENERAL, PERSONA_KEYS, all_criteria, persona_title
from spendsense_pipeline.personas.sql import first_match, holds, passes
from spendsense_pipeline.sql import literal, number
from spendsense_pipeline.traces.figures import value_json

YES_NO_SIZE = 1.0


def value_that_passes(criterion: Criterion) -> float | None:
    """The nearest value that satisfies the criterion, seen from outside; None if out of range."""
    limit, step = criterion.limit, criterion.step
    if criterion.operator is IS:
        return limit
    if criterion.operator is AT_LEAST:
        return math.ceil(limit) if criterion.unit == "count" else limit
    if criterion.operator is ABOVE:
        return _within_range(criterion, _on_grid(limit + step))
    return _within_range(criterion, _on_grid(limit - step))


def value_that_fails(criterion: Criterion) -> float | None:
    """The nearest value that does not satisfy it, seen from inside; None if out of range."""
    limit, step = criterion.limit, criterion.step
    if criterion.operator is IS:
        return 0.0 if criterion.is_yes_no else limit + step
    if criterion.operator is AT_LEAST:
        return _within_range(criterion, _on_grid(limit - step))
    return limit  # neither "above" nor "below" includes the threshold


def size(criterion: Criterion, value: str, changed: float) -> str:
    """How large a change is, as a SQL expression."""
    if criterion.scale is None:
        return number(YES_NO_SIZE)
    return f"abs({value} - {number(changed)}) / {number(criterion.scale)}"


@dataclass(frozen=True)
class Candidate:
    """One criterion crossed in one direction."""

    criterion: Criterion
    now_passes: bool
    changed: float
    """The value after the change."""


def candidates(rules: tuple[PersonaRule, ...]) -> tuple[Candidate, ...]:
    """Every criterion of the rule book crossed either way, where its feature can go there."""
    found = []
    for _, criterion in all_criteria(rules):
        for now_passes, changed in (
            (True, value_that_fails(criterion)),
            (False, value_that_passes(criterion)),
        ):
            if changed is not None:
                found.append(Candidate(criterion, now_passes, changed))
    return tuple(found)


def smallest_change(rules: tuple[PersonaRule, ...]) -> str:
    """The best candidate {size, rank, outcome} as an expression over judged rows, or null.

    `rank` is the candidate's position: it settles ties, and names the candidate for `as_json`.
    """
    cases = []
    for rank, candidate in enumerate(candidates(rules)):
        criterion = candidate.criterion
        is_now = f"passed_{criterion.key}"
        outcome = _outcome_with(rules, criterion.feature, candidate.changed)
        cases.append(
            f"""case when {criterion.feature} is not null
              and {is_now if candidate.now_passes else f"not {is_now}"} then {{
              size: {size(criterion, criterion.feature, candidate.changed)},
              rank: {rank}, outcome: {outcome}}} end"""
        )
    return (
        f"list_min(list_filter([{', '.join(cases)}], "
        "lambda c: c is not null and c.outcome <> primary_persona))"
    )


def changes_needed(rules: tuple[PersonaRule, ...]) -> str:
    """Fewest predicates that must turn to change the primary persona; null if data is missing.

    Reads the columns `into_<persona>` and `out_of_<persona>`: the `cost` of a match and of its end.
    """
    cases = []
    for i, rule in enumerate(rules):
        ways = [f"out_of_{rule.key}", *(f"into_{above.key}" for above in rules[:i])]
        cases.append(f"when {literal(rule.key)} then {_least(ways)}")
    cases.append(f"when {literal(GENERAL)} then {_least([f'into_{rule.key}' for rule in rules])}")
    return f"case primary_persona {' '.join(cases)} end"


def as_json(rules: tuple[PersonaRule, ...]) -> str:
    """The counterfactual member of a trace as JSON text, from the columns `change` and `needed`."""
    found = [_constants(candidate) for candidate in candidates(rules)]
    opening, between, closing = (_by_rank([parts[i] for parts in found]) for i in range(3))
    titles = " ".join(
        f"when {literal(key)} then {literal(persona_title(key))}" for key in PERSONA_KEYS
    )
    none = literal('{"found":false,"changes_needed":')
    return f"""case when change is not null then concat(
      {opening}, {_of_criterion(rules, _shown)}, ', the result would be ',
      case change.outcome {titles} end, {between}, {_of_criterion(rules, value_json)}, {closing},
      change.outcome, '"}}')
    when needed is not null then concat(
      {none}, needed, ',"text":"none: needs ', needed, ' changes"}}')
    else concat({none}, 'null,"text":"none: too little data"}}') end"""


def _constants(candidate: Candidate) -> tuple[str, str, str]:
    """The constant JSON before the observed value in words, before it as a number, and after."""
    criterion = candidate.criterion
    if criterion.is_yes_no:
        sentence = f"{'With' if candidate.changed else 'Without'} {criterion.label}"
    else:
        to = amount_text(candidate.changed, criterion.unit)
        sentence = f"If {criterion.label} were {to} instead of "
    names = {
        "feature": criterion.feature,
        "label": criterion.label,
        "unit": criterion.unit,
    }
    return (
        f'{{"found":true,"changes_needed":1,"text":{json.dumps(sentence)[:-1]}',
        f'.",{json.dumps(names, separators=(",", ":"))[1:-1]},"from":',
        f',"to":{_json_number(candidate)},"outcome":"',
    )


def _by_rank(constants: list[str]) -> str:
    """The constant of the change found: a lookup in a list, not a branch per candidate."""
    return f"[{', '.join(literal(constant) for constant in constants)}][change.rank + 1]"


def _of_criterion(rules: tuple[PersonaRule, ...], expression: Callable[[Criterion], str]) -> str:
    """An expression that depends on which criterion the change crosses."""
    ranks: dict[Criterion, list[str]] = {}
    for rank, candidate in enumerate(candidates(rules)):
        ranks.setdefault(candidate.criterion, []).append(str(rank))
    cases = " ".join(
        f"when change.rank in ({', '.join(of)}) then ({expression(criterion)})::varchar"
        for criterion, of in ranks.items()
    )
    return f"case {cases} end"


def _shown(criterion: Criterion) -> str:
    return "''" if criterion.is_yes_no else f"shown_{criterion.key}"


def _json_number(candidate: Candidate) -> str:
    if candidate.criterion.is_yes_no:
        return "true" if candidate.changed else "false"
    if candidate.criterion.unit == "count":
        return str(int(candidate.changed))
    return repr(float(candidate.changed))


def _outcome_with(rules: tuple[PersonaRule, ...], feature: str, changed: float) -> str:
    """The primary persona when `feature` has the changed value and all else stays."""
    conditions = {}
    for rule in rules:
        judged_again = {
            c.key: passes(c, number(changed)) for c in rule.criteria if c.feature == feature
        }
        # a rule that does not read the feature says what it said before
        conditions[rule.key] = (
            holds(rule.tree, judged_again) if judged_again else f"matched_{rule.key}"
        )
    return first_match(rules, conditions)


def cost(tree: Tree, *, wanted: bool) -> str:
    """How many features must change for the tree to be `wanted`; null when none can do it."""
    if isinstance(tree, Criterion):
        changed = value_that_passes(tree) if wanted else value_that_fails(tree)
        is_already = f"passed_{tree.key}" if wanted else f"not passed_{tree.key}"
        otherwise = (
            "null" if changed is None else f"case when {tree.feature} is not null then 1 end"
        )
        return f"case when {is_already} then 0 else {otherwise} end"
    costs = [cost(member, wanted=wanted) for member in tree.members]
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
