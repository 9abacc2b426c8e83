"""Items: looking at one, sending its webhooks elsewhere, removing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spendsense_pipeline.bank import requests
from spendsense_pipeline.bank.answers import item_body
from spendsense_pipeline.bank.endpoints.declaration import Endpoint
from spendsense_pipeline.bank.targets import require_url
from spendsense_pipeline.local_plaid.standing import fault_body
from spendsense_pipeline.plaid.webhooks import webhook_acknowledged

if TYPE_CHECKING:
    from spendsense_pipeline.bank.answers import Body
    from spendsense_pipeline.bank.desk import Desk


async def _get(desk: Desk, asked: requests.OfItem) -> Body:
    item = desk.item(asked.access_token)
    updated = desk.plaid.clock_view().as_of.isoformat() + "T00:00:00Z"
    status = {
        "transactions": {"last_successful_update": updated, "last_failed_update": None},
    }
    created = item.linked_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    shown = item_body(item, desk.plaid.served) | {
        "created_at": created,
        "consented_products": list(item.products),
    }
    return {"item": shown, "status": status if "transactions" in item.products else {}}


async def _remove(desk: Desk, asked: requests.ItemRemove) -> Body:
    desk.plaid.items.remove(desk.item(asked.access_token).item_id)
    return {}


async def _update_webhook(desk: Desk, asked: requests.WebhookUpdate) -> Body:
    item = desk.item(asked.access_token)
    url = None if asked.webhook is None else require_url(asked.webhook)
    with desk.plaid.store.change():
        item = desk.plaid.items.set_webhook(item, url)
        desk.tell(item, webhook_acknowledged(item.item_id, url, fault_body(item)))
    return {"item": item_body(item, desk.plaid.served)}


ENDPOINTS: Final = (
    Endpoint(
        "/item/get",
        requests.OfItem,
        _get,
        "An Item, with its error if it is in one.",
        differs="`status` tells of transactions alone.",
    ),
    Endpoint("/item/remove", requests.ItemRemove, _remove, "Its token opens nothing any more."),
    Endpoint(
        "/item/webhook/update",
        requests.WebhookUpdate,
        _update_webhook,
        "Send its webhooks elsewhere, or nowhere (null).",
    ),
)
