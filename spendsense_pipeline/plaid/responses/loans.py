"""Mortgages and student loans as Plaid's `/liabilities/get` shows them.

What our loans do not know (addresses, late fees, guarantors) is null, as Plaid has it of many.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from spendsense_pipeline.plaid.person import Person, Row
from spendsense_pipeline.plaid.responses.values import as_date, as_number

_NO_ADDRESS: Final = dict.fromkeys(("city", "country", "postal_code", "region", "street"))


def mortgages(person: Person) -> list[dict[str, Any]]:
    """Elements of `liabilities.mortgage`.

    Args:
        person: whose loans.

    Returns:
        One for each, in order of account_id; amounts in USD, rates in percent.
    """
    return [_mortgage(row, person) for row in person.loans if row["kind"] == "mortgage"]


def student_loans(person: Person) -> list[dict[str, Any]]:
    """Elements of `liabilities.student`.

    Args:
        person: whose loans.

    Returns:
        One for each, in order of account_id; amounts in USD, rates in percent.
    """
    return [_student_loan(row, person) for row in person.loans if row["kind"] == "student"]


def _mortgage(loan: Row, person: Person) -> dict[str, Any]:
    address = _NO_ADDRESS | (
        {"region": person.state, "country": "US"} if person.state is not None else {}
    )
    return {
        "account_id": loan["account_id"],
        "account_number": None,
        "current_late_fee": None,
        "escrow_balance": as_number(loan["escrow_balance_usd"]),
        "has_pmi": None,
        "has_prepayment_penalty": False,
        "interest_rate": {
            "percentage": as_number(loan["interest_rate_percentage"], 3),
            "type": "fixed",
        },
        "last_payment_amount": as_number(loan["last_payment_amount_usd"]),
        "last_payment_date": as_date(loan["last_payment_date"]),
        "loan_type_description": "conventional",
        "loan_term": _term(loan["term_months"]),
        "maturity_date": as_date(loan["maturity_date"]),
        "next_monthly_payment": as_number(loan["next_monthly_payment_usd"]),
        "next_payment_due_date": as_date(loan["next_payment_due_date"]),
        "origination_date": as_date(loan["origination_date"]),
        "origination_principal_amount": as_number(loan["origination_principal_usd"]),
        "past_due_amount": None if loan["is_overdue"] is not False else 0.0,
        "property_address": address,
        "ytd_interest_paid": as_number(loan["ytd_interest_paid_usd"]),
        "ytd_principal_paid": as_number(loan["ytd_principal_paid_usd"]),
    }


def _student_loan(loan: Row, person: Person) -> dict[str, Any]:
    account = next((row for row in person.accounts if row["account_id"] == loan["account_id"]), {})
    made = as_date(loan["origination_date"])
    return {
        "account_id": loan["account_id"],
        "account_number": None,
        "disbursement_dates": None if made is None else [made],
        "expected_payoff_date": as_date(loan["maturity_date"]),
        "guarantor": None,
        # Plaid demands a rate.
        "interest_rate_percentage": as_number(loan["interest_rate_percentage"] or 0, 3),
        "is_overdue": loan["is_overdue"],
        "last_payment_amount": as_number(loan["last_payment_amount_usd"]),
        "last_payment_date": as_date(loan["last_payment_date"]),
        "last_statement_balance": as_number(account.get("balance_current")),
        "last_statement_issue_date": as_date(loan["last_payment_date"]),
        "loan_name": account.get("official_name"),
        "loan_status": {
            "end_date": as_date(loan["maturity_date"]),
            "type": "repayment" if _is_owed(account) else "paid in full",
        },
        "minimum_payment_amount": as_number(loan["next_monthly_payment_usd"]),
        "next_payment_due_date": as_date(loan["next_payment_due_date"]),
        "origination_date": made,
        "origination_principal_amount": as_number(loan["origination_principal_usd"]),
        "outstanding_interest_amount": None,
        "payment_reference_number": None,
        "pslf_status": {
            "estimated_eligibility_date": None,
            "payments_made": None,
            "payments_remaining": None,
        },
        "repayment_plan": {
            "description": "Standard Repayment" if _is_standard(loan) else "Extended Repayment",
            "type": "standard" if _is_standard(loan) else "extended standard",
        },
        "sequence_number": None,
        "servicer_address": _NO_ADDRESS,
        "ytd_interest_paid": as_number(loan["ytd_interest_paid_usd"]),
        "ytd_principal_paid": as_number(loan["ytd_principal_paid_usd"]),
    }


def _term(months: int | None) -> str | None:
    """`30 year`; in months where years would not say it."""
    if months is None:
        return None
    return f"{months} month" if months % 12 else f"{months // 12} year"


def _is_owed(account: Row) -> bool:
    balance: Decimal | None = account.get("balance_current")
    return balance is None or balance > 0


def _is_standard(loan: Row) -> bool:
    """Ten years; who pays longer has an extended plan."""
    return loan["term_months"] is None or loan["term_months"] <= 120
