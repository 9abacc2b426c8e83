"""Builds `recurring_streams`, `features_30d` and `features_180d` from the raw tables.

What is computed stands in the .sql files, one per behaviour; here is only the order they run in.
Nothing is assumed about how the rows were made, and only people who have consented are read. With
`users` the work is done for a range of people and the result is the same as in one piece.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb

from spendsense_pipeline.features.definitions import (
    MOST_ACCOUNTS,
    MOST_MERCHANTS,
    definitions,
)
from spendsense_pipeline.features.inputs import FeatureInputError, disagreements, require_raw_tables
from spendsense_pipeline.features.merchant_words import WEAK_CATEGORIES
from spendsense_pipeline.features.movements import find_movements
from spendsense_pipeline.features.vocabulary import vocabulary
from spendsense_pipeline.sql import QueryFolder, identifier
from spendsense_pipeline.tables.declaration import Table
from spendsense_pipeline.tables.features import (
    FEATURE_TABLES,
    FEATURES,
    RECURRING_STREAMS,
    UNROUNDED_FEATURES,
)

QUERIES = QueryFolder(__package__)
EVERYBODY = (0, 2**62)
# Of a range, whatever the population. Ten thousand people and half a year are four million rows:
# enough to keep every core busy, and their working tables take about a gigabyte.
PEOPLE_AT_ONCE = 10_000
BEHAVIOURS = ("spending", "subscriptions", "savings", "credit", "income", "cash_flow")
# Four ways to cut charges into pieces that may each be a series, in this order.
WHOLE_MERCHANTS = "whole merchants"
READINGS = (WHOLE_MERCHANTS, "parts of merchants", "yearly plans", "across accounts")
# First reading: all charges of one merchant to one account are one piece.
_PIECES_OF_WHOLE_MERCHANTS = (
    'create or replace temp view "_pieces" as '
    "select group_no as piece_no, group_no, date, cents, transaction_id from _charges"
)


def build_recurring_streams(
    con: duckdb.DuckDBPyConnection, *, as_of: dt.date, users: tuple[int, int] | None = None
) -> None:
    """Create `recurring_streams`, or replace in it the rows of a range of users.

    Args:
        con: holds the raw tables.
        as_of: last day whose rows are read.
        users: people counted in order of user_id, from the first (0) up to but without the second.

    Raises:
        FeatureInputError: a raw table is missing or of another shape, or the range is none.
    """
    parameters = {
        **vocabulary(),
        **definitions(),
        "as_of": as_of,
        # A stream's kind hangs on its category: one that says "other" is checked against the name.
        "vague_details": list(WEAK_CATEGORIES),
    }
    with measuring(con, users, parameters):
        _tell_merchants(con, parameters)
        _require_room_for_group_numbers(con)
        QUERIES.create(con, "_charges", "streams/charges.sql", parameters)
        for reading in READINGS:
            _read(con, reading, parameters | {"reading": reading})
        _prepare(con, RECURRING_STREAMS, as_of, users)
        QUERIES.append(con, RECURRING_STREAMS.name, "streams/recurring_streams.sql", parameters)


def build_features(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: dt.date,
    window_days: int,
    history_start: dt.date | None,
    starts: str | None = None,
    users: tuple[int, int] | None = None,
) -> None:
    """Create the feature table of a window and its unrounded twin, from raw tables and streams.

    Args:
        con: holds the raw tables and `recurring_streams` of the same day.
        as_of: last day of the window.
        window_days: length of the window in days, one of `WINDOWS`.
        history_start: first day of everybody's history; None: each person's own first posted row
            (imports).
        starts: without a history_start, a table of user_id and the date when each one's history
            starts.
        users: people counted in order of user_id, from the first (0) up to but without the second.

    Raises:
        FeatureInputError: raw tables or streams are missing, of another shape or of another day.
    """
    if history_start is not None and history_start > as_of:
        raise FeatureInputError(
            problem=f"history_start {history_start} lies after as_of {as_of}",
            remedy="choose an earlier one",
        )
    _require_streams(con, as_of)
    table, exact = FEATURE_TABLES[window_days], UNROUNDED_FEATURES[window_days]
    parameters = {
        **vocabulary(),
        **definitions(),
        "as_of": as_of,
        "window_days": window_days,
        "history_start": history_start,
        # A feature takes every detailed category at its word.
        "vague_details": [""],
    }
    with measuring(con, users, parameters):
        if starts is not None:
            con.execute(
                'create or replace temp table "_first_rows" as select user_no, date '
                f"from {identifier(starts)} join _measured_users using (user_id)"
            )
        elif history_start is None:
            QUERIES.create(con, "_first_rows", "first_rows.sql", parameters)
        else:
            con.execute('create or replace temp table "_first_rows" (user_no integer, date date)')
        QUERIES.create(con, "_window_rows", "window_rows.sql", parameters)
        find_movements(con, parameters)
        for behaviour in BEHAVIOURS:
            QUERIES.create(con, f"_{behaviour}", f"{behaviour}.sql", parameters)
        _prepare(con, exact, as_of, users)
        QUERIES.append(con, exact.name, "features.sql", parameters)
        _prepare(con, table, as_of, users)
        con.execute(_rounding(table, exact))


@contextmanager
def measuring(
    con: duckdb.DuckDBPyConnection, users: tuple[int, int] | None, parameters: dict[str, Any]
) -> Iterator[None]:
    """The people, accounts and rows every query reads; temporary, gone afterwards.

    Args:
        con: holds the raw tables.
        users: people counted in order of user_id, from the first (0) up to but without the second;
            None: everybody.
        parameters: what the queries are bound to (`vocabulary`, `as_of`, `vague_details`); gains
            the range.

    Yields:
        Nothing: `_measured_users`, `_measured_accounts`, `_measured_rows`, `_categorised_rows` and
        what these read are there until the block ends, and so is what the block makes.

    Raises:
        FeatureInputError: a raw table is missing or of another shape, or the range is none.
    """
    require_raw_tables(con)
    first, end = users or EVERYBODY
    if not 0 <= first <= end:
        raise FeatureInputError(
            problem=f"users must be a range with 0 <= first <= end; it is ({first}, {end})",
            remedy="give its first and the one after its last",
        )
    parameters |= {"first_user": first, "end_user": end}
    before = _temporary(con)
    try:
        QUERIES.create(con, "_measured_users", "users.sql", parameters)
        # The ends of the range as ids: with them a scan skips the stored rows of everybody else.
        [(first_id, last_id)] = con.execute(
            "select min(user_id), max(user_id) from _measured_users"
        ).fetchall()
        parameters |= {"first_id": first_id, "last_id": last_id}
        QUERIES.create(con, "_measured_accounts", "accounts.sql", parameters)
        QUERIES.create(con, "_category_rules", "category_rules.sql", parameters)
        QUERIES.create_view(con, "_measured_rows", "measured_rows.sql", parameters)
        QUERIES.create(con, "_vague_descriptions", "vague_descriptions.sql", parameters)
        QUERIES.create(con, "_phrases", "phrases.sql", parameters)
        _find_phrases(con, "description_key", "_vague_descriptions", parameters)
        QUERIES.create(con, "_named_inflows", "named_inflows.sql", parameters)
        QUERIES.create(con, "_named_categories", "named_categories.sql", parameters)
        _pair_card_payments(con, parameters)
        QUERIES.create_view(con, "_coded_rows", "coded_rows.sql", parameters)
        QUERIES.create_view(con, "_categorised_rows", "categorised_rows.sql", parameters)
        yield
    finally:
        for kind, name in sorted(_temporary(con) - before, reverse=True):  # views before tables
            con.execute(f"drop {kind} temp.{identifier(name)}")


def _pair_card_payments(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    """`_card_payments`: rows that their other leg tells; where none is open, none is looked for."""
    QUERIES.create(con, "_open_legs", "open_legs.sql", parameters)
    if _is_empty(con, "_open_legs"):
        con.execute('create or replace temp table "_card_payments" (transaction_id varchar)')
    else:
        QUERIES.create(con, "_card_payments", "card_payments.sql", parameters)


def _tell_merchants(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    """`_stream_merchants`: which writings are one merchant, decided for each person."""
    for step in ("writings", "entities", "known_texts"):
        QUERIES.create(con, f"_{step}", f"streams/{step}.sql", parameters)
    _find_phrases(con, "name", "_known_texts", parameters)
    for step in ("spellings", "identities", "wordings"):
        QUERIES.create(con, f"_{step}", f"streams/{step}.sql", parameters)
    QUERIES.create(con, "_stream_merchants", "streams/merchants.sql", parameters)
    QUERIES.create(con, "_merchant_kinds", "streams/merchant_kinds.sql", parameters)


def _find_phrases(
    con: duckdb.DuckDBPyConnection, key: str, texts: str, parameters: Mapping[str, Any]
) -> None:
    """`_phrases_found` of a table with a key, a side, a merchant_name and a name."""
    con.execute(
        'create or replace temp view "_texts" as '
        f"select {key} as text_key, side, merchant_name, name from {identifier(texts)}"
    )
    QUERIES.create(con, "_phrases_found", "phrases_found.sql", parameters)
    con.execute('drop view temp."_texts"')


def _temporary(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Kind and name of every temporary view and table."""
    rows = con.execute(
        "select 'table', table_name from duckdb_tables() where temporary "
        "union all select 'view', view_name from duckdb_views() where temporary and not internal"
    ).fetchall()
    return {(kind, name) for kind, name in rows}


def _prepare(
    con: duckdb.DuckDBPyConnection, table: Table, as_of: dt.date, users: tuple[int, int] | None
) -> None:
    """An empty table, or for a range of users the existing one without their rows.

    Rows of another day and tables of another shape go, so that a range never joins strangers.
    """
    if users is None or disagreements(con, table):
        con.execute(table.create_sql())
        return
    con.execute(
        f'delete from "{table.name}" where as_of <> $as_of '
        "or user_id in (select user_id from _measured_users)",
        {"as_of": as_of},
    )


def _read(con: duckdb.DuckDBPyConnection, reading: str, parameters: Mapping[str, Any]) -> None:
    """Cut the charges into pieces one way, and add the pieces that are series to those found."""
    if reading == WHOLE_MERCHANTS:
        con.execute(_PIECES_OF_WHOLE_MERCHANTS)
        try:
            QUERIES.create(con, "_groups", "streams/shapes.sql", parameters)
            con.execute('create or replace temp view "_shapes" as select * from "_groups"')
            QUERIES.create(con, "_found", "streams/judged.sql", parameters)
            QUERIES.create(con, "_members", "streams/members.sql", parameters)
        finally:
            con.execute('drop view if exists temp."_pieces"')
            con.execute('drop view if exists temp."_shapes"')
        return
    QUERIES.create(con, "_pieces", f"streams/{reading.replace(' ', '_')}.sql", parameters)
    if not _is_empty(con, "_pieces"):
        QUERIES.create(con, "_shapes", "streams/shapes.sql", parameters)
        QUERIES.append(con, "_found", "streams/judged.sql", parameters)
        QUERIES.append(con, "_members", "streams/members.sql", parameters)


def _is_empty(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    return not con.execute(f'select 1 from "{table}" limit 1').fetchall()


def _require_room_for_group_numbers(con: duckdb.DuckDBPyConnection) -> None:
    """One number holds an account and a merchant only below their bounds."""
    [(accounts, merchants)] = con.execute(
        "select (select max(account_no) from _measured_accounts), "
        "(select max(merchant_no) from _stream_merchants)"
    ).fetchall()
    if (accounts or 0) >= MOST_ACCOUNTS or (merchants or 0) >= MOST_MERCHANTS:
        raise FeatureInputError(
            problem=f"streams of {accounts:,} accounts and {merchants:,} merchants are too many to "
            f"number at once; they must be below {MOST_ACCOUNTS:,} and {MOST_MERCHANTS:,}",
            remedy="measure fewer people at once",
        )


def _require_streams(con: duckdb.DuckDBPyConnection, as_of: dt.date) -> None:
    if disagreements(con, RECURRING_STREAMS):
        raise FeatureInputError(
            problem="recurring_streams is missing or outdated",
            remedy="run build_recurring_streams first",
        )
    others = con.execute(
        "select distinct as_of from recurring_streams where as_of <> ?", [as_of]
    ).fetchall()
    if others:
        raise FeatureInputError(
            problem=f"recurring_streams is as of {others[0][0]}, not {as_of}",
            remedy="build it again for that day",
        )


def _rounding(table: Table, exact: Table) -> str:
    """Every column as declared, rounded where it declares decimals."""
    decimals = {column.name: column.decimals for column in FEATURES}
    columns = ", ".join(
        f"round({name}, {decimals[name]})" if decimals.get(name) is not None else name
        for name in table.column_names
    )
    return (
        f'insert into "{table.name}" select {columns} from "{exact.name}" '
        "where user_id in (select user_id from _measured_users) order by user_id"
    )
