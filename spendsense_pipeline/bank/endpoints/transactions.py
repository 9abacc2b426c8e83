"""Transactions: all of a span, what has changed since a cursor, and recurring streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spendsense_pipeline.bank import requests
from spendsense_pipeline.bank.answers import Rendered, accounts, chosen, item_body, transactions
from spendsense_pipeline.bank.endpoints.declaration import Endpoint
from spendsense_pipeline.local_plaid.cursors import Cursor, from_text, stream_of, to_text
from spendsense_pipeline.local_plaid.standing import require_product
from spendsense_pipeline.local_plaid.sync import page
from spendsense_pipeline.local_plaid.timeline import changes
from spendsense_pipeline.plaid.errors import INVALID_FIELD, PlaidError
from spendsense_pipeline.plaid.responses.streams import streams_by_direction
from spendsense_pipeline.plaid.responses.transactions import CATEGORY_VERSION

if TYPE_CHECKING:
    from spendsense_pipeline.bank.answers import Body
    from spendsense_pipeline.bank.desk import Desk
    from spendsense_pipeline.local_plaid.timeline import Changes, Position

_USUAL_COUNT: Final = 100
_NOW: Final = "now"
"""A cursor that has seen everything, for those who come from `/transactions/get`."""


async def _get(desk: Desk, asked: requests.TransactionsGet) -> Body:
    item = desk.item(asked.access_token)
    if asked.start_date > asked.end_date:
        raise PlaidError(INVALID_FIELD, "start_date must not be after end_date")
    view = await desk.view(item)
    require_product(item, "transactions")
    options = asked.options or requests.TransactionsOptions()
    wanted = chosen(view, options.account_ids)
    shown = [
        entry
        for entry in view.entries
        if entry.account_id in wanted
        and asked.start_date <= entry.date <= asked.end_date
        and view.position.shows(entry)
    ]
    shown.sort(key=lambda entry: (entry.date, entry.transaction_id), reverse=True)
    first = options.offset or 0
    rows = shown[first : first + (options.count or _USUAL_COUNT)]
    return {
        "accounts": accounts(view, options.account_ids),
        "transactions": transactions(
            rows, with_description=bool(options.include_original_description)
        ),
        "total_transactions": len(shown),
        "item": item_body(item, desk.plaid.served),
    }


async def _sync(desk: Desk, asked: requests.TransactionsSync) -> Body:
    item = desk.item(asked.access_token)
    options = asked.options or requests.SyncOptions()
    stream = stream_of(desk.plaid.served.world, item.item_id, options.account_id)
    epoch = desk.plaid.clock.epoch
    cursor = Cursor(stream, epoch, None)
    if asked.cursor and asked.cursor != _NOW:
        # Before the Item's own faults: a cursor of another world is wrong whatever else is.
        cursor = from_text(asked.cursor, stream=stream)
    view = await desk.view(item)
    require_product(item, "transactions")
    if asked.cursor == _NOW:
        cursor = Cursor(stream, epoch, view.position)
    wanted = chosen(view, None if options.account_id is None else [options.account_id])

    def changed(seen: Position | None, now: Position) -> Changes:
        return changes((entry for entry in view.entries if entry.account_id in wanted), seen, now)

    found = page(
        cursor, view.position, epoch=epoch, count=asked.count or _USUAL_COUNT, changed=changed
    )
    touched = {entry.account_id for entry in (*found.added, *found.removed)}
    return {
        "transactions_update_status": "HISTORICAL_UPDATE_COMPLETE",
        "accounts": accounts(view, touched & view.account_ids),
        "added": transactions(
            found.added, with_description=bool(options.include_original_description)
        ),
        "modified": Rendered("[]"),
        "removed": [
            {"transaction_id": entry.transaction_id, "account_id": entry.account_id}
            for entry in found.removed
        ],
        "next_cursor": to_text(found.cursor),
        "has_more": found.has_more,
    }


async def _refresh(desk: Desk, asked: requests.OfItem) -> Body:
    item = desk.item(asked.access_token)
    await desk.view(item)
    require_product(item, "transactions")
    return {}


async def _get_recurring(desk: Desk, asked: requests.RecurringGet) -> Body:
    item = desk.item(asked.access_token)
    view = await desk.view(item)
    require_product(item, "transactions")
    wanted = chosen(view, asked.account_ids)
    streams = await desk.work(view.streams)
    return {
        **streams_by_direction([row for row in streams if row["account_id"] in wanted]),
        "updated_datetime": f"{view.position.day.isoformat()}T00:00:00Z",
        "personal_finance_category_version": CATEGORY_VERSION,
    }


ENDPOINTS: Final = (
    Endpoint(
        "/transactions/get",
        requests.TransactionsGet,
        _get,
        "Transactions of a span of days, newest first.",
        differs="`category`, `category_id`, streets and coordinates are null. The whole history is"
        " there at once: never `PRODUCT_NOT_READY`.",
    ),
    Endpoint(
        "/transactions/sync",
        requests.TransactionsSync,
        _sync,
        "What has been added and removed since a cursor.",
        differs="`modified` is always empty: what changes when it posts is removed and added.",
    ),
    Endpoint(
        "/transactions/refresh",
        requests.OfItem,
        _refresh,
        "Taken; news comes with the clock, or with `/sandbox/transactions/create`.",
        differs="Nothing is fetched, no webhook follows.",
    ),
    Endpoint(
        "/transactions/recurring/get",
        requests.RecurringGet,
        _get_recurring,
        "Recurring streams as they were found on the clock's day.",
        differs="Found by the same rules as our own features, not by Plaid's.",
    ),
)
