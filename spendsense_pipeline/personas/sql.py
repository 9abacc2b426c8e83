"""The rule book as SQL, generated from its declarations.

`judged_query` turns rows of features into rows of judgements, `predicates_query` those into a row
per criterion; every later step (assignments, traces, transitions) selects from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spendsense_pipeline.features.sufficiency import NEEDS
from spendsense_pipeline.personas.criteria import (
    LEAST_SEVERITY,
    Criterion,
    PersonaRule,
    Tree,
    paths_of,
)
from spendsense_pipeline.personas.rules import GENERAL, all_criteria, rule_features
from spendsense_pipeline.sql import literal, number

IDENTITY = ("user_id", "as_of", "window_days", "history_days")


def observed_columns() -> str:
    """Every rule feature as a DOUBLE, finite or null: DuckDB sorts NaN above all numbers."""
    return ",\n  ".join(
        f"case when isfinite({c.feature}::double) then {c.feature}::double end as {c.feature}"
        for c in rule_features()
    )


def passes(criterion: Criterion, value: str | None = None) -> str:
    """Whether a value (default: the feature's column) satisfies the criterion; null does not."""
    value = value or criterion.feature
    return f"coalesce({value} {criterion.operator.sql} {number(criterion.limit)}, false)"


def distance(criterion: Criterion) -> str:
    """Signed distance in the feature's unit, null without data."""
    return f"({criterion.operator.distance_sql(criterion.feature, number(criterion.limit))})"


def margin(criterion: Criterion) -> str:
    """Signed distance over the threshold, null where that says nothing."""
    if criterion.scale is None:
        return "null::double"
    return f"({distance(criterion)} / {number(criterion.scale)})"


def holds(tree: Tree, leaves: Mapping[str, str] | None = None) -> str:
    """A tree over `passed_<criterion>` columns; `leaves` replaces some of them by expressions."""
    if isinstance(tree, Criterion):
        return (leaves or {}).get(tree.key, f"passed_{tree.key}")
    word = " and " if tree.joiner == "all_of" else " or "
    return "(" + word.join(holds(member, leaves) for member in tree.members) + ")"


def first_match(rules: Iterable[PersonaRule], conditions: Mapping[str, str]) -> str:
    """The key of the first rule whose condition holds, `general` if none does."""
    cases = " ".join(f"when {conditions[rule.key]} then {literal(rule.key)}" for rule in rules)
    return f"case {cases} else {literal(GENERAL)} end"


def made_match(rule: PersonaRule) -> dict[str, str]:
    """Per criterion key, whether it helped the rule match: it passed, and so did all above it."""
    return {
        criterion.key: " and ".join([f"passed_{criterion.key}", *(holds(node) for node in above)])
        for criterion, above in paths_of(rule.tree)
    }


def severity_of(criterion: Criterion) -> str:
    """How far a met criterion goes, between 0 at its line and 1 at its full value."""
    if criterion.full is None:
        return number(criterion.counts_as)
    beyond = f"({criterion.feature} - {number(criterion.limit)})"
    return f"least({beyond} / {number(criterion.full - criterion.limit)}, 1e0)"


def severity(rules: Iterable[PersonaRule]) -> str:
    """The greatest severity among the criteria of the primary persona that are met."""
    cases = []
    for rule in rules:
        met = [f"case when passed_{c.key} then {severity_of(c)} end" for c in rule.criteria]
        greatest = f"greatest({number(LEAST_SEVERITY)}, {', '.join(met)})"
        cases.append(f"when {literal(rule.key)} then {greatest}")
    return f"case primary_persona {' '.join(cases)} else 0e0 end"


def judged_query(
    rules: tuple[PersonaRule, ...], source: str, *, identity: tuple[str, ...] = IDENTITY
) -> str:
    """Every row of `source` (a table or subquery of features) with what the rules say of it.

    Columns: those of `identity`, rule features (finite or null), `passed_<criterion>`,
    `matched_<persona>`, `matched_personas`, `primary_persona`, `secondary_persona`, `severity`.
    """
    passed = ",\n  ".join(f"{passes(c)} as passed_{c.key}" for rule in rules for c in rule.criteria)
    matched = ",\n  ".join(f"{holds(rule.tree)} as matched_{rule.key}" for rule in rules)
    keys = ", ".join(f"case when matched_{rule.key} then {literal(rule.key)} end" for rule in rules)
    primary = first_match(rules, {rule.key: f"matched_{rule.key}" for rule in rules})
    return f"""
with observed as (select {", ".join(identity)}, {observed_columns()} from {source}),
tested as (select *, {passed} from observed),
judged as (select *, {matched} from tested),
ranked as (
  select *, list_filter([{keys}], lambda key: key is not null) as matched_personas,
    {primary} as primary_persona
  from judged)
select *, matched_personas[2] as secondary_persona, {severity(rules)} as severity from ranked
"""


def predicates_query(rules: tuple[PersonaRule, ...], judged: str) -> str:
    """Rows of `_judged_predicates`: what the rules said of everybody, criterion by criterion.

    Made from the evaluation that assigns personas, so that whoever asks why need not judge again.

    Args:
        rules: the bound rule book.
        judged: a table of what `judged_query` selects.
    """
    made = {key: made for rule in rules for key, made in made_match(rule).items()}
    entries = ",\n    ".join(
        f"""{{persona: {literal(rule.key)}, criterion: {literal(c.key)}, rank: {rank},
      feature: {literal(c.feature)}, operator: {literal(c.operator.sql)},
      threshold: {number(c.limit)}, value: {c.feature}, is_met: passed_{c.key},
      distance: {distance(c)}, margin: {margin(c)}, made_match: {made[c.key]},
      severity: case when passed_{c.key} then {severity_of(c)} end,
      data_sufficiency: {_data_sufficiency(c)}}}"""
        for rank, (rule, c) in enumerate(all_criteria(rules), start=1)
    )
    return f"""
  select user_id, window_days, unnest([
    {entries}
  ], recursive := true)
  from {judged}
"""


def _data_sufficiency(criterion: Criterion) -> str:
    """As `features.sufficiency.data_sufficiency` says it, and "no_data" where there is no value."""
    need = NEEDS[criterion.feature]
    full = "window_days" if need.full is None else str(need.full)
    return (
        f"case when {criterion.feature} is null then 'no_data' "
        f"when coalesce(history_days, 0) < {need.least} then 'insufficient' "
        f"when history_days < {full} then 'partial' else 'sufficient' end"
    )
