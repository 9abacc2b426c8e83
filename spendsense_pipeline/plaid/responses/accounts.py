"""An account as Plaid's responses show it."""

from __future__ import annotations

from typing import Any

from spendsense_pipeline.plaid.person import Row
from spendsense_pipeline.plaid.responses.values import as_number


def account(row: Row) -> dict[str, Any]:
    """An element of `accounts`.

    Args:
        row: of `raw_accounts`.
    """
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
