"""What the rules said of everybody, criterion by criterion: the rows of `_judged_predicates`.

Made from the evaluation that assigns personas, so that whoever asks why need not judge again.
"""

from __future__ import annotations

from spendsense_pipeline.features.sufficiency import NEEDS
from spendsense_pipeline.personas import sql
from spendsense_pipeline.personas.criteria import Criterion, PersonaRule
from spendsense_pipeline.personas.rules import all_criteria
from spendsense_pipeline.sql import literal, number


def predicates_query(rules: tuple[PersonaRule, ...], judged: str) -> str:
    """Rows of `_judged_predicates` from `judged`, a table of what `sql.judged_query` selects."""
    made = {key: made for rule in rules for key, made in sql.made_match(rule).items()}
    entries = ",\n    ".join(
        f"""{{persona: {literal(rule.key)}, criterion: {literal(c.key)}, rank: {rank},
      feature: {literal(c.feature)}, operator: {literal(c.operator.sql)},
      threshold: {number(c.limit)}, value: {c.feature}, is_met: passed_{c.key},
      distance: {sql.distance(c)}, margin: {sql.margin(c)}, made_match: {made[c.key]},
      severity: case when passed_{c.key} then {sql.severity_of(c)} end,
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
