"""Makes rows readable: whose they are, on which accounts, and what their categories make of them.

What is computed stands in the .sql files. `_posted_rows` and the tables of people and accounts are
taken from the raw tables here; whoever makes them otherwise can have the rest all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.features.merchant_words import WEAK_CATEGORIES
from spendsense_pipeline.features.phrases import find_phrases
from spendsense_pipeline.sql import QueryFolder, identifier

if TYPE_CHECKING:
    import duckdb

_QUERIES = QueryFolder(__package__)
EVERYBODY: Final = (0, 2**62)
# Detailed categories that are not taken at their word. A stream's kind hangs on its category, so
# one that says only "other" is checked against the name; a feature takes every one at its word.
VAGUE_TO_STREAMS: Final = tuple(WEAK_CATEGORIES)
VAGUE_TO_FEATURES: Final = ("",)


@contextmanager
def leaving_nothing(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Drop the temporary tables and views that the block makes.

    Args:
        con: where they are made.

    Yields:
        Nothing.
    """
    before = _temporary(con)
    try:
        yield
    finally:
        for kind, name in sorted(_temporary(con) - before, reverse=True):  # views before tables
            con.execute(f"drop {kind} temp.{identifier(name)}")


def take_rows(
    con: duckdb.DuckDBPyConnection, users: tuple[int, int], parameters: dict[str, Any]
) -> None:
    """Create `_measured_users`, `_measured_accounts` and `_posted_rows` from the raw tables.

    Args:
        con: holds the raw tables.
        users: people counted in order of user_id, from the first (0) up to but without the second.
        parameters: what the queries are bound to: `vocabulary`, `as_of`; gains the range.
    """
    parameters |= {"first_user": users[0], "end_user": users[1]}
    _QUERIES.create(con, "_measured_users", "users.sql", parameters)
    # The ends of the range as ids: with them a scan skips the stored rows of everybody else.
    [(first_id, last_id)] = con.execute(
        "select min(user_id), max(user_id) from _measured_users"
    ).fetchall()
    parameters |= {"first_id": first_id, "last_id": last_id}
    _QUERIES.create(con, "_measured_accounts", "accounts.sql", parameters)
    _QUERIES.create_view(con, "_posted_rows", "posted_rows.sql", parameters)


def has_open_legs(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> bool:
    """Whether any category leaves open that its row is one leg of a card payment.

    Args:
        con: holds the raw tables and what `take_rows` made.
        parameters: what the query is bound to: `vocabulary` and the range.

    Returns:
        Whether there is one.
    """
    _QUERIES.create(con, "_open_legs", "open_legs.sql", parameters)
    return bool(con.execute('select 1 from "_open_legs" limit 1').fetchall())


def create_vocabulary(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    """Create `_category_rules` and `_phrases`: what every category and phrase says.

    Args:
        con: where they are made.
        parameters: what the queries are bound to: `vocabulary`.
    """
    _QUERIES.create(con, "_category_rules", "category_rules.sql", parameters)
    _QUERIES.create(con, "_phrases", "phrases.sql", parameters)


def name_descriptions(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    """Create `_named_categories` and what it is made from: what descriptions say of a category.

    A description says the same to whoever reads it: those that one reading looks behind need not be
    named again for another that looks behind fewer.

    Args:
        con: holds `_measured_accounts`, `_posted_rows` and the vocabulary.
        parameters: what the queries are bound to: `vocabulary`, `as_of`, and `vague_details`, the
            detailed categories that are not taken at their word.
    """
    _QUERIES.create_view(con, "_measured_rows", "measured_rows.sql", parameters)
    _QUERIES.create(con, "_vague_descriptions", "vague_descriptions.sql", parameters)
    find_phrases(
        con,
        "_phrases_found",
        texts="_vague_descriptions",
        key="description_key",
        parameters=parameters,
    )
    _QUERIES.create(con, "_named_inflows", "named_inflows.sql", parameters)
    _QUERIES.create(con, "_named_categories", "named_categories.sql", parameters)


def categorise(
    con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], *, open_legs: bool
) -> None:
    """Create `_measured_rows`, `_categorised_rows` and what these read.

    Args:
        con: holds what `name_descriptions` made.
        parameters: what the queries are bound to: `vocabulary`, `as_of`, and `vague_details`, as
            many as were named or fewer.
        open_legs: whether card payments are to be told by their two legs.
    """
    _QUERIES.create_view(con, "_measured_rows", "measured_rows.sql", parameters)
    if open_legs:
        _QUERIES.create(con, "_card_payments", "card_payments.sql", parameters)
    else:
        con.execute('create or replace temp table "_card_payments" (transaction_id varchar)')
    _QUERIES.create_view(con, "_coded_rows", "coded_rows.sql", parameters)
    _QUERIES.create_view(con, "_categorised_rows", "categorised_rows.sql", parameters)


def _temporary(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Kind and name of every temporary view and table."""
    rows = con.execute(
        "select 'table', table_name from duckdb_tables() where temporary "
        "union all select 'view', view_name from duckdb_views() where temporary and not internal"
    ).fetchall()
    return {(kind, name) for kind, name in rows}
