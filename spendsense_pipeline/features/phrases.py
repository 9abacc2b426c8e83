"""Finds the phrases in texts that tell what they are: of descriptions, and of merchants' names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.sql import QueryFolder, identifier

if TYPE_CHECKING:
    import duckdb

_QUERIES = QueryFolder(__package__)


def find_phrases(
    con: duckdb.DuckDBPyConnection,
    found: str,
    *,
    texts: str,
    key: str,
    parameters: Mapping[str, Any],
) -> None:
    """Create a table of the phrases in a table of texts.

    Must run while people are being measured (`features.build.measuring`).

    Args:
        con: holds `_phrases`.
        found: the table made.
        texts: the table of texts, with a side, a merchant_name and a name.
        key: its column that tells them apart.
        parameters: what the query is bound to: `vocabulary`.
    """
    con.execute(
        'create or replace temp view "_texts" as '
        f"select {key} as text_key, side, merchant_name, name from {identifier(texts)}"
    )
    _QUERIES.create(con, found, "phrases_found.sql", parameters)
    con.execute('drop view temp."_texts"')
