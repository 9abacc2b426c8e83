"""Variable income: paydays far apart, and little in checking to bridge them."""

from __future__ import annotations

from spendsense_pipeline.personas.book.high_utilization import CALM_CARDS
from spendsense_pipeline.personas.criteria import (
    ABOVE,
    BELOW,
    Criterion,
    Focus,
    GradedTo,
    Line,
    PersonaRule,
    Proof,
    Reason,
    all_of,
)

PAY_GAP_LONG = Criterion(
    "pay_gap_long",
    "median_pay_gap_days",
    ABOVE,
    Line(
        "variable_income_pay_gap_days",
        45.0,
        1,
        365,
        "days",
        "Variable income: the median gap between paydays is above this.",
    ),
    "days",
    "typical time between paydays",
    severity=GradedTo(90.0),  # paid four times a year
    reason=Reason(
        "PAY_GAP_LONG",
        "Your paydays are typically {shown} apart; more than {threshold} counts as uneven income.",
    ),
    proof=Proof(
        "transactions",
        "median gap between consecutive paydays of the main earner whose later one is in the "
        "window; if there is none, the longer of the gap still open and the last completed one; "
        "what a payer pays within 3 days is one payday",
    ),
)
CASH_BUFFER_THIN = Criterion(
    "cash_buffer_thin",
    "cash_flow_buffer_months",
    BELOW,
    Line(
        "variable_income_buffer_months",
        1.0,
        0,
        24,
        "months of expenses",
        "Variable income: checking balances cover less than this.",
    ),
    "months",
    "time your checking balance would last",
    severity=GradedTo(0.0),  # nothing left
    reason=Reason(
        "CASH_BUFFER_THIN",
        "Your checking balance of {checking_balance} would cover {shown} of your usual spending of "
        "{monthly_expenses} a month; under {threshold} counts as a thin cushion.{savings_note}",
    ),
    proof=Proof(
        "reference",
        "(opening - sum) / (total_spend_usd × 30 / days)",
        scope="checking",
        divides_by_spend=True,
    ),
)

VARIABLE_INCOME = PersonaRule(
    key="variable_income",
    title="Variable Income",
    plain="uneven income",
    meaning="Paydays are far apart and checking would not cover a month of spending.",
    months_of_history=4,  # a first payday within one gap of up to 60 days, then a whole gap
    focus=Focus(
        description="Everybody is paid irregularly, with long gaps and little in checking.",
        controls={
            "payroll_pattern_distribution": {"irregular": 1.0},
            "irregular_income_volatility": 0.7,
            "credit_utilization_distribution": CALM_CARDS,
        },
    ),
    tree=all_of(PAY_GAP_LONG, CASH_BUFFER_THIN),
)
