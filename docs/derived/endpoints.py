"""What the local Plaid serves: a part of a page that is written by hand."""

from __future__ import annotations

from docs.derived.markdown import code, table
from spendsense_pipeline.bank.endpoints import ENDPOINTS


def endpoints() -> str:
    """What the local Plaid serves."""
    rows = (
        (f"{code(each.path)}{' ✦' if each.is_ours else ''}", each.summary, each.differs)
        for each in ENDPOINTS
    )
    return table(("Endpoint", "Here", "Other than at Plaid"), rows)
