"""People as of days gone by, judged by the same queries and rules.

A person as of a day is measured as a person of their own: a copy whose rows end there and are dated
as many days later as that lies before today, so that all copies are measured at once, as of today.
No feature asks what day of the week or month a row has, only how many days lie between two; tests
compare with datasets built as of those days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.earlier_days import cards_on_days
from spendsense_pipeline.features import build
from spendsense_pipeline.features.build import measure_windows
from spendsense_pipeline.features.definitions import LONGEST_LOOKBACK, definitions
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
from spendsense_pipeline.features.series import (
    BILL_FEATURES,
    EVERY_KIND,
    SUBSCRIBED_KINDS,
    find_series,
)
from spendsense_pipeline.features.vocabulary import vocabulary
from spendsense_pipeline.personas import sql
from spendsense_pipeline.personas.rules import bound, rule_features
from spendsense_pipeline.sql import QueryFolder, create_temporary, identifier, used
from spendsense_pipeline.tables.features import UNROUNDED_FEATURES, WINDOWS

if TYPE_CHECKING:
    import datetime as dt

    import duckdb

    from spendsense_pipeline.controls import PersonaThresholds

QUERIES = QueryFolder(__package__)
COPIES_AT_ONCE: Final = 6_000
"""People times days that are measured together: about 1.5 million rows."""
# Features look back over the longer window, a pay gap may have begun before it, and streams over
# their longest look-back; with the look-back once more, nothing that counts is left out.
LOOKED_AT_DAYS: Final = LONGEST_LOOKBACK + max(WINDOWS)
JUDGED_MOMENTS: Final = "_judged_moments"
"""In the columns of `persona_history`; whoever asked for it drops it."""
_PAST: Final = "past"
_EMPTY_FEATURES: Final = (
    "create or replace temp table _features_then ("
    + ", ".join(f"{each.name} {each.type}" for each in UNROUNDED_FEATURES[WINDOWS[0]].columns)
    + ")"
)
# What features are measured from, in this order.
_COPIED: Final = {
    "_measured_users": "users.sql",
    "_measured_accounts": "accounts.sql",
    "_posted_rows": "posted_rows.sql",
}


def judge_moments(
    con: duckdb.DuckDBPyConnection,
    moments: str,
    parameters: Mapping[str, Any],
    *,
    as_of: dt.date,
    history_start: dt.date | None,
    thresholds: PersonaThresholds,
) -> None:
    """What the rules say of people as of some days, as the temporary table JUDGED_MOMENTS.

    Args:
        con: Holds the raw tables.
        moments: Query of `user_id, as_of`, each once: whom and when; it may read temporary tables.
        parameters: What it binds.
        as_of: Last day of the raw tables.
        history_start: First day of everybody's history; None: each person's own first posted row
            (imports).
        thresholds: Of the rules.
    """
    numbered = (
        "select *, '@' || lpad(cast(row_number() over (partition by user_id order by as_of)"
        f" as varchar), 4, '0') as suffix,"
        f" cast(date '{as_of}' - as_of as integer) as shift_days,"
        f" (row_number() over (order by as_of, user_id) - 1) // {COPIES_AT_ONCE} as turn"
        f" from ({moments})"
    )
    create_temporary(con, "_all_moments", numbered, parameters)
    con.execute(
        f"create or replace temp table {JUDGED_MOMENTS} (user_id varchar, window_days integer,"
        " as_of date, primary_persona varchar, severity double, history_days integer)"
    )
    [(turns,)] = con.execute("select coalesce(max(turn) + 1, 0) from _all_moments").fetchall()
    with _beside(con) as present:
        for turn in range(turns):
            _judge(con, present, turn, as_of, history_start, thresholds)


def _judge(
    con: duckdb.DuckDBPyConnection,
    present: str,
    turn: int,
    as_of: dt.date,
    history_start: dt.date | None,
    thresholds: PersonaThresholds,
) -> None:
    """Append what the rules say of a part of the moments."""
    parameters = (
        vocabulary()
        | definitions()
        | {
            "as_of": as_of,
            "looked_at_days": LOOKED_AT_DAYS,
            "history_start": history_start,
            "is_generated": history_start is not None,
        }
    )
    con.execute(
        "create or replace temp table _moments as"
        " select user_id, suffix, as_of, shift_days, shift_days = 0 as is_today"
        " from _all_moments where turn = ?",
        [turn],
    )
    open_legs = _copy(con, present, parameters)
    con.execute(f"use {_PAST}")
    try:
        with leaving_nothing(con):
            _measure(con, present, parameters, open_legs=open_legs)
            judged = sql.judged_query(bound(thresholds), "_features_then")
            con.execute(
                f"""
                insert into temp.{JUDGED_MOMENTS}
                select
                  person.now_user_id as user_id,
                  judged.window_days,
                  person.as_of,
                  judged.primary_persona,
                  judged.severity,
                  judged.history_days
                from ({judged}) as judged
                join _measured_users as person on person.user_id = judged.user_id
                where judged.history_days > 0
                """
            )
    finally:
        con.execute(f"use {identifier(present)}")


def _copy(con: duckdb.DuckDBPyConnection, present: str, parameters: dict[str, Any]) -> bool:
    """Fill the past with people as of their days; whether any legs of card payments are open."""
    with leaving_nothing(con):
        take_rows(con, EVERYBODY, parameters)
        queries = {table: QUERIES.text(path) for table, path in _COPIED.items()}
        for table, query in {**queries, **cards_on_days()}.items():
            query = _of(present, query)
            con.execute(
                f"create or replace table {_PAST}.{identifier(table)} as\n{query}",
                used(query, parameters),
            )
        return has_open_legs(con, parameters)


def _measure(
    con: duckdb.DuckDBPyConnection,
    present: str,
    parameters: dict[str, Any],
    *,
    open_legs: bool,
) -> None:
    """`_features_then`: what the rules read of everybody in the past, in both windows."""
    to_streams = parameters | {"vague_details": list(VAGUE_TO_STREAMS)}
    to_features = parameters | {"vague_details": list(VAGUE_TO_FEATURES)}
    create_vocabulary(con, parameters)
    name_descriptions(con, to_streams)
    categorise(con, to_streams, open_legs=open_legs)
    find_series(con, parameters, _kinds_read())
    QUERIES.create(con, "_running_streams", "running_streams.sql", parameters)
    categorise(con, to_features, open_legs=open_legs)
    create_temporary(con, "_first_rows", _of(present, QUERIES.text("first_rows.sql")), parameters)
    find_movements(con, parameters)
    parameters = parameters | {"history_start": None}
    con.execute(_EMPTY_FEATURES)
    for of_window in measure_windows(con, parameters, WINDOWS):
        build.QUERIES.append(con, "_features_then", "features.sql", of_window)


def _kinds_read() -> tuple[str, ...]:
    """Of which rows series are looked for: most rules ask for subscriptions alone."""
    read = {criterion.feature for criterion in rule_features()}
    return EVERY_KIND if read & BILL_FEATURES else SUBSCRIBED_KINDS


def _of(present: str, query: str) -> str:
    """A query that reads today's tables: it calls their database `now`, whose name a file has."""
    return query.replace("now.", f"{identifier(present)}.main.")


@contextmanager
def _beside(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Have a database in memory beside the one worked in, whose name it yields."""
    [(present,)] = con.execute("select current_database()").fetchall()
    con.execute(f"attach ':memory:' as {_PAST}")
    try:
        yield present
    finally:
        con.execute(f"detach {_PAST}")
        for name in ("_all_moments", "_moments"):
            con.execute(f"drop table if exists temp.{name}")
