"""A transaction as Plaid's responses show it."""

from __future__ import annotations

from typing import Any, Final

from spendsense_pipeline.plaid.person import Row
from spendsense_pipeline.plaid.responses.values import as_date, as_number

CATEGORY_VERSION: Final = "v2"
_TRANSACTION_TYPES: Final = {"online": "digital", "in store": "place", "other": "special"}


def transaction(row: Row) -> dict[str, Any]:
    """An element of `transactions` or `added`.

    Args:
        row: of `raw_transactions`.
    """
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
        "personal_finance_category": category(row),
        "transaction_code": None,
        "transaction_id": row["transaction_id"],
        "transaction_type": _TRANSACTION_TYPES[channel],
        "unofficial_currency_code": None,
        "website": None,
    }


def category(row: Row) -> dict[str, Any] | None:
    """A `personal_finance_category`; None where a row has none.

    Args:
        row: with `category_primary` and `category_detailed`.
    """
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
