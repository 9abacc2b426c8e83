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

from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.features.definitions import LONGEST_LOOKBACK
from spendsense_pipeline.features.vocabulary import vocabulary
from spendsense_pipeline.personas import sql
from spendsense_pipeline.personas.assignment import features_of_both_windows
from spendsense_pipeline.personas.rules import bound
from spendsense_pipeline.sql import QueryFolder, create_temporary, identifier, used
from spendsense_pipeline.tables.features import WINDOWS
from spendsense_pipeline.tables.raw import (
    CARD_STATEMENTS,
    RAW_ACCOUNTS,
    RAW_LIABILITIES,
    RAW_TRANSACTIONS,
    RAW_USERS,
)

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
_COPIED: Final = (
    (RAW_USERS, "users.sql"),
    (RAW_ACCOUNTS, "accounts.sql"),
    (RAW_TRANSACTIONS, "transactions.sql"),
    (CARD_STATEMENTS, "statements.sql"),
    (RAW_LIABILITIES, "liabilities.sql"),
)


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
    con.execute(
        "create or replace temp table _moments as"
        " select user_id, suffix, as_of, shift_days from _all_moments where turn = ?",
        [turn],
    )
    parameters = vocabulary() | {
        "looked_at_days": LOOKED_AT_DAYS,
        "history_start": history_start,
        "is_generated": history_start is not None,
    }
    for table, path in _COPIED:
        con.execute(table.create_sql())
        query = _of(present, path)
        con.execute(f"insert into {identifier(table.name)}\n{query}", used(query, parameters))
    create_temporary(con, "_starts", _of(present, "starts.sql"), parameters)
    build_recurring_streams(con, as_of=as_of)
    for window in WINDOWS:
        build_features(con, as_of=as_of, window_days=window, history_start=None, starts="_starts")
    judged = sql.judged_query(bound(thresholds), features_of_both_windows())
    con.execute(
        f"""
        insert into temp.{JUDGED_MOMENTS}
        select
          moment.user_id,
          judged.window_days,
          moment.as_of,
          judged.primary_persona,
          judged.severity,
          judged.history_days
        from ({judged}) as judged
        join _moments as moment on moment.user_id || moment.suffix = judged.user_id
        where judged.history_days > 0
        """
    )


def _of(present: str, path: str) -> str:
    """A query that reads today's tables: it calls their database `now`, whose name a file has."""
    return QUERIES.text(path).replace("now.", f"{identifier(present)}.main.")


@contextmanager
def _beside(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Work in a database of its own in memory; yields the name of the one worked in before."""
    [(present,)] = con.execute("select current_database()").fetchall()
    con.execute(f"attach ':memory:' as {_PAST}")
    con.execute(f"use {_PAST}")
    try:
        yield present
    finally:
        con.execute(f"use {identifier(present)}")
        con.execute(f"detach {_PAST}")
        for name in ("_all_moments", "_moments", "_starts"):
            con.execute(f"drop table if exists temp.{name}")
