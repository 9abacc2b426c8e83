"""Cash-flow stressed: checking is often nearly empty and swings with every payday."""

from __future__ import annotations

from spendsense_pipeline.personas.book.high_utilization import CALM_CARDS
from spendsense_pipeline.personas.criteria import (
    AT_LEAST,
    Criterion,
    Focus,
    GradedTo,
    Line,
    PersonaRule,
    Proof,
    Reason,
    all_of,
)

OFTEN_LOW_SHARE = 0.20
"""One day in five. Who is asked to live from paycheck to paycheck is measured by it too, wherever
an operator draws the rule's own line."""
LOW_BALANCE_DAYS = Criterion(
    "low_balance_days",
    "low_balance_day_share",
    AT_LEAST,
    Line(
        "cash_flow_stressed_low_balance_day_share",
        OFTEN_LOW_SHARE,
        0,
        1,
        "share of days",
        "Cash-flow stressed: at least this share of days closes under $100.",
    ),
    "fraction",
    "share of days your main checking account ended under $100",
    severity=GradedTo(1.0),  # every day
    reason=Reason(
        "LOW_BALANCE_DAYS",
        "Your main checking account ended {low_days} of {counted_days} days under $100 ({shown} of "
        "days); {threshold} or more counts as often.",
    ),
    proof=Proof(
        "reference",
        "days that close under $100 / days, from the opening balance and the rows",
        scope="primary_checking",
    ),
)
BALANCE_SWINGS = Criterion(
    "balance_swings",
    "balance_volatility",
    AT_LEAST,
    Line(
        "cash_flow_stressed_balance_volatility_ratio",
        0.15,
        0,
        100,
        "std ÷ mean of daily balance",
        "Cash-flow stressed: the daily balance varies at least this much.",
    ),
    "fraction",
    "typical daily swing of your checking balance around its average",
    severity=GradedTo(2.0),  # an account that is full one day in five and empty the others
    reason=Reason(
        "BALANCE_SWINGS",
        "The balance of your main checking account typically swings by {shown} around its average "
        "of {mean_balance}; {threshold} or more counts as a wide swing.",
    ),
    proof=Proof(
        "reference",
        "sample standard deviation / |mean| of the daily closes, from the opening balance and "
        "the rows",
        scope="primary_checking",
    ),
)

CASH_FLOW_STRESSED = PersonaRule(
    key="cash_flow_stressed",
    title="Cash-Flow Stressed",
    plain="tight cash flow",
    meaning="Checking is often nearly empty and swings with every payday.",
    months_of_history=1,  # at least one whole pay period of daily balances
    focus=Focus(
        description="Everybody lives from paycheck to paycheck.",
        controls={
            "cash_flow_stress_rate": 1.0,
            "savings_adoption_rate": 0.1,
            "credit_utilization_distribution": CALM_CARDS,
        },
    ),
    tree=all_of(LOW_BALANCE_DAYS, BALANCE_SWINGS),
)
