"""Responses shaped exactly like Plaid's `/accounts/get`, `/transactions/sync`,
`/transactions/recurring/get` and `/liabilities/get`. Money is a number, a date is text, and every
value of an enumeration is one Plaid documents.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

from spendsense_pipeline.publishing.exports.people import Person, Row
from spendsense_pipeline.publishing.exports.plaid.loans import mortgages, student_loans
from spendsense_pipeline.publishing.exports.plaid.values import as_date, as_number

SYNC_PAGE_ROWS = 500  # the most /transactions/sync returns at once
INSTITUTION_NAME = "SpendSense Synthetic Bank"
CATEGORY_VERSION = "v2"
_PRODUCTS = ["liabilities", "transactions"]
_TRANSACTION_TYPES = {"online": "digital", "in store": "place", "other": "special"}
_FREQUENCIES = ("WEEKLY", "BIWEEKLY", "SEMI_MONTHLY", "MONTHLY", "ANNUALLY")
_STATUSES = ("MATURE", "EARLY_DETECTION", "TOMBSTONED")


def accounts_get(person: Person, dataset_id: str) -> dict[str, Any]:
    """Body of `/accounts/get`.

    Args:
        person: whose accounts.
        dataset_id: what identifiers are derived from.

    Returns:
        The body, as Plaid names its parts; amounts in USD.
    """
    return {
        "accounts": [_account(row) for row in person.accounts],
        "item": _item(person, dataset_id),
        "request_id": _identifier(dataset_id, person.user_id, "accounts"),
    }


def transactions_sync(person: Person, dataset_id: str) -> Iterator[dict[str, Any]]:
    """Bodies of `/transactions/sync`, page after page from an empty cursor.

    Args:
        person: whose transactions.
        dataset_id: what cursors and identifiers are derived from.

    Yields:
        A page of at most `SYNC_PAGE_ROWS` transactions; of somebody without any, one empty page.
    """
    rows = person.transactions
    for start in range(0, max(len(rows), 1), SYNC_PAGE_ROWS):
        page = rows[start : start + SYNC_PAGE_ROWS]
        touched = {row["account_id"] for row in page}
        yield {
            "transactions_update_status": "HISTORICAL_UPDATE_COMPLETE",
            "accounts": [_account(row) for row in person.accounts if row["account_id"] in touched],
            "added": [_transaction(row) for row in page],
            "modified": [],
            "removed": [],
            "next_cursor": _identifier(dataset_id, person.user_id, f"cursor {start}", length=64),
            "has_more": start + SYNC_PAGE_ROWS < len(rows),
            "request_id": _identifier(dataset_id, person.user_id, f"sync {start}"),
        }


def transactions_recurring_get(person: Person, dataset_id: str, as_of: dt.date) -> dict[str, Any]:
    """Body of `/transactions/recurring/get`.

    Args:
        person: whose streams.
        dataset_id: what identifiers are derived from.
        as_of: the day the streams were found.

    Returns:
        The body, money in and money out apart; amounts in USD, money in negative.
    """
    streams = [_stream(row) for row in person.streams]
    return {
        "inflow_streams": [s for s in streams if s["average_amount"]["amount"] < 0],
        "outflow_streams": [s for s in streams if s["average_amount"]["amount"] >= 0],
        "updated_datetime": f"{as_of.isoformat()}T00:00:00Z",
        "personal_finance_category_version": CATEGORY_VERSION,
        "request_id": _identifier(dataset_id, person.user_id, "recurring"),
    }


def liabilities_get(person: Person, dataset_id: str) -> dict[str, Any]:
    """Body of `/liabilities/get`: credit cards, mortgages and student loans, as Plaid has no other.

    Args:
        person: whose liabilities.
        dataset_id: what identifiers are derived from.

    Returns:
        The body; amounts in USD, rates in percent.
    """
    return {
        "accounts": [_account(row) for row in person.accounts],
        "item": _item(person, dataset_id),
        "liabilities": {
            "credit": [_card(row) for row in person.liabilities],
            "mortgage": mortgages(person) or None,
            "student": student_loans(person) or None,
        },
        "request_id": _identifier(dataset_id, person.user_id, "liabilities"),
    }


def _item(person: Person, dataset_id: str) -> dict[str, Any]:
    """One Item for everything; of a bank where all accounts are with one."""
    banks = {(row["institution_id"], row["institution_name"]) for row in person.accounts}
    bank_id, bank = banks.pop() if len(banks) == 1 else (None, None)
    return {
        "item_id": _identifier(dataset_id, person.user_id, "item", length=37),
        "institution_id": bank_id,
        "institution_name": bank or INSTITUTION_NAME,
        "webhook": None,
        "error": None,
        "available_products": [],
        "billed_products": _PRODUCTS,
        "products": _PRODUCTS,
        "consent_expiration_time": None,
        "update_type": "background",
    }


def _account(row: Row) -> dict[str, Any]:
    return {
        "account_id": row["account_id"],
        "balances": {
            "available": as_number(row["balance_available"]),
            "current": as_number(row["balance_current"]),
            "limit": as_number(row["balance_limit"]),
            "iso_currency_code": row["iso_currency_code"],
            "unofficial_currency_code": None,
        },
        "mask": row["mask"],
        "name": row["name"] or (row["subtype"] or row["type"]).title(),
        "official_name": row["official_name"],
        "type": row["type"],
        "subtype": row["subtype"],
        "holder_category": row["holder_category"] or "unrecognized",
    }


def _transaction(row: Row) -> dict[str, Any]:
    channel = row["payment_channel"] or "other"
    return {
        "account_id": row["account_id"],
        "account_owner": None,
        "amount": as_number(row["amount"]),
        "authorized_date": as_date(row["authorized_date"]),
        "authorized_datetime": None,
        "category": None,
        "category_id": None,
        "check_number": None,
        "counterparties": _counterparties(row),
        "date": as_date(row["date"]),
        "datetime": None,
        "iso_currency_code": row["iso_currency_code"],
        "location": {
            "address": None,
            "city": row["city"],
            "country": "US" if row["city"] else None,
            "lat": None,
            "lon": None,
            "postal_code": None,
            "region": row["state"],
            "store_number": None,
        },
        "logo_url": None,
        "merchant_entity_id": row["merchant_entity_id"],
        "merchant_name": row["merchant_name"],
        "name": row["name"],
        "payment_channel": channel,
        "payment_meta": dict.fromkeys(
            (
                "by_order_of",
                "payee",
                "payer",
                "payment_method",
                "payment_processor",
                "ppd_id",
                "reason",
                "reference_number",
            )
        ),
        "pending": row["pending"],
        "pending_transaction_id": row["pending_transaction_id"],
        "personal_finance_category": _category(row),
        "transaction_code": None,
        "transaction_id": row["transaction_id"],
        "transaction_type": _TRANSACTION_TYPES[channel],
        "unofficial_currency_code": None,
        "website": None,
    }


def _category(row: Row) -> dict[str, Any] | None:
    if row["category_detailed"] is None:
        return None
    return {
        "primary": row["category_primary"],
        "detailed": row["category_detailed"],
        # how sure Plaid's classifier was; what was generated is known
        "confidence_level": "VERY_HIGH",
        "version": CATEGORY_VERSION,
    }


def _counterparties(row: Row) -> list[dict[str, Any]]:
    name, primary = row["merchant_name"], row["category_primary"] or ""
    if name is None:
        return []
    kind = "merchant"
    if primary == "INCOME":
        kind = "income_source"
    elif primary.startswith(("TRANSFER", "LOAN", "BANK_FEES")):
        kind = "financial_institution"
    return [
        {
            "name": name,
            "type": kind,
            "entity_id": row["merchant_entity_id"],
            "website": None,
            "logo_url": None,
            "confidence_level": "VERY_HIGH" if row["merchant_entity_id"] else "LOW",
        }
    ]


def _stream(row: Row) -> dict[str, Any]:
    frequency, status = row["frequency"], row["status"]
    return {
        "account_id": row["account_id"],
        "stream_id": row["stream_id"],
        "category": None,
        "category_id": None,
        "description": row.get("description") or row["merchant_name"] or "",
        "merchant_name": row["merchant_name"],
        "first_date": as_date(row["first_date"]),
        "last_date": as_date(row["last_date"]),
        "predicted_next_date": as_date(row["predicted_next_date"]),
        "frequency": frequency if frequency in _FREQUENCIES else "UNKNOWN",
        "transaction_ids": list(row["transaction_ids"]),
        "average_amount": _stream_amount(row["average_amount"]),
        "last_amount": _stream_amount(row["last_amount"]),
        "is_active": row["is_active"],
        "status": status if status in _STATUSES else "UNKNOWN",
        "personal_finance_category": _category(row),
        "is_user_modified": False,
    }


def _stream_amount(amount: Any) -> dict[str, Any]:
    return {
        "amount": as_number(amount),
        "iso_currency_code": "USD",
        "unofficial_currency_code": None,
    }


def _card(row: Row) -> dict[str, Any]:
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


def _identifier(*parts: str, length: int = 15) -> str:
    """An opaque id as Plaid makes them, the same for the same dataset."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:length]
