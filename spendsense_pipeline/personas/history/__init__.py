"""`persona_history`: who was what at the end of every month, by the same queries and rules.

A person as of a month's end is measured as a person of their own: a copy whose rows end there and
are dated as many days later as that lies before today, so that all copies are measured at once, as
of today. No feature asks what day of the week or month a row has, only how many days lie between
two; tests compare with datasets built as of those days.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.features.definitions import LONGEST_LOOKBACK
from spendsense_pipeline.features.vocabulary import vocabulary
from spendsense_pipeline.personas import sql
from spendsense_pipeline.personas.assignment import features_of_both_windows
from spendsense_pipeline.personas.rules import bound
from spendsense_pipeline.sql import QueryFolder, create_temporary, identifier, used
from spendsense_pipeline.tables.features import WINDOWS
from spendsense_pipeline.tables.personas import PERSONA_HISTORY
from spendsense_pipeline.tables.raw import (
    CARD_STATEMENTS,
    RAW_ACCOUNTS,
    RAW_LIABILITIES,
    RAW_TRANSACTIONS,
    RAW_USERS,
)

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import PersonaThresholds

QUERIES = QueryFolder(__package__)
COPIES_AT_ONCE: Final = 6_000
"""People times months that are measured together: about 1.5 million rows."""
PEOPLE_WITHOUT_ASKING: Final = 1_000
"""Up to here every month is judged unless the operator says otherwise; beyond, none."""
# Features look back over the longer window, a pay gap may have begun before it, and streams over
# their longest look-back; with the look-back once more, nothing that counts is left out.
LOOKED_AT_DAYS: Final = LONGEST_LOOKBACK + max(WINDOWS)
_PAST: Final = "past"
_COPIED: Final = (
    (RAW_USERS, "users.sql"),
    (RAW_ACCOUNTS, "accounts.sql"),
    (RAW_TRANSACTIONS, "transactions.sql"),
    (CARD_STATEMENTS, "statements.sql"),
    (RAW_LIABILITIES, "liabilities.sql"),
)


def months_judged(asked: int | None, people: int) -> int | None:
    """How many of the latest months' ends are judged.

    Args:
        asked: `persona_history_months`.
        people: In the population.

    Returns:
        As many as asked for; None: all there are.
    """
    if asked is not None:
        return asked
    return None if people <= PEOPLE_WITHOUT_ASKING else 0


def month_ends(history_start: dt.date, as_of: dt.date, months: int | None = None) -> list[dt.date]:
    """The last days of the months of a history.

    Args:
        history_start: Its first day.
        as_of: Its last day, which counts if it is a month's last.
        months: So many of the latest; None: all.

    Returns:
        In order.
    """
    found = []
    for month in range(history_start.year * 12 + history_start.month - 1, as_of.year * 12 + 12):
        year, number = divmod(month, 12)
        day = dt.date(year, number + 1, calendar.monthrange(year, number + 1)[1])
        if day <= as_of:
            found.append(day)
    return found if months is None else found[len(found) - min(months, len(found)) :]


def build_history(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: dt.date,
    history_start: dt.date | None,
    thresholds: PersonaThresholds,
    months: int | None = None,
) -> None:
    """Create or replace `persona_history` from the raw tables.

    Args:
        con: Holds the raw tables.
        as_of: Their last day.
        history_start: First day of everybody's history; None: each person's own first posted row
            (imports).
        thresholds: Of the rules.
        months: How many of the latest months' ends are judged; None: all.
    """
    con.execute(PERSONA_HISTORY.create_sql())
    [(first_row, people)] = con.execute(
        "select (select min(date) from raw_transactions where not pending), count(*)"
        " from raw_users where consent_status = 'granted'"
    ).fetchall()
    start = history_start or first_row
    if start is None or not people:
        return
    ends = month_ends(start, as_of, months)
    at_once = max(1, COPIES_AT_ONCE // people)
    with _beside(con) as present:
        for first in range(0, len(ends), at_once):
            _judge(con, present, ends[first : first + at_once], as_of, history_start, thresholds)


def _judge(
    con: duckdb.DuckDBPyConnection,
    present: str,
    ends: list[dt.date],
    as_of: dt.date,
    history_start: dt.date | None,
    thresholds: PersonaThresholds,
) -> None:
    """Append what the rules say of everybody at the ends of some months."""
    con.execute(
        "create or replace temp table _moments (suffix varchar, as_of date, shift_days integer)"
    )
    con.executemany(
        "insert into _moments values (?, ?, ?)",
        [(f"@{number:02d}", day, (as_of - day).days) for number, day in enumerate(ends)],
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
        insert into {identifier(present)}.main.{PERSONA_HISTORY.name}
        select
          left(judged.user_id, -3) as user_id,
          judged.window_days,
          moment.as_of,
          judged.primary_persona,
          judged.severity,
          judged.history_days
        from ({judged}) as judged
        join _moments as moment on moment.suffix = right(judged.user_id, 3)
        where judged.history_days > 0
        order by all
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
        for name in ("_moments", "_starts"):
            con.execute(f"drop table if exists temp.{name}")
