"""Bodies of responses as text: transactions are JSON already."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.local_plaid.standing import fault_body
from spendsense_pipeline.plaid.errors import INVALID_ACCOUNT_ID, PlaidError
from spendsense_pipeline.plaid.responses.accounts import account
from spendsense_pipeline.plaid.responses.items import item as item_shape

if TYPE_CHECKING:
    from spendsense_pipeline.local_plaid.items import Item
    from spendsense_pipeline.local_plaid.served import Served
    from spendsense_pipeline.local_plaid.timeline import Entry
    from spendsense_pipeline.local_plaid.views import View

Body = dict[str, Any]


class Rendered(str):
    """A part of a body that is JSON already."""

    __slots__ = ()


def transactions(entries: Iterable[Entry], *, with_description: bool) -> Rendered:
    """A list of transactions.

    Args:
        entries: in order.
        with_description: whether they show the bank's own line besides.
    """
    if not with_description:
        return Rendered("[" + ",".join([entry.text for entry in entries]) + "]")
    texts = [
        f'{entry.text[:-1]},"original_description":{json.dumps(entry.name)}}}' for entry in entries
    ]
    return Rendered("[" + ",".join(texts) + "]")


def to_json(body: Mapping[str, Any]) -> str:
    """A body as JSON."""
    parts = [
        f'"{name}":{value if isinstance(value, Rendered) else json.dumps(value)}'
        for name, value in body.items()
    ]
    return "{" + ",".join(parts) + "}"


def item_body(item: Item, served: Served) -> Body:
    """The part `item`."""
    institution = served.institution(item.institution_id)
    products = () if institution is None else institution.products
    return item_shape(
        item.item_id,
        institution_id=item.institution_id,
        institution_name=item.institution_id if institution is None else institution.name,
        products=item.products,
        available_products=[name for name in products if name not in item.products],
        webhook=item.webhook,
        error=fault_body(item),
    )


def accounts(view: View, account_ids: Iterable[str] | None = None) -> list[Body]:
    """The part `accounts`.

    Args:
        view: what the Item sees.
        account_ids: which of them; None: all.
    """
    wanted = chosen(view, account_ids)
    return [account(row) for row in view.accounts if row["account_id"] in wanted]


def chosen(view: View, account_ids: Iterable[str] | None) -> frozenset[str]:
    """The accounts that are asked for.

    Raises:
        PlaidError: one of them is none of the Item's.
    """
    if account_ids is None:
        return view.account_ids
    wanted = frozenset(account_ids)
    strange = sorted(wanted - view.account_ids)
    if strange:
        raise PlaidError(INVALID_ACCOUNT_ID, f"{strange[0]!r} is no account of this Item")
    return wanted
