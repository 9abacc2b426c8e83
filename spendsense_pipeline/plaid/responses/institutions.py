"""An institution as Plaid's responses show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

COUNTRY: Final = "US"


def institution(
    institution_id: str, name: str, products: Sequence[str], *, include_status: bool = False
) -> dict[str, Any]:
    """An element of `institutions`.

    Args:
        institution_id: its id.
        name: what it is called.
        products: it can be linked for.
        include_status: whether to say that it answers.
    """
    found: dict[str, Any] = {
        "institution_id": institution_id,
        "name": name,
        "products": list(products),
        "country_codes": [COUNTRY],
        "routing_numbers": [],
        "oauth": False,
        "connection_availability": "SUPPORTED",
    }
    return found | ({"status": {"health_incidents": []}} if include_status else {})
