"""`persona_history`: who was what at the end of every month, by the same queries and rules."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.personas.history.past import JUDGED_MOMENTS, judge_moments
from spendsense_pipeline.tables.personas import PERSONA_HISTORY

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import PersonaThresholds

PEOPLE_WITHOUT_ASKING: Final = 1_000
"""Up to here every month is judged unless the operator says otherwise; beyond, none."""


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
    ends = month_ends(start, as_of, months) if start else []
    if not ends or not people:
        return
    con.execute("create or replace temp table _ends (as_of date)")
    con.executemany("insert into _ends values (?)", [(day,) for day in ends])
    judge_moments(
        con,
        "select person.user_id, _ends.as_of from raw_users as person cross join _ends"
        " where person.consent_status = 'granted'",
        {},
        as_of=as_of,
        history_start=history_start,
        thresholds=thresholds,
    )
    con.execute(
        f"insert into {PERSONA_HISTORY.name} by name"
        f" select * from temp.{JUDGED_MOMENTS} order by all"
    )
    for name in ("_ends", JUDGED_MOMENTS):
        con.execute(f"drop table temp.{name}")
