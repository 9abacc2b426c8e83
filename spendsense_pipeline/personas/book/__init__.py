"""The rule book: every persona, one module each, in the order of priority.

A persona's module declares all there is to say of it; whatever lists, judges, explains or documents
personas derives from `RULE_BOOK` and `FALLBACK` (see `personas/rules.py`). Thresholds are fields of
`PersonaThresholds`; a number that is no `Line` is part of the rule and not the operator's to set.
Imports nothing but the vocabulary, so that `controls` can read it.
"""

from __future__ import annotations

from spendsense_pipeline.personas.book.cash_flow_stressed import CASH_FLOW_STRESSED
from spendsense_pipeline.personas.book.high_utilization import HIGH_UTILIZATION
from spendsense_pipeline.personas.book.savings_builder import SAVINGS_BUILDER
from spendsense_pipeline.personas.book.subscription_heavy import SUBSCRIPTION_HEAVY
from spendsense_pipeline.personas.book.variable_income import VARIABLE_INCOME
from spendsense_pipeline.personas.criteria import Persona, PersonaRule

RULE_BOOK: tuple[PersonaRule, ...] = (
    HIGH_UTILIZATION,
    VARIABLE_INCOME,
    CASH_FLOW_STRESSED,
    SUBSCRIPTION_HEAVY,
    SAVINGS_BUILDER,
)
FALLBACK = Persona(
    key="general",
    title="General",
    plain="no particular pattern",
    meaning="None of the rules matches: finances are stable by these measures.",
    months_of_history=0,
)
"""Who matches no rule."""
