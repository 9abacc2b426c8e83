"""Measuring a large population in ranges of people: the same tables in bounded memory.

Generation streams shards and traces go by ranges of their own accord; judging reads two narrow
tables and needs none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.features.build import PEOPLE_AT_ONCE
from spendsense_pipeline.tables import tables_of
from spendsense_pipeline.tables.features import (
    FEATURE_TABLES,
    RECURRING_STREAMS,
)

if TYPE_CHECKING:
    import duckdb


def ranges(con: duckdb.DuckDBPyConnection, people_at_once: int) -> Iterator[tuple[int, int]]:
    """Everybody in `raw_users`, in order of user_id, so many at once.

    Args:
        con: the warehouse being built.
        people_at_once: the most people of a range.

    Yields:
        Positions of the first person and of the one after the last.
    """
    [(people,)] = con.execute("select count(*) from raw_users").fetchall()
    for first in range(0, people, people_at_once):
        yield first, min(first + people_at_once, people)


def measure_streams(
    con: duckdb.DuckDBPyConnection, *, as_of: dt.date, people_at_once: int = PEOPLE_AT_ONCE
) -> None:
    """Create or replace `recurring_streams`.

    Args:
        con: the warehouse being built, its raw tables filled.
        as_of: the day that is measured.
        people_at_once: the most people measured at once; changes the memory, never the rows.

    Raises:
        FeatureInputError: when the raw tables cannot be measured.
    """
    parts = list(ranges(con, people_at_once))
    if len(parts) <= 1:
        build_recurring_streams(con, as_of=as_of)
        return
    _begin_anew(con, RECURRING_STREAMS.name)
    for users in parts:
        build_recurring_streams(con, as_of=as_of, users=users)


def measure_features(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: dt.date,
    window_days: int,
    history_start: dt.date | None,
    people_at_once: int = PEOPLE_AT_ONCE,
) -> None:
    """Create or replace the feature table of a window and its unrounded twin.

    Args:
        con: the warehouse being built, its raw tables and streams filled.
        as_of: the day that is measured.
        window_days: length of the window that ends on that day, 30 or 180.
        history_start: first day of the history; None: everybody's own first posted row.
        people_at_once: the most people measured at once; changes the memory, never the rows.

    Raises:
        FeatureInputError: when the raw tables or the streams cannot be measured.
    """
    parts = list(ranges(con, people_at_once))
    if len(parts) <= 1:
        build_features(con, as_of=as_of, window_days=window_days, history_start=history_start)
        return
    _begin_anew(con, *(table.name for table in tables_of(FEATURE_TABLES[window_days].step)))
    for users in parts:
        build_features(
            con, as_of=as_of, window_days=window_days, history_start=history_start, users=users
        )


def _begin_anew(con: duckdb.DuckDBPyConnection, *tables: str) -> None:
    """A range replaces its own people only; whoever was there and is no more has to go too."""
    for table in tables:
        con.execute(f'drop table if exists "{table}"')
