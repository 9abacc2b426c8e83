"""How far each unmatched persona is from matching, and what it lacks: who the runner-up is.

The shortfall of a criterion is its distance over its threshold (1 for a yes/no answer or a
threshold of zero); `all_of` adds its members' shortfalls, `any_of` takes the least. A persona that
lacks the data to match is no runner-up.
"""

from __future__ import annotations

from spendsense_pipeline.personas.criteria import Criterion, PersonaRule, Tree
from spendsense_pipeline.personas.sql import distance, holds
from spendsense_pipeline.sql import literal, number
from spendsense_pipeline.traces.reasons import what_is_missing

WHOLE_STEP = 1.0


def runner_up(rules: tuple[PersonaRule, ...]) -> str:
    """Key of the unmatched persona nearest to matching, null if none could; ties go by priority.

    Reads the columns `short_<persona>`, each the `shortfall` of that persona's tree.
    """
    candidates = ", ".join(
        f"""case when not matched_{rule.key} and short_{rule.key} is not null then {{
          shortfall: short_{rule.key}, priority: {priority}, key: {literal(rule.key)}}} end"""
        for priority, rule in enumerate(rules)
    )
    return f"list_min(list_filter([{candidates}], lambda c: c is not null)).key"


def lacking(rules: tuple[PersonaRule, ...]) -> str:
    """What the runner-up lacks, in words; reads the column `runner_up`."""
    cases = " ".join(f"when {literal(rule.key)} then {_lack(rule.tree)}" for rule in rules)
    return f"case runner_up {cases} end"


def shortfall(tree: Tree) -> str:
    """How much is missing for the tree to hold; null when missing data stands in the way."""
    if isinstance(tree, Criterion):
        if tree.scale is None:
            short = f"case when {tree.feature} is not null then {number(WHOLE_STEP)} end"
        else:
            short = f"abs({distance(tree)}) / {number(tree.scale)}"
        return f"case when passed_{tree.key} then 0e0 else {short} end"
    members = [shortfall(member) for member in tree.members]
    if tree.joiner == "all_of":
        return "(" + " + ".join(members) + ")"
    return f"least({', '.join(members)})"


def _lack(tree: Tree) -> str:
    """The words for the first thing missing, or for the nearest of several ways."""
    if isinstance(tree, Criterion):
        return what_is_missing(tree)
    if tree.joiner == "all_of":
        cases = [(f"not {holds(member)}", _lack(member)) for member in tree.members]
    else:
        nearest = shortfall(tree)
        cases = [(f"{shortfall(member)} <= {nearest}", _lack(member)) for member in tree.members]
    return "case " + " ".join(f"when {when} then {words}" for when, words in cases) + " end"
