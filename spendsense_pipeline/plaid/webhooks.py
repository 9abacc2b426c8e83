"""Bodies of Plaid's webhooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

ENVIRONMENT: Final = "sandbox"
TRANSACTIONS: Final = "TRANSACTIONS"
LIABILITIES: Final = "LIABILITIES"
ITEM: Final = "ITEM"

CODES: Final = {
    "INITIAL_UPDATE": TRANSACTIONS,
    "HISTORICAL_UPDATE": TRANSACTIONS,
    "DEFAULT_UPDATE": TRANSACTIONS,
    "SYNC_UPDATES_AVAILABLE": TRANSACTIONS,
    "TRANSACTIONS_REMOVED": TRANSACTIONS,
    "RECURRING_TRANSACTIONS_UPDATE": TRANSACTIONS,
    "ERROR": ITEM,
    "LOGIN_REPAIRED": ITEM,
    "NEW_ACCOUNTS_AVAILABLE": ITEM,
    "PENDING_DISCONNECT": ITEM,
    "USER_PERMISSION_REVOKED": ITEM,
    "WEBHOOK_UPDATE_ACKNOWLEDGED": ITEM,
}
"""Every code we send, with its type; `DEFAULT_UPDATE` is sent of liabilities too."""


def webhook(item_id: str, code: str, **more: Any) -> dict[str, Any]:
    """A body.

    Args:
        item_id: whom it is about.
        code: one of `CODES`.
        more: fields of that code.
    """
    return {
        "webhook_type": CODES[code],
        "webhook_code": code,
        "item_id": item_id,
        **more,
        "environment": ENVIRONMENT,
    }


def sync_updates_available(item_id: str) -> dict[str, Any]:
    """Something has been added or removed since the Item was last looked at."""
    return webhook(
        item_id,
        "SYNC_UPDATES_AVAILABLE",
        initial_update_complete=True,
        historical_update_complete=True,
    )


def transactions_update(item_id: str, code: str, new_transactions: int) -> dict[str, Any]:
    """`INITIAL_UPDATE`, `HISTORICAL_UPDATE` or `DEFAULT_UPDATE`: how many rows are new."""
    return webhook(item_id, code, error=None, new_transactions=new_transactions)


def transactions_removed(item_id: str, transaction_ids: Sequence[str]) -> dict[str, Any]:
    """Pending rows that have posted under another id, or that will not."""
    return webhook(
        item_id, "TRANSACTIONS_REMOVED", error=None, removed_transactions=list(transaction_ids)
    )


def recurring_update(item_id: str, account_ids: Sequence[str]) -> dict[str, Any]:
    """Recurring streams of these accounts are not what they were."""
    return webhook(item_id, "RECURRING_TRANSACTIONS_UPDATE", account_ids=list(account_ids))


def liabilities_update(
    item_id: str, new: Sequence[str], changed: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Liabilities are not what they were.

    Args:
        item_id: whom it is about.
        new: accounts with liabilities that had none.
        changed: of other accounts the fields that have changed.
    """
    return webhook(
        item_id,
        "DEFAULT_UPDATE",
        error=None,
        account_ids_with_new_liabilities=list(new),
        account_ids_with_updated_liabilities={
            account_id: list(fields) for account_id, fields in changed.items()
        },
    ) | {"webhook_type": LIABILITIES}


def item_webhook(item_id: str, code: str, error: Mapping[str, Any] | None) -> dict[str, Any]:
    """`ERROR`, `USER_PERMISSION_REVOKED` or `NEW_ACCOUNTS_AVAILABLE` of an Item, with its error."""
    return webhook(item_id, code, error=None if error is None else dict(error))


def login_repaired(item_id: str) -> dict[str, Any]:
    """An Item that was in an error works again."""
    return webhook(item_id, "LOGIN_REPAIRED")


def pending_disconnect(item_id: str, at: dt.datetime) -> dict[str, Any]:
    """An Item's consent ends at a moment, in UTC."""
    return webhook(
        item_id,
        "PENDING_DISCONNECT",
        reason="INSTITUTION_TOKEN_EXPIRATION",
        disconnect_time=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def webhook_acknowledged(
    item_id: str, url: str | None, error: Mapping[str, Any] | None
) -> dict[str, Any]:
    """From now on an Item's webhooks come here."""
    return webhook(
        item_id,
        "WEBHOOK_UPDATE_ACKNOWLEDGED",
        new_webhook_url=url,
        error=None if error is None else dict(error),
    )
