"""Linking: tokens for Link, public tokens for Sandbox, and their exchange for access tokens."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.bank import requests
from spendsense_pipeline.bank.endpoints.declaration import Endpoint
from spendsense_pipeline.bank.link_token_request import LinkTokenCreate
from spendsense_pipeline.bank.targets import require_url
from spendsense_pipeline.local_plaid.items import Item
from spendsense_pipeline.local_plaid.linking import choose, require_products
from spendsense_pipeline.local_plaid.timeline import Position, changes
from spendsense_pipeline.plaid.errors import INVALID_FIELD, INVALID_INSTITUTION, PlaidError
from spendsense_pipeline.plaid.webhooks import transactions_update

if TYPE_CHECKING:
    from spendsense_pipeline.bank.answers import Body
    from spendsense_pipeline.bank.desk import Desk
    from spendsense_pipeline.local_plaid.served import Institution
    from spendsense_pipeline.local_plaid.views import View

_INITIAL_DAYS: Final = 30
"""What Plaid's initial update covers (plaid.com/docs/transactions/webhooks)."""


async def _create_link_token(desk: Desk, asked: LinkTokenCreate) -> Body:
    if asked.webhook is not None:
        require_url(asked.webhook)
    if asked.access_token is not None:
        desk.item(asked.access_token)
    made = desk.plaid.link_tokens.create(
        {
            "initial_products": asked.products or [],
            "webhook": asked.webhook,
            "country_codes": asked.country_codes,
            "language": asked.language,
            "redirect_uri": asked.redirect_uri,
            "client_name": asked.client_name,
        },
        now=desk.now,
    )
    return {"link_token": made.token, "expiration": _moment(made.expires_at)}


async def _get_link_token(desk: Desk, asked: requests.LinkTokenGet) -> Body:
    found = desk.plaid.link_tokens.find(asked.link_token)
    return {
        "link_token": asked.link_token,
        "created_at": _moment(found.created_at),
        "expiration": _moment(found.expires_at),
        "metadata": dict(found.metadata),
    }


async def _create_public_token(desk: Desk, asked: requests.PublicTokenCreate) -> Body:
    options = asked.options or requests.PublicTokenOptions()
    if options.webhook is not None:
        require_url(options.webhook)
    institution = desk.plaid.served.institution(asked.institution_id)
    if institution is None:
        raise PlaidError(
            INVALID_INSTITUTION, f"there is no institution {asked.institution_id!r} here"
        )
    token = await desk.work(_link, desk, asked, options, institution)
    return {"public_token": token}


def _link(
    desk: Desk,
    asked: requests.PublicTokenCreate,
    options: requests.PublicTokenOptions,
    institution: Institution,
) -> str:
    plaid = desk.plaid
    # Two who ask at once for the next person get two; nothing is published or decided in between.
    with plaid.lock:
        served, day = plaid.served, plaid.clock_view().as_of
        products = require_products(asked.initial_products, institution)
        linked = plaid.items.linked_people(asked.institution_id, served.world)
        user_id = choose(
            served,
            options.override_username,
            institution=institution,
            products=products,
            day=day,
            consents=plaid.consents,
            is_linked=linked.__contains__,
        )
        item, token = plaid.items.link(
            Item(
                item_id="",
                user_id=user_id,
                institution_id=asked.institution_id,
                world=served.world,
                products=products,
                webhook=options.webhook,
                starts_on=_first_day(options.transactions, day),
                consent_mark=plaid.consent_mark(user_id),
                linked_at=desk.now,
                linked_on=day,
            )
        )
    # What it sees is there before anybody asks for it.
    with contextlib.suppress(PlaidError):
        plaid.view(item)
    return token


def _first_day(asked: requests.SandboxTransactions | None, day: dt.date) -> dt.date | None:
    """The first day an Item shows: what was asked for, else all there is."""
    if asked is None:
        return None
    if asked.start_date and asked.end_date and asked.start_date > asked.end_date:
        raise PlaidError(
            INVALID_FIELD, "options.transactions.start_date must not be after end_date"
        )
    limits = [] if asked.start_date is None else [asked.start_date]
    if asked.days_requested is not None:
        limits.append(day - dt.timedelta(days=asked.days_requested - 1))
    return max(limits, default=None)


async def _exchange(desk: Desk, asked: requests.PublicTokenExchange) -> Body:
    items, plaid = desk.plaid.items, desk.plaid
    news = await _history(desk, items.with_public_token(asked.public_token, now=desk.now))
    with plaid.store.change():
        item, token = items.exchange(asked.public_token, now=desk.now)
        for body in news:
            desk.tell(item, body)
    return {"access_token": token, "item_id": item.item_id}


async def _history(desk: Desk, item: Item) -> list[Body]:
    """The newest rows are there, then all of them: here both at once, in Plaid's order."""
    if item.webhook is None or "transactions" not in item.products:
        return []
    try:
        view: View = await desk.view(item)
    except PlaidError:
        return []  # Consent was revoked since; the Item's own webhook has said so.
    there = changes(view.entries, None, Position(item.linked_on, view.position.created)).added
    first = item.linked_on - dt.timedelta(days=_INITIAL_DAYS)
    newest = sum(entry.date > first for entry in there)
    return [
        transactions_update(item.item_id, "INITIAL_UPDATE", newest),
        transactions_update(item.item_id, "HISTORICAL_UPDATE", len(there) - newest),
    ]


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


ENDPOINTS: Final = (
    Endpoint(
        "/link/token/create",
        LinkTokenCreate,
        _create_link_token,
        "A token for Link; there is no Link to open with it: make a public token below.",
        differs="What Link is configured with is taken and changes nothing.",
    ),
    Endpoint(
        "/link/token/get",
        requests.LinkTokenGet,
        _get_link_token,
        "What it was made with.",
        differs="No Link sessions: there is no Link.",
    ),
    Endpoint(
        "/sandbox/public_token/create",
        requests.PublicTokenCreate,
        _create_public_token,
        "Link a person: `options.override_username` is a `user_id` or `persona:KEY`.",
        differs="No custom users (`user_custom`); `override_password` is not looked at.",
    ),
    Endpoint(
        "/item/public_token/exchange",
        requests.PublicTokenExchange,
        _exchange,
        "A public token, once and within half an hour, for an access token.",
    ),
)
