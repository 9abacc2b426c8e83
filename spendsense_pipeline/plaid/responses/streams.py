"""Recurring streams as Plaid's `/transactions/recurring/get` shows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from spendsense_pipeline.plaid.person import Row
from spendsense_pipeline.plaid.responses.transactions import category
from spendsense_pipeline.plaid.responses.values import as_date, as_number

_FREQUENCIES: Final = ("WEEKLY", "BIWEEKLY", "SEMI_MONTHLY", "MONTHLY", "ANNUALLY")
_STATUSES: Final = ("MATURE", "EARLY_DETECTION", "TOMBSTONED")


def streams_by_direction(rows: Iterable[Row]) -> dict[str, list[dict[str, Any]]]:
    """Money in and money out apart, as the response has them.

    Args:
        rows: of `recurring_streams`; money in is negative.
    """
    shown = [stream(row) for row in rows]
    return {
        "inflow_streams": [each for each in shown if each["average_amount"]["amount"] < 0],
        "outflow_streams": [each for each in shown if each["average_amount"]["amount"] >= 0],
    }


def stream(row: Row) -> dict[str, Any]:
    """An element of `inflow_streams` or `outflow_streams`.

    Args:
        row: of `recurring_streams`.
    """
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
        "average_amount": _amount(row["average_amount"]),
        "last_amount": _amount(row["last_amount"]),
        "is_active": row["is_active"],
        "status": status if status in _STATUSES else "UNKNOWN",
        "personal_finance_category": category(row),
        "is_user_modified": False,
    }


def _amount(amount: Any) -> dict[str, Any]:
    return {
        "amount": as_number(amount),
        "iso_currency_code": "USD",
        "unofficial_currency_code": None,
    }
