"""Builds `recurring_streams`, `features_30d` and `features_180d` from the raw tables.

What is computed stands in the .sql files, one per behaviour; here is only the order they run in.
Nothing is assumed about how the rows were made, and only people who have consented are read. With
`users` the work is done for a range of people and the result is the same as in one piece.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb

from spendsense_pipeline.features.definitions import definitions
from spendsense_pipeline.features.inputs import FeatureInputError, disagreements, require_raw_tables
from spendsense_pipeline.features.movements import find_movements
from spendsense_pipeline.features.readable import (
    EVERYBODY,
    VAGUE_TO_FEATURES,
    VAGUE_TO_STREAMS,
    categorise,
    create_vocabulary,
    has_open_legs,
    leaving_nothing,
    name_descriptions,
    take_rows,
)
from spendsense_pipeline.features.series import find_series
from spendsense_pipeline.features.vocabulary import vocabulary
from spendsense_pipeline.sql import QueryFolder, create_temporary
from spendsense_pipeline.tables.declaration import Table
from spendsense_pipeline.tables.features import (
    FEATURE_TABLES,
    FEATURES,
    RECURRING_STREAMS,
    UNROUNDED_FEATURES,
    WINDOWS,
)

QUERIES = QueryFolder(__package__)
# Of a range, whatever the population. Ten thousand people and half a year are four million rows:
# enough to keep every core busy, and their working tables take about a gigabyte.
PEOPLE_AT_ONCE = 10_000
BEHAVIOURS = ("spending", "subscriptions", "savings", "credit", "income", "cash_flow")


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
    parameters = _of_streams(as_of)
    with measuring(con, users, parameters):
        _fill_streams(con, parameters, users)


def build_features(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: dt.date,
    window_days: int,
    history_start: dt.date | None,
    users: tuple[int, int] | None = None,
) -> None:
    """Create the feature table of a window and its unrounded twin, from raw tables and streams.

    Args:
        con: holds the raw tables and `recurring_streams` of the same day.
        as_of: last day of the window.
        window_days: length of the window in days, one of `WINDOWS`.
        history_start: first day of everybody's history; None: each person's own first posted row
            (imports).
        users: people counted in order of user_id, from the first (0) up to but without the second.

    Raises:
        FeatureInputError: raw tables or streams are missing, of another shape or of another day.
    """
    _require_span(history_start, as_of)
    _require_streams(con, as_of)
    parameters = _of_features(as_of, history_start)
    with measuring(con, users, parameters):
        _fill_features(con, parameters, users, [window_days])


def build_streams_and_features(
    con: duckdb.DuckDBPyConnection, *, as_of: dt.date, history_start: dt.date | None
) -> None:
    """Create what `build_recurring_streams` and `build_features` of every window create.

    Rows, descriptions and movements are read once for all of it: of a hundred people that takes
    two thirds of the time.

    Args:
        con: holds the raw tables.
        as_of: last day whose rows are read.
        history_start: first day of everybody's history; None: each person's own first posted row
            (imports).

    Raises:
        FeatureInputError: a raw table is missing or of another shape, or the history none.
    """
    _require_span(history_start, as_of)
    to_streams, to_features = _of_streams(as_of), _of_features(as_of, history_start)
    with measuring(con, None, to_streams) as open_legs:
        _fill_streams(con, to_streams, None)
        # What only features take at its word was named with the rest, for streams.
        to_features = {**to_streams, **to_features}
        categorise(con, to_features, open_legs=open_legs)
        _fill_features(con, to_features, None, WINDOWS)


def _of_streams(as_of: dt.date) -> dict[str, Any]:
    """What the queries of streams are bound to."""
    given = {"as_of": as_of, "vague_details": list(VAGUE_TO_STREAMS)}
    return {**vocabulary(), **definitions(), **given}


def _of_features(as_of: dt.date, history_start: dt.date | None) -> dict[str, Any]:
    """What the queries of features are bound to."""
    given = {"as_of": as_of, "vague_details": list(VAGUE_TO_FEATURES)}
    return {**vocabulary(), **definitions(), **given, "history_start": history_start}


def _fill_streams(
    con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], users: tuple[int, int] | None
) -> None:
    find_series(con, parameters)
    _prepare(con, RECURRING_STREAMS, parameters["as_of"], users)
    QUERIES.append(con, RECURRING_STREAMS.name, "streams/recurring_streams.sql", parameters)


def _fill_features(
    con: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, Any],
    users: tuple[int, int] | None,
    windows: Iterable[int],
) -> None:
    if parameters["history_start"] is None:
        QUERIES.create(con, "_first_rows", "first_rows.sql", parameters)
    else:
        con.execute('create or replace temp table "_first_rows" (user_no integer, date date)')
    QUERIES.create(con, "_running_streams", "running_streams.sql", parameters)
    find_movements(con, parameters)
    for of_window in measure_windows(con, parameters, windows):
        window_days = of_window["window_days"]
        table, exact = FEATURE_TABLES[window_days], UNROUNDED_FEATURES[window_days]
        _prepare(con, exact, parameters["as_of"], users)
        QUERIES.append(con, exact.name, "features.sql", of_window)
        _prepare(con, table, parameters["as_of"], users)
        con.execute(_rounding(table, exact))


def measure_windows(
    con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], windows: Iterable[int]
) -> Iterator[dict[str, Any]]:
    """Measure every behaviour in one window after the other, the longest first.

    Args:
        con: holds what `measuring` and `find_movements` made, `_running_streams` and `_first_rows`.
        parameters: what the queries are bound to: `vocabulary`, `definitions`, `as_of`,
            `history_start`.
        windows: lengths in days.

    Yields:
        For each window what `features.sql` is bound to; what it sets side by side is there until
        the next one.
    """
    rows = QUERIES.text("window_rows.sql")
    for window_days in sorted(windows, reverse=True):
        of_window = {**parameters, "window_days": window_days}
        create_temporary(con, "_window_rows", rows, of_window)
        for behaviour in BEHAVIOURS:
            QUERIES.create(con, f"_{behaviour}", f"{behaviour}.sql", of_window)
        yield of_window
        rows = 'select * from "_window_rows" where date > $as_of - $window_days'


@contextmanager
def measuring(
    con: duckdb.DuckDBPyConnection, users: tuple[int, int] | None, parameters: dict[str, Any]
) -> Iterator[bool]:
    """The people, accounts and rows every query reads; temporary, gone afterwards.

    Args:
        con: holds the raw tables.
        users: people counted in order of user_id, from the first (0) up to but without the second;
            None: everybody.
        parameters: what the queries are bound to (`vocabulary`, `as_of`, `vague_details`); gains
            the range.

    Yields:
        Whether card payments are told by their two legs (`categorise`); `_measured_users`,
        `_measured_accounts`, `_measured_rows`, `_categorised_rows` and what these read are there
        until the block ends, and so is what the block makes.

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
    with leaving_nothing(con):
        take_rows(con, (first, end), parameters)
        create_vocabulary(con, parameters)
        name_descriptions(con, parameters)
        open_legs = has_open_legs(con, parameters)
        categorise(con, parameters, open_legs=open_legs)
        yield open_legs


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


def _require_span(history_start: dt.date | None, as_of: dt.date) -> None:
    if history_start is not None and history_start > as_of:
        raise FeatureInputError(
            problem=f"history_start {history_start} lies after as_of {as_of}",
            remedy="choose an earlier one",
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
