"""Savings builder: savings grow from money put in, and no card is used heavily."""

from __future__ import annotations

from spendsense_pipeline.personas.book.high_utilization import CARD_USE_LABEL, CARD_USE_PROOF
from spendsense_pipeline.personas.criteria import (
    AT_LEAST,
    BELOW,
    IS,
    CountsAs,
    Criterion,
    Focus,
    GradedTo,
    Line,
    PersonaRule,
    Proof,
    Reason,
    all_of,
    any_of,
)

SAVINGS_GROWTH = Criterion(
    "savings_growth",
    "savings_growth_rate",
    AT_LEAST,
    Line(
        "savings_builder_growth_share",
        0.02,
        0,
        10,
        "fraction over the window",
        "Savings builder: savings grow at least this much, or …",
    ),
    "fraction",
    "growth of your savings from what you put in",
    severity=GradedTo(0.10),  # twice what savers aim at in half a year
    reason=Reason(
        "SAVINGS_GROWTH",
        "What you put into savings in these {window_days} days made them grow by {shown}; we look "
        "for {threshold} or more.",
    ),
    proof=Proof(
        "reference", "-sum / opening", scope="savings", rows="without interest and own moves"
    ),
    lowest=None,
)
SAVINGS_INFLOW = Criterion(
    "savings_inflow",
    "savings_net_inflow_monthly_usd",
    AT_LEAST,
    Line(
        "savings_builder_net_inflow_monthly_usd",
        200.0,
        0,
        100_000,
        "USD per month",
        "Savings builder: … at least this much is put aside a month.",
    ),
    "USD per month",
    "money you add to savings each month",
    severity=GradedTo(600.0),  # the most the focus preset asks of anybody
    reason=Reason(
        "SAVINGS_INFLOW",
        "You add {shown} a month to savings, after what you take out; we look for {threshold} or "
        "more.",
    ),
    proof=Proof("transactions", "-(sum of amounts) × 30 / days"),
    lowest=None,
)
# Neither card criterion makes anybody save more: both must hold, and neither says how much.
NO_CARD = Criterion(
    "no_card",
    "card_count",
    IS,
    0.0,
    "count",
    "number of credit cards",
    severity=CountsAs(0.0),
    reason=Reason("NO_CARD", "You have no credit card.", ranks_as=0.0),
    proof=Proof("accounts", "number of accounts"),
)
CARD_USE_LOW = Criterion(
    "card_use_low",
    "max_utilization",
    BELOW,
    Line(
        "savings_builder_max_utilization_share",
        0.30,
        0,
        2,
        "fraction of limit",
        "Savings builder: every card is below this (or there is no card).",
    ),
    "fraction",
    CARD_USE_LABEL,
    severity=CountsAs(0.0),
    reason=Reason(
        "CARD_USE_LOW",
        "{card_start}, your most used, is at {shown} of its limit; under {threshold} counts as "
        "light use.",
    ),
    proof=CARD_USE_PROOF,
)

SAVINGS_BUILDER = PersonaRule(
    key="savings_builder",
    title="Savings Builder",
    plain="steady saving",
    meaning="Savings grow from money put in, and no card is used heavily.",
    months_of_history=1,  # at least two standing orders
    focus=Focus(
        description="Everybody puts money aside every week or two and keeps cards low.",
        controls={
            "savings_adoption_rate": 1.0,
            "savings_transfer_range": (250.0, 600.0),
            "savings_growth_target_pct": 8.0,
            "credit_utilization_distribution": {"low": 1.0},
        },
    ),
    tree=all_of(any_of(SAVINGS_GROWTH, SAVINGS_INFLOW), any_of(NO_CARD, CARD_USE_LOW)),
)
