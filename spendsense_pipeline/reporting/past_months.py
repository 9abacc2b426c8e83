"""From month to month: one person's way through the history, and who changed persona in all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from spendsense_pipeline.reporting.dataset_reader import DatasetReader
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW
from spendsense_pipeline.tables.personas import TOLD_APART_DAYS


@dataclass(frozen=True)
class PastMonth:
    """What both windows said of a person at a month's end."""

    as_of: dt.date
    persona_30d: str
    persona_180d: str
    severity_30d: float
    severity_180d: float
    history_days: int


@dataclass(frozen=True)
class Flow:
    """How often people went from one persona to another between two month's ends."""

    from_persona: str
    to_persona: str
    changes_30d: int
    changes_180d: int


@dataclass(frozen=True)
class Flows:
    """All changes of a history, once people are told apart."""

    month_pairs: int
    """Pairs of neighbouring months' ends that are compared."""
    people: int
    flows: tuple[Flow, ...]
    """The most frequent in the longer window first."""


def past_months(published: DatasetReader, user_id: str) -> tuple[PastMonth, ...]:
    """One person's months, in order; none where the history was not judged."""
    rows = published.rows(
        "select as_of, "
        "any_value(primary_persona) filter (window_days = $short) as persona_30d, "
        "any_value(primary_persona) filter (window_days = $long) as persona_180d, "
        "any_value(severity) filter (window_days = $short) as severity_30d, "
        "any_value(severity) filter (window_days = $long) as severity_180d, "
        "any_value(history_days) as history_days "
        "from persona_history where user_id = $user_id group by as_of order by as_of",
        {"user_id": user_id, "short": SHORT_WINDOW, "long": LONG_WINDOW},
    )
    return tuple(PastMonth(**row) for row in rows)


def flows(published: DatasetReader, *, gone: Sequence[str] = ()) -> Flows:
    """Changes between neighbouring months' ends, over everybody with enough history.

    Args:
        published: the dataset.
        gone: people who have taken consent back since, and do not count.
    """
    counted = "history_days >= $told_apart and user_id not in (select unnest($gone::varchar[]))"
    parameters = {"told_apart": TOLD_APART_DAYS, "gone": list(gone)}
    rows = published.rows(
        "with ordered as (select *, "
        "lag(primary_persona) over person as from_persona from persona_history "
        f"where {counted} "
        "window person as (partition by user_id, window_days order by as_of)) "
        "select from_persona, primary_persona as to_persona, "
        "count(*) filter (window_days = $short) as changes_30d, "
        "count(*) filter (window_days = $long) as changes_180d "
        "from ordered where from_persona <> primary_persona group by all "
        "order by changes_180d desc, changes_30d desc, from_persona, to_persona",
        {**parameters, "short": SHORT_WINDOW, "long": LONG_WINDOW},
    )
    [(ends, people)] = published.con.execute(
        "select count(distinct as_of), count(distinct user_id) from persona_history "
        f"where {counted}",
        parameters,
    ).fetchall()
    return Flows(max(ends - 1, 0), people, tuple(Flow(**row) for row in rows))
