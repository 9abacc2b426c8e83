"""Reasons and the paragraph of a trace, as SQL expressions over one person's facts.

Which sentences exist is declared in `reasons.py`; this module fills their slots, ranks them and
joins them.
"""

from __future__ import annotations

from spendsense_pipeline.personas.criteria import PersonaRule
from spendsense_pipeline.personas.rules import GENERAL
from spendsense_pipeline.personas.sql import margin
from spendsense_pipeline.sql import literal, number
from spendsense_pipeline.traces.figures import day, dollars
from spendsense_pipeline.traces.reasons import (
    MOST_REASONS,
    filled,
    reason,
    sentence,
)

BEHAVIOURS = {
    "median_pay_gap_days": "pay",
    "low_balance_day_share": "a checking account",
    "savings_net_inflow_monthly_usd": "savings",
    "max_utilization": "card use",
}
"""A feature that is missing exactly when its behaviour is not seen at all -> what to call it."""


def slots(rules: tuple[PersonaRule, ...]) -> str:
    """The select list of text columns that reason templates name."""
    plain = " ".join(f"when {literal(rule.key)} then {literal(rule.plain)}" for rule in rules)
    missing = ", ".join(
        f"case when {feature} is null then {literal(name)} end"
        for feature, name in BEHAVIOURS.items()
    )
    expressions = {
        "card_start": "'Your card' || coalesce(' ending in ' || card.mask, '')",
        "card_balance": dollars("card.owed"),
        "card_limit": dollars("card.credit_limit"),
        "overdue_card": "'your card' || coalesce(' ending in ' || late_card.mask, '')",
        # the due date is the latest statement's: it may lie ahead while an older one is late
        "overdue_since": f"case when late_card.due <= as_of then ' on ' || {day('late_card.due')} "
        "else ' earlier' end",
        "checking_balance": dollars("checking_amount"),
        "monthly_expenses": dollars("monthly_expenses_usd"),
        "savings_note": "case when savings_balance_usd >= monthly_expenses_usd "
        f"then ' Your savings of ' || {dollars('savings_balance_usd')} || "
        "' are not counted in this.' else '' end",
        "mean_balance": dollars("mean_balance_usd"),
        "counted_days": "least(window_days, history_days)::integer",
        "low_days": "round(low_balance_day_share * least(window_days, history_days))::integer",
        "subscription_names": "coalesce(' (' || array_to_string(subscriptions[:3], ', ') || "
        "case when len(subscriptions) > 3 then ' and ' || (len(subscriptions) - 3) || ' more' "
        "else '' end || ')', '')",
        "as_of_text": day("as_of"),
        "rule_count": literal(str(len(rules))),
        "primary_plain": f"case primary_persona {plain} end",
        "secondary_plain": f"case secondary_persona {plain} end",
        "runner_up_plain": f"case runner_up {plain} end",
        "missing_behaviours": "nullif(regexp_replace(array_to_string(list_filter("
        f"[{missing}], lambda name: name is not null), ', '), ', ([^,]*)$', ' or \\1'), '')",
    }
    return ",\n".join(f"{expression} as {name}" for name, expression in expressions.items())


def ranked_reasons(rules: tuple[PersonaRule, ...]) -> str:
    """Up to four reasons {code, text}, the widest margin first."""
    met = ", ".join(
        f"""case when primary_persona = {literal(rule.key)} and made_{criterion.key} then {{
          narrowness: -coalesce({margin(criterion)}, {number(criterion.reason.ranks_as)}),
          rank: {rank},
          code: {literal(criterion.reason.code)}, text: {sentence(criterion)} }} end"""
        for rule in rules
        for rank, criterion in enumerate(rule.criteria)
    )
    in_order = f"list_sort(list_filter([{met}], lambda r: r is not null))"
    specific = f"list_transform({in_order}, lambda r: {{code: r.code, text: r.text}})"
    overall = ", ".join(
        f"case when {condition} "
        f"then {{code: {literal(code)}, text: {filled(reason(code).template, {})}}} end"
        for code, condition in {
            "NO_RULE_MATCHED": f"primary_persona = {literal(GENERAL)}",
            "CLOSEST_RULE": f"primary_persona = {literal(GENERAL)} and runner_up is not null",
            "ALSO_MATCHES": "secondary_persona is not null",
            "NO_DATA": f"primary_persona = {literal(GENERAL)} and missing_behaviours is not null",
            "SHORT_HISTORY": "history_days < window_days",
        }.items()
    )
    general = f"list_filter([{overall}], lambda r: r is not null)"
    return f"list_concat({specific}, {general})[:{MOST_REASONS}]"


def paragraph() -> str:
    """The explanation: an opening for those with a persona, then every reason in order."""
    opening = filled(
        "In the {window_days} days to {as_of_text}, your finances show {primary_plain}. ", {}
    )
    return (
        f"case primary_persona when {literal(GENERAL)} then '' else {opening} end || "
        "array_to_string(list_transform(reasons, lambda r: r.text), ' ')"
    )
