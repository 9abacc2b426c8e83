"""Small worlds for feature tests: rows in, warehouse built and measured, rows out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.tables.features import UNROUNDED_FEATURES
from spendsense_pipeline_tests.builders import AS_OF, HISTORY_START, Row, a_user, a_warehouse
from spendsense_pipeline_tests.features import reference

RAW_NAMES = {
    "users": "raw_users",
    "accounts": "raw_accounts",
    "transactions": "raw_transactions",
    "liabilities": "raw_liabilities",
    "statements": "card_statements",
}


def rows_of(con: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    cursor = con.execute(f'select * from "{table}"')
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def measured(
    con: duckdb.DuckDBPyConnection,
    window_days: int = 30,
    as_of: dt.date = AS_OF,
    history_start: dt.date | None = HISTORY_START,
    users: tuple[int, int] | None = None,
) -> dict[str, Row]:
    """Build streams and features of everybody (or a range) and read the unrounded features."""
    build_recurring_streams(con, as_of=as_of, users=users)
    build_features(
        con, as_of=as_of, window_days=window_days, history_start=history_start, users=users
    )
    return {row["user_id"]: row for row in rows_of(con, UNROUNDED_FEATURES[window_days].name)}


def measured_one(
    window_days: int = 30,
    as_of: dt.date = AS_OF,
    history_start: dt.date | None = HISTORY_START,
    **raw: Any,
) -> Row:
    """Features of the only person of a world given as lists of rows."""
    con = a_warehouse(**({"users": [a_user()]} | raw))
    [row] = measured(con, window_days, as_of, history_start).values()
    return row


def streams_of(as_of: dt.date = AS_OF, **raw: Any) -> list[Row]:
    """Streams of a world given as lists of rows."""
    con = a_warehouse(**({"users": [a_user()]} | raw))
    build_recurring_streams(con, as_of=as_of)
    return rows_of(con, "recurring_streams")


def disagreement(
    con: duckdb.DuckDBPyConnection, window_days: int, as_of: dt.date, history_start: dt.date | None
) -> list[str]:
    """Where the built features differ from the independent recomputation; [] when nowhere."""
    raw = {name: rows_of(con, table) for name, table in RAW_NAMES.items()}
    expected = reference.features(
        raw, rows_of(con, "recurring_streams"), as_of, window_days, history_start
    )
    actual = {row["user_id"]: row for row in rows_of(con, UNROUNDED_FEATURES[window_days].name)}
    if set(actual) != set(expected):
        return [f"people: {sorted(set(actual) ^ set(expected))}"]
    return [
        f"{user}.{name}: {actual[user][name]!r}, recomputed {value!r}"
        for user, row in expected.items()
        for name, value in row.items()
        if not _is_same(actual[user][name], value)
    ]


def _is_same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float | int) and not isinstance(right, bool):
        return abs(left - right) <= 1e-9 * max(1.0, abs(left))
    return bool(left == right) and (left is None) == (right is None)
