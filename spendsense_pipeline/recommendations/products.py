"""Kinds of product an offer may be about, and what shows that somebody has one already.

Generic kinds, no brands. What preys on people is not among them, and the guardrails look for it in
the words as well.
"""

from __future__ import annotations

from typing import Final

PRODUCTS: Final[dict[str, str | None]] = {
    "automatic_savings_app": None,
    "balance_transfer_card": None,
    "bill_due_date_change_service": None,
    "bill_negotiation_service": None,
    "budgeting_app": None,
    "certificate_of_deposit": "holds_cd",
    "credit_report_monitoring_free": None,
    "debt_consolidation_loan": "holds_personal_loan",
    "fee_free_checking": None,
    "health_savings_account": "holds_hsa",
    "high_yield_savings": "holds_money_market",
    "income_smoothing_account": None,
    "low_rate_credit_card": None,
    "money_market_account": "holds_money_market",
    "nonprofit_credit_counselling": None,
    "overdraft_protection_link": None,
    "robo_advisor_ira": None,
    "secured_credit_card": "holds_credit_card",
    "student_loan_refinancing": None,
    "subscription_manager": None,
    "tax_estimate_service": None,
}
"""Kind -> fact that says a person has it; None where no account would show it."""
