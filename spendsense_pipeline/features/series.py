"""Finds what repeats: one merchant's charges or deposits at a cadence, whatever they are called.

What is computed stands in `streams/*.sql`, in this order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.features.definitions import MOST_ACCOUNTS, MOST_MERCHANTS
from spendsense_pipeline.features.inputs import FeatureInputError
from spendsense_pipeline.features.phrases import find_phrases
from spendsense_pipeline.features.vocabulary import ROW_KINDS
from spendsense_pipeline.sql import QueryFolder

if TYPE_CHECKING:
    import duckdb

_QUERIES = QueryFolder(__package__)
EVERY_KIND: Final = tuple(ROW_KINDS)
SUBSCRIBED_KINDS: Final = ("subscription", "habit", "unknown")
"""Kinds of rows whose series may be subscriptions; no series has rows of two kinds."""
BILL_FEATURES: Final = frozenset({"recurring_bill_count", "monthly_bills_usd"})
"""Features of series that are no subscriptions."""
# Four ways to cut charges into pieces that may each be a series, in this order.
_WHOLE_MERCHANTS: Final = "whole merchants"
_READINGS: Final = (_WHOLE_MERCHANTS, "parts of merchants", "yearly plans", "across accounts")
# First reading: all charges of one merchant to one account are one piece.
_PIECES_OF_WHOLE_MERCHANTS: Final = (
    'create or replace temp view "_pieces" as '
    "select group_no as piece_no, group_no, date, cents, transaction_id from _charges"
)


def find_series(
    con: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, Any],
    kinds: tuple[str, ...] = EVERY_KIND,
) -> None:
    """Create `_series` and what it is made from.

    Must run while people are being measured (`features.build.measuring`).

    Args:
        con: holds what `measuring` made.
        parameters: what the queries are bound to: `vocabulary`, `definitions`, `as_of`.
        kinds: of the rows that are looked at; of others no series is found.

    Raises:
        FeatureInputError: more accounts and merchants than can be numbered at once.
    """
    _tell_merchants(con, parameters)
    _require_room_for_group_numbers(con)
    looked_at = {**parameters, "charged_kinds": list(kinds)}
    _QUERIES.create(con, "_charges", "streams/charges.sql", looked_at)
    for reading in _READINGS:
        _read(con, reading, {**parameters, "reading": reading})
    _QUERIES.create(con, "_series", "streams/series.sql", parameters)


def _tell_merchants(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    """`_stream_merchants`: which writings are one merchant, decided for each person."""
    for step in ("writings", "entities", "known_texts"):
        _QUERIES.create(con, f"_{step}", f"streams/{step}.sql", parameters)
    find_phrases(con, "_phrases_known", texts="_known_texts", key="name", parameters=parameters)
    for step in ("spellings", "identities", "wordings"):
        _QUERIES.create(con, f"_{step}", f"streams/{step}.sql", parameters)
    _QUERIES.create(con, "_stream_merchants", "streams/merchants.sql", parameters)
    _QUERIES.create(con, "_merchant_kinds", "streams/merchant_kinds.sql", parameters)


def _read(con: duckdb.DuckDBPyConnection, reading: str, parameters: Mapping[str, Any]) -> None:
    """Cut the charges into pieces one way, and add the pieces that are series to those found."""
    if reading == _WHOLE_MERCHANTS:
        con.execute(_PIECES_OF_WHOLE_MERCHANTS)
        try:
            _QUERIES.create(con, "_groups", "streams/shapes.sql", parameters)
            con.execute('create or replace temp view "_shapes" as select * from "_groups"')
            _QUERIES.create(con, "_found", "streams/judged.sql", parameters)
            _QUERIES.create(con, "_members", "streams/members.sql", parameters)
        finally:
            con.execute('drop view if exists temp."_pieces"')
            con.execute('drop view if exists temp."_shapes"')
        return
    _QUERIES.create(con, "_pieces", f"streams/{reading.replace(' ', '_')}.sql", parameters)
    if con.execute('select 1 from "_pieces" limit 1').fetchall():
        _QUERIES.create(con, "_shapes", "streams/shapes.sql", parameters)
        _QUERIES.append(con, "_found", "streams/judged.sql", parameters)
        _QUERIES.append(con, "_members", "streams/members.sql", parameters)


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
