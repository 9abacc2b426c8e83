"""An Item, and who an account belongs to, as Plaid's responses show them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from spendsense_pipeline.plaid.person import Row

ALL_BANKS_ID: Final = "ins_spendsense"
ALL_BANKS_NAME: Final = "SpendSense Synthetic Bank"
"""An institution that holds every account of a person, whichever bank it is with."""
_FICTIONAL_NUMBERS: Final = 100
"""555-0100 to 555-0199 are kept for fiction (North American Numbering Plan)."""


def item(
    item_id: str,
    *,
    institution_id: str | None,
    institution_name: str | None,
    products: Sequence[str],
    available_products: Sequence[str] = (),
    webhook: str | None = None,
    error: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The part `item`.

    Args:
        item_id: its id.
        institution_id: where its accounts are; None where they are with several.
        institution_name: what that is called.
        products: it was linked for.
        available_products: it could have been linked for besides.
        webhook: where its webhooks go.
        error: what is wrong with it.
    """
    return {
        "item_id": item_id,
        "institution_id": institution_id,
        "institution_name": institution_name,
        "webhook": webhook,
        "error": None if error is None else dict(error),
        "available_products": list(available_products),
        "billed_products": list(products),
        "products": list(products),
        "consent_expiration_time": None,
        "update_type": "background",
    }


def owner(person: Row, *, is_made_up: bool) -> dict[str, Any]:
    """An element of `owners`; what nobody knows is left out, or null.

    Args:
        person: their row of `raw_users`.
        is_made_up: whether they were generated: then so are their address and number.
    """
    state = person["state"]
    address = {
        "city": None,
        "region": state,
        "street": None,
        "postal_code": None,
        "country": "US" if state else None,
    }
    return {
        "names": [person["name"]] if person["name"] else [],
        "phone_numbers": [_number(person["user_id"])] if is_made_up else [],
        "emails": [_email(person["user_id"])] if is_made_up else [],
        "addresses": [{"data": address, "primary": True}] if state else [],
    }


def _number(user_id: str) -> dict[str, Any]:
    digits = int(hashlib.sha256(user_id.encode()).hexdigest()[:8], 16) % _FICTIONAL_NUMBERS
    return {"data": f"+1 202 555 01{digits:02d}", "primary": True, "type": "mobile"}


def _email(user_id: str) -> dict[str, Any]:
    return {"data": f"{user_id.lower()}@example.com", "primary": True, "type": "primary"}
