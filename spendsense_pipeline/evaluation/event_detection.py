"""How many days after a life event each window says what it made of somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spendsense_pipeline.personas.history import months_judged
from spendsense_pipeline.personas.history.past import JUDGED_MOMENTS, judge_moments
from spendsense_pipeline.sql import QueryFolder, create_temporary, used
from spendsense_pipeline.tables.evaluation import EVENT_DETECTION
from spendsense_pipeline.tables.features import WINDOWS

if TYPE_CHECKING:
    import datetime as dt

    import duckdb

    from spendsense_pipeline.controls import PersonaThresholds

QUERIES = QueryFolder(__package__)
STEP_DAYS: Final = 8
"""Days between two looks at a person; those before the first that sees it are looked at after."""
WATCHED_DAYS: Final = max(WINDOWS) + 30
"""From the event on: by then it fills the longest window, and a month more."""


def is_scored(months_judged_asked: int | None, people: int) -> bool:
    """Whether days gone by are looked at: where months are.

    Args:
        months_judged_asked: `persona_history_months`.
        people: In the population.

    Returns:
        Whether they are.
    """
    return months_judged(months_judged_asked, people) != 0


def build_event_detection(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: dt.date,
    history_start: dt.date | None,
    thresholds: PersonaThresholds,
    scored: bool = True,
) -> None:
    """Create or replace `event_detection` from the raw tables.

    Args:
        con: Holds the raw tables.
        as_of: Their last day.
        history_start: First day of everybody's history; None of imports, to whom nothing is known
            to have happened.
        thresholds: Of the rules.
        scored: Whether days gone by are looked at; else the table is empty.
    """
    con.execute(EVENT_DETECTION.create_sql())
    if not scored or history_start is None:
        return
    parameters = {
        "as_of": as_of,
        "history_start": history_start,
        "watched_days": WATCHED_DAYS,
        "step_days": STEP_DAYS,
        "windows": list(WINDOWS),
    }
    create_temporary(con, "_watching", QUERIES.text("watching.sql"), parameters)
    con.execute(
        "create or replace temp table _looks"
        " (user_id varchar, window_days integer, as_of date, primary_persona varchar)"
    )
    for look in ("first_look.sql", "second_look.sql"):
        judge_moments(
            con,
            QUERIES.text(look),
            used(QUERIES.text(look), parameters),
            as_of=as_of,
            history_start=history_start,
            thresholds=thresholds,
        )
        con.execute(
            "insert into _looks select user_id, window_days, as_of, primary_persona"
            f" from temp.{JUDGED_MOMENTS}"
        )
    found = QUERIES.text("event_detection.sql")
    con.execute(f"insert into {EVENT_DETECTION.name}\n{found}", used(found, parameters))
    for name in ("_looks", "_watching", JUDGED_MOMENTS):
        con.execute(f"drop table temp.{name}")
