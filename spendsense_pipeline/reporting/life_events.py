"""What has happened to people, and how soon the windows noticed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from spendsense_pipeline.reporting.dataset_reader import DatasetReader
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW


@dataclass(frozen=True)
class Happened:
    """One event in a person's life."""

    kind: str
    happened_on: dt.date
    ends_on: dt.date | None
    persona_before: str
    persona_after: str
    noticed_after_days_30d: int | None
    noticed_after_days_180d: int | None


@dataclass(frozen=True)
class Noticing:
    """The events of a dataset."""

    events: int
    people: int
    median_days_30d: float | None
    median_days_180d: float | None


def happened_to(published: DatasetReader, user_id: str) -> tuple[Happened, ...]:
    """One person's events, in order."""
    rows = published.rows(
        "select event.kind, event.happened_on, event.ends_on, event.persona_before,"
        " event.persona_after,"
        " any_value(found.noticed_after_days) filter (found.window_days = $short)"
        " as noticed_after_days_30d,"
        " any_value(found.noticed_after_days) filter (found.window_days = $long)"
        " as noticed_after_days_180d"
        " from life_events as event left join event_detection as found using (event_id)"
        " where event.user_id = $user_id group by all order by event.happened_on",
        {"user_id": user_id, "short": SHORT_WINDOW, "long": LONG_WINDOW},
    )
    return tuple(Happened(**row) for row in rows)


def noticing(published: DatasetReader, *, gone: Sequence[str] = ()) -> Noticing:
    """How many events there are, and the median days until each window noticed one.

    Args:
        published: the dataset.
        gone: people who have taken consent back since, and whose events do not count.
    """
    without = {"gone": list(gone)}
    [(events, people)] = published.con.execute(
        "select count(*), count(distinct user_id) from life_events"
        " where user_id not in (select unnest($gone::varchar[]))",
        without,
    ).fetchall()
    medians = dict(
        published.con.execute(
            "select window_days, median(noticed_after_days) from event_detection"
            " where user_id not in (select unnest($gone::varchar[])) group by 1",
            without,
        ).fetchall()
    )
    return Noticing(events, people, medians.get(SHORT_WINDOW), medians.get(LONG_WINDOW))
