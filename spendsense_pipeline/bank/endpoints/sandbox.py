"""What a developer makes happen: webhooks, a broken login, errors, transactions of their own; and
the key by which webhooks are verified.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.bank import requests
from spendsense_pipeline.bank.answers import chosen
from spendsense_pipeline.bank.endpoints.declaration import Endpoint
from spendsense_pipeline.local_plaid.created import NewTransaction
from spendsense_pipeline.local_plaid.standing import fault_body, require_product
from spendsense_pipeline.plaid.accounts import CHECKING, DEPOSITORY, LOAN
from spendsense_pipeline.plaid.errors import (
    ERROR_CODES,
    INVALID_ACCOUNT_ID,
    INVALID_FIELD,
    ITEM_ERRORS,
    ITEM_LOGIN_REQUIRED,
    SANDBOX_WEBHOOK_INVALID,
    USER_PERMISSION_REVOKED,
    PlaidError,
    error_body,
)
from spendsense_pipeline.plaid.webhooks import (
    CODES,
    ITEM,
    LIABILITIES,
    TRANSACTIONS,
    item_webhook,
    liabilities_update,
    login_repaired,
    pending_disconnect,
    recurring_update,
    sync_updates_available,
    transactions_removed,
    transactions_update,
    webhook_acknowledged,
)

if TYPE_CHECKING:
    from typing import Any

    from spendsense_pipeline.bank.answers import Body
    from spendsense_pipeline.bank.desk import Desk
    from spendsense_pipeline.local_plaid.items import Item
    from spendsense_pipeline.local_plaid.views import View


_BEFORE_DISCONNECTING: Final = dt.timedelta(days=7)
"""So long before it Plaid sends PENDING_DISCONNECT (plaid.com/docs/api/items)."""


async def _fire_webhook(desk: Desk, asked: requests.FireWebhook) -> Body:
    item = desk.item(asked.access_token)
    kind = CODES.get(asked.webhook_code)
    if kind is None:
        raise PlaidError(
            INVALID_FIELD,
            f"webhook_code must be one of {', '.join(sorted(CODES))}; it is {asked.webhook_code!r}",
        )
    kinds = {kind, LIABILITIES} if asked.webhook_code == "DEFAULT_UPDATE" else {kind}
    if asked.webhook_type is not None and asked.webhook_type not in kinds:
        raise PlaidError(
            INVALID_FIELD,
            f"webhook_type of {asked.webhook_code} must be {' or '.join(sorted(kinds))}; it is"
            f" {asked.webhook_type!r}",
        )
    body = _body(item, asked, asked.webhook_type or kind, desk.now)
    if not desk.tell(item, body):
        raise PlaidError(SANDBOX_WEBHOOK_INVALID)
    return {"webhook_fired": True}


def _body(item: Item, asked: requests.FireWebhook, kind: str, now: dt.datetime) -> dict[str, Any]:
    code = asked.webhook_code
    if kind == ITEM:
        return _item_body(item, code, now)
    if kind == LIABILITIES:
        return liabilities_update(item.item_id, (), {})
    if code == "SYNC_UPDATES_AVAILABLE":
        return sync_updates_available(item.item_id)
    if code == "RECURRING_TRANSACTIONS_UPDATE":
        return recurring_update(item.item_id, ())
    if code == "TRANSACTIONS_REMOVED":
        return transactions_removed(item.item_id, ())
    rows = asked.options.new_transactions if asked.options else None
    return transactions_update(item.item_id, code, rows or 0)


def _item_body(item: Item, code: str, now: dt.datetime) -> dict[str, Any]:
    if code == "LOGIN_REPAIRED":
        return login_repaired(item.item_id)
    if code == "PENDING_DISCONNECT":
        return pending_disconnect(item.item_id, now + _BEFORE_DISCONNECTING)
    error = fault_body(item)
    if code == "WEBHOOK_UPDATE_ACKNOWLEDGED":
        return webhook_acknowledged(item.item_id, item.webhook, error)
    # Of a webhook that tells of an error the Item has not, the error it would have.
    supposed = {"ERROR": ITEM_LOGIN_REQUIRED, USER_PERMISSION_REVOKED.code: USER_PERMISSION_REVOKED}
    if error is None and code in supposed:
        error = error_body(PlaidError(supposed[code]))
    return item_webhook(item.item_id, code, error)


async def _reset_login(desk: Desk, asked: requests.OfItem) -> Body:
    desk.plaid.put_into(desk.item(asked.access_token), ITEM_LOGIN_REQUIRED.code)
    desk.wake()
    return {"reset_login": True}


async def _set_error(desk: Desk, asked: requests.SetError) -> Body:
    item = desk.item(asked.access_token)
    if asked.error_code is None:
        desk.plaid.repaired(item)
    elif asked.error_code in ITEM_ERRORS:
        desk.plaid.put_into(item, ERROR_CODES[asked.error_code].code)
    else:
        raise PlaidError(
            INVALID_FIELD,
            f"error_code must be null or one of {', '.join(sorted(ITEM_ERRORS))}; it is"
            f" {asked.error_code!r}",
        )
    desk.wake()
    return {"error_code": asked.error_code}


async def _create_transactions(desk: Desk, asked: requests.TransactionsCreate) -> Body:
    item = desk.item(asked.access_token)
    view = await desk.view(item)
    require_product(item, "transactions")
    made = [
        _new(each, view, item, f"transactions.{number}")
        for number, each in enumerate(asked.transactions)
    ]
    with desk.plaid.store.change():
        desk.plaid.created.add(item.item_id, made)
        desk.tell(item, sync_updates_available(item.item_id))
        desk.tell(item, transactions_update(item.item_id, "DEFAULT_UPDATE", len(made)))
    return {}


def _new(asked: requests.CreatedTransaction, view: View, item: Item, where: str) -> NewTransaction:
    today = view.position.day
    first = max(
        item.starts_on or dt.date.min, today - dt.timedelta(days=requests.LONGEST_HISTORY_DAYS)
    )
    for name, day in (
        ("date_posted", asked.date_posted),
        ("date_transacted", asked.date_transacted),
    ):
        if not first <= day <= today:
            raise PlaidError(
                INVALID_FIELD,
                f"{where}.{name} must be between {first} and {today}, which the clock shows; it is"
                f" {day}",
            )
    if asked.date_transacted > asked.date_posted:
        raise PlaidError(
            INVALID_FIELD, f"{where}.date_transacted must not be after {where}.date_posted"
        )
    amount = Decimal(str(asked.amount)) * 100
    cents = amount.to_integral_value(rounding=ROUND_HALF_EVEN)
    if cents != amount:
        raise PlaidError(INVALID_FIELD, f"{where}.amount must be whole cents; it is {asked.amount}")
    return NewTransaction(
        _account(asked.account_id, view, where),
        asked.date_posted,
        asked.date_transacted,
        int(cents),
        asked.description,
        asked.iso_currency_code or "USD",
    )


def _account(asked: str | None, view: View, where: str) -> str:
    if asked is None:
        kinds = sorted(
            view.accounts,
            key=lambda row: (
                row["type"] != DEPOSITORY,
                row["subtype"] != CHECKING,
                row["account_id"],
            ),
        )
        asked = str(kinds[0]["account_id"])
    [account_id] = chosen(view, [asked])
    if any(row["account_id"] == account_id and row["type"] == LOAN for row in view.accounts):
        raise PlaidError(
            INVALID_ACCOUNT_ID, f"{where}.account_id must be no loan: payments alone move it"
        )
    return account_id


async def _get_key(desk: Desk, asked: requests.VerificationKeyGet) -> Body:
    return {"key": desk.signer.public_key(asked.key_id)}


ENDPOINTS: Final = (
    Endpoint(
        "/sandbox/item/fire_webhook",
        requests.FireWebhook,
        _fire_webhook,
        f"Send a webhook now, of {TRANSACTIONS}, {LIABILITIES} or {ITEM}.",
        differs="Codes of products that are not here are `INVALID_FIELD`.",
    ),
    Endpoint(
        "/sandbox/item/reset_login",
        requests.OfItem,
        _reset_login,
        "Put an Item into `ITEM_LOGIN_REQUIRED`.",
    ),
    Endpoint(
        "/sandbox/item/set_error",
        requests.SetError,
        _set_error,
        "Put an Item into any error of an Item or institution, or out of it (null).",
        is_ours=True,
    ),
    Endpoint(
        "/sandbox/transactions/create",
        requests.TransactionsCreate,
        _create_transactions,
        "Add up to ten transactions to an Item; balances count them.",
        differs="They are in no recurring stream; a loan takes none.",
    ),
    Endpoint(
        "/webhook_verification_key/get",
        requests.VerificationKeyGet,
        _get_key,
        "The public key a webhook was signed with.",
    ),
)
