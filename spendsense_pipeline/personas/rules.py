"""The rule book: which personas exist, in priority order, and what makes each match.

This is the only place a rule is written. Evaluation, SQL, traces, documentation, descriptions in
the UI, boundary tests and `rules_version` all derive from it. Thresholds are `PersonaThresholds`
of the run; a number written here is part of the rule itself and not the operator's to set.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.personas.criteria import (
    ABOVE,
    AT_LEAST,
    BELOW,
    IS,
    Criterion,
    Joined,
    ThresholdField,
    Tree,
    all_of,
    any_of,
    criteria_of,
)
from spendsense_pipeline.tables.raw import PERSONA_KEYS

if TYPE_CHECKING:
    from spendsense_pipeline.controls import PersonaThresholds

GENERAL = "general"


@dataclass(frozen=True)
class PersonaRule:
    """One persona and the tree of criteria that makes it match."""

    key: str
    title: str
    plain: str
    """What we call it when speaking to the person: no label, no judgement."""
    meaning: str
    tree: Joined

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Its criteria, left to right."""
        return tuple(criteria_of(self.tree))


CARD_USE_HIGH = Criterion(
    "card_use_high",
    "max_utilization",
    AT_LEAST,
    ThresholdField("high_utilization_max_utilization_share"),
    "fraction",
    "use of your most used card",
)
CARD_INTEREST_CHARGED = Criterion(
    "card_interest_charged",
    "interest_charged_usd",
    ABOVE,
    ThresholdField("high_utilization_interest_usd"),
    "USD",
    "card interest charged",
)
CARD_MINIMUM_ONLY = Criterion(
    "card_minimum_only",
    "minimum_payment_only",
    IS,
    1.0,
    "yes/no",
    "paying only the minimum on a card",
)
CARD_OVERDUE = Criterion(
    "card_overdue", "is_overdue", IS, 1.0, "yes/no", "a card payment past its due date"
)
PAY_GAP_LONG = Criterion(
    "pay_gap_long",
    "median_pay_gap_days",
    ABOVE,
    ThresholdField("variable_income_pay_gap_days"),
    "days",
    "typical time between paydays",
)
CASH_BUFFER_THIN = Criterion(
    "cash_buffer_thin",
    "cash_flow_buffer_months",
    BELOW,
    ThresholdField("variable_income_buffer_months"),
    "months",
    "spending your checking balance would cover",
)
LOW_BALANCE_DAYS = Criterion(
    "low_balance_days",
    "low_balance_day_share",
    AT_LEAST,
    ThresholdField("cash_flow_stressed_low_balance_day_share"),
    "fraction",
    "share of days your main checking account ended under $100",
)
BALANCE_SWINGS = Criterion(
    "balance_swings",
    "balance_volatility",
    AT_LEAST,
    ThresholdField("cash_flow_stressed_balance_volatility_ratio"),
    "fraction",
    "typical daily swing of your checking balance around its average",
)
SUBSCRIPTION_COUNT = Criterion(
    "subscription_count",
    "subscription_count",
    AT_LEAST,
    ThresholdField("subscription_heavy_subscription_count"),
    "count",
    "number of active subscriptions",
)
SUBSCRIPTION_SPEND = Criterion(
    "subscription_spend",
    "monthly_subscription_spend_usd",
    AT_LEAST,
    ThresholdField("subscription_heavy_monthly_spend_usd"),
    "USD per month",
    "monthly cost of your subscriptions",
)
SUBSCRIPTION_SHARE = Criterion(
    "subscription_share",
    "subscription_spend_share",
    AT_LEAST,
    ThresholdField("subscription_heavy_spend_share"),
    "fraction",
    "share of your spending that goes to subscriptions",
)
SAVINGS_GROWTH = Criterion(
    "savings_growth",
    "savings_growth_rate",
    AT_LEAST,
    ThresholdField("savings_builder_growth_share"),
    "fraction",
    "growth of your savings from what you put in",
    lowest=None,
)
SAVINGS_INFLOW = Criterion(
    "savings_inflow",
    "savings_net_inflow_monthly_usd",
    AT_LEAST,
    ThresholdField("savings_builder_net_inflow_monthly_usd"),
    "USD per month",
    "money you add to savings each month",
    lowest=None,
)
NO_CARD = Criterion("no_card", "card_count", IS, 0.0, "count", "number of credit cards")
CARD_USE_LOW = Criterion(
    "card_use_low",
    "max_utilization",
    BELOW,
    ThresholdField("savings_builder_max_utilization_share"),
    "fraction",
    "use of your most used card",
)

RULE_BOOK: tuple[PersonaRule, ...] = (
    PersonaRule(
        "high_utilization",
        "High Utilization",
        "high card use",
        "A card is used heavily, charged interest, paid at the minimum only, or overdue.",
        any_of(CARD_USE_HIGH, CARD_INTEREST_CHARGED, CARD_MINIMUM_ONLY, CARD_OVERDUE),
    ),
    PersonaRule(
        "variable_income",
        "Variable Income",
        "uneven income",
        "Paydays are far apart and checking would not cover a month of spending.",
        all_of(PAY_GAP_LONG, CASH_BUFFER_THIN),
    ),
    PersonaRule(
        "cash_flow_stressed",
        "Cash-Flow Stressed",
        "tight cash flow",
        "Checking is often nearly empty and swings with every payday.",
        all_of(LOW_BALANCE_DAYS, BALANCE_SWINGS),
    ),
    PersonaRule(
        "subscription_heavy",
        "Subscription-Heavy",
        "many subscriptions",
        "Several subscriptions that add up, in dollars or as a share of spending.",
        all_of(SUBSCRIPTION_COUNT, any_of(SUBSCRIPTION_SPEND, SUBSCRIPTION_SHARE)),
    ),
    PersonaRule(
        "savings_builder",
        "Savings Builder",
        "steady saving",
        "Savings grow from money put in, and no card is used heavily.",
        all_of(any_of(SAVINGS_GROWTH, SAVINGS_INFLOW), any_of(NO_CARD, CARD_USE_LOW)),
    ),
)
GENERAL_TITLE = "General"
GENERAL_PLAIN = "no particular pattern"
GENERAL_MEANING = "None of the rules matches: finances are stable by these measures."

if (*(rule.key for rule in RULE_BOOK), GENERAL) != PERSONA_KEYS:  # pragma: no cover
    msg = "the rule book and tables.raw.PERSONA_KEYS must name the same personas in one order"
    raise RuntimeError(msg)


def bound(thresholds: PersonaThresholds) -> tuple[PersonaRule, ...]:
    """The rule book with every threshold a number."""
    return tuple(replace(rule, tree=rule.tree.bound(thresholds)) for rule in RULE_BOOK)


def all_criteria(
    rules: tuple[PersonaRule, ...] = RULE_BOOK,
) -> Iterator[tuple[PersonaRule, Criterion]]:
    """Every criterion with its rule, in priority order."""
    for rule in rules:
        for criterion in rule.criteria:
            yield rule, criterion


@functools.cache
def rule_features() -> tuple[Criterion, ...]:
    """One criterion for each distinct feature the rules read, in order of first mention."""
    return tuple({c.feature: c for _, c in reversed(list(all_criteria()))}.values())[::-1]


def persona_title(key: str) -> str:
    """The name of a persona as a heading."""
    return next((rule.title for rule in RULE_BOOK if rule.key == key), GENERAL_TITLE)


def rendered(rules: tuple[PersonaRule, ...]) -> str:
    """Bound rules as canonical JSON: what `rules_version` is the hash of."""

    def node(tree: Tree) -> Any:
        if isinstance(tree, Criterion):
            return [tree.key, tree.feature, tree.operator.sql, tree.limit, tree.unit]
        return {tree.joiner: [node(member) for member in tree.members]}

    return json.dumps([[rule.key, node(rule.tree)] for rule in rules], separators=(",", ":"))


def rules_version(thresholds: PersonaThresholds) -> str:
    """Twelve hex digits that change when a rule or a threshold does."""
    return hashlib.sha256(rendered(bound(thresholds)).encode()).hexdigest()[:12]
