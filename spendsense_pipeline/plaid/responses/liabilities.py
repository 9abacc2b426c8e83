"""What people owe as Plaid's `/liabilities/get` shows it: cards, mortgages and student loans (Plaid
has no other).
"""

from __future__ import annotations

from typing import Any

from spendsense_pipeline.plaid.person import Person, Row
from spendsense_pipeline.plaid.responses.loans import mortgages, student_loans
from spendsense_pipeline.plaid.responses.values import as_date, as_number


def liabilities(person: Person) -> dict[str, Any]:
    """The part `liabilities`; kinds a person has none of are null, as Plaid has it, but for cards.

    Args:
        person: whose liabilities; amounts in USD, rates in percent.
    """
    return {
        "credit": [card(row) for row in person.liabilities],
        "mortgage": mortgages(person) or None,
        "student": student_loans(person) or None,
    }


def card(row: Row) -> dict[str, Any]:
    """An element of `liabilities.credit`.

    Args:
        row: of `raw_liabilities`.
    """
    aprs = []
    if row["apr_percentage"] is not None:
        aprs.append(
            {
                "apr_percentage": as_number(row["apr_percentage"]),
                "apr_type": row["apr_type"] or "purchase_apr",
                "balance_subject_to_apr": None,
                "interest_charge_amount": None,
            }
        )
    return {
        "account_id": row["account_id"],
        "aprs": aprs,
        "is_overdue": row["is_overdue"],
        "last_payment_amount": as_number(row["last_payment_amount"]),
        "last_payment_date": as_date(row["last_payment_date"]),
        "last_statement_balance": as_number(row["last_statement_balance"]),
        "last_statement_issue_date": as_date(row["last_statement_issue_date"]),
        "minimum_payment_amount": as_number(row["minimum_payment_amount"]),
        "next_payment_due_date": as_date(row["next_payment_due_date"]),
    }
