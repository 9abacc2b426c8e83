"""Accounts: balances, owners, and what is owed on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spendsense_pipeline.bank import requests
from spendsense_pipeline.bank.answers import accounts, chosen, item_body
from spendsense_pipeline.bank.endpoints.declaration import Endpoint
from spendsense_pipeline.local_plaid.standing import require_product
from spendsense_pipeline.plaid.categories import CATEGORIES
from spendsense_pipeline.plaid.errors import NO_LIABILITY_ACCOUNTS, PlaidError
from spendsense_pipeline.plaid.responses.items import owner
from spendsense_pipeline.plaid.responses.liabilities import liabilities

if TYPE_CHECKING:
    from spendsense_pipeline.bank.answers import Body
    from spendsense_pipeline.bank.desk import Desk


async def _get(desk: Desk, asked: requests.OfAccounts | requests.BalanceGet) -> Body:
    item = desk.item(asked.access_token)
    view = await desk.view(item)
    return {
        "accounts": accounts(view, asked.account_ids),
        "item": item_body(item, desk.plaid.served),
    }


async def _get_identity(desk: Desk, asked: requests.OfAccounts) -> Body:
    item = desk.item(asked.access_token)
    view = await desk.view(item)
    require_product(item, "identity")
    whose = owner(view.held.person.details, is_made_up=not desk.plaid.served.is_imported)
    return {
        "accounts": [each | {"owners": [whose]} for each in accounts(view, asked.account_ids)],
        "item": item_body(item, desk.plaid.served),
    }


async def _get_liabilities(desk: Desk, asked: requests.OfAccounts) -> Body:
    item = desk.item(asked.access_token)
    view = await desk.view(item)
    require_product(item, "liabilities")
    wanted = chosen(view, asked.account_ids)
    owed = {
        kind: [each for each in found or () if each["account_id"] in wanted] or None
        for kind, found in liabilities(view.person()).items()
    }
    if not any(owed.values()):
        raise PlaidError(NO_LIABILITY_ACCOUNTS)
    return {
        "accounts": accounts(view, asked.account_ids),
        "item": item_body(item, desk.plaid.served),
        "liabilities": owed,
    }


async def _get_categories(desk: Desk, asked: requests.PlaidRequest) -> Body:  # noqa: ARG001
    return {
        "categories": [
            {"category_id": detailed, "group": "special", "hierarchy": [primary, detailed]}
            for primary, details in CATEGORIES.items()
            for detailed in details
        ]
    }


ENDPOINTS: Final = (
    Endpoint(
        "/accounts/get",
        requests.OfAccounts,
        _get,
        "Accounts, balances of the clock's day.",
        differs="No investment accounts, no microdeposits.",
    ),
    Endpoint(
        "/accounts/balance/get",
        requests.BalanceGet,
        _get,
        "The same.",
        differs="A balance is never too old for `min_last_updated_datetime`.",
    ),
    Endpoint(
        "/identity/get",
        requests.OfAccounts,
        _get_identity,
        "Who holds them: made-up names, numbers and addresses.",
        differs="One owner an account. Of people who were brought in, only what their rows say.",
    ),
    Endpoint(
        "/liabilities/get",
        requests.OfAccounts,
        _get_liabilities,
        "Cards, mortgages and student loans as of the clock's day.",
        differs="Servicers have no address. Loans for cars and people are in none of the three, as"
        " at Plaid.",
    ),
    Endpoint(
        "/categories/get",
        requests.PlaidRequest,
        _get_categories,
        "The personal finance categories, version 2.",
        needs_keys=False,
        differs="Plaid lists its older categories, by number.",
    ),
)
