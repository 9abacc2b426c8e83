"""What the catalog says of the market, as rows to check against: chains' states, cards' terms."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from spendsense_pipeline.sql import literal, number


def chains_sql() -> str:
    """Every merchant that is not everywhere or has closed: its states (null: all) and last day."""
    from spendsense_pipeline.generation.catalog import load_catalog

    catalog = load_catalog()
    merchants, states = catalog.merchants, np.array(catalog.places.state_names)
    rows = []
    for name, serves, closed in zip(
        merchants.names, merchants.serves, merchants.closed_on, strict=True
    ):
        closed_on = None if np.isnat(closed) else closed.item()
        if serves.all() and closed_on is None:
            continue
        served = None if serves.all() else [str(state) for state in states[serves]]
        rows.append(f"({literal(name)}, {literal(served)}, {literal(closed_on)})")
    return _values(rows, "merchant_name, states, closed_on", "('', [''], date '1970-01-01')")


def card_terms_sql() -> str:
    """What each card product allows and charges, and the stores that take it (null: all)."""
    from spendsense_pipeline.generation.catalog import load_catalog

    cards = load_catalog().card_products
    rows = []
    for product, name in enumerate(cards.official_names):
        stores = list(cards.stores[product]) or None
        bounds = (
            cards.limit_least_usd[product],
            cards.limit_most_usd[product],
            cards.apr_least_percent[product],
            cards.apr_most_percent[product],
        )
        terms = ", ".join(number(float(bound)) for bound in bounds)
        rows.append(f"({literal(name)}, {terms}, {literal(stores)})")
    columns = "official_name, limit_least_usd, limit_most_usd, apr_least, apr_most, stores"
    return _values(rows, columns, "('', 0.0, 0.0, 0.0, 0.0, [''])")


def _values(rows: Iterable[str], columns: str, unused: str) -> str:
    """Rows as a query; with none, one that matches nothing keeps the columns' types."""
    return f"select {columns} from (values {', '.join(rows) or unused}) as known({columns})"
