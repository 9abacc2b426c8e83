"""How long each stage of a run took, read from Dagster's own event log without loading Dagster."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spendsense_pipeline.settings import Settings

_STARTED = "STEP_START"
_ENDED = ("STEP_SUCCESS", "STEP_FAILURE")


@dataclass(frozen=True)
class StageTime:
    """One step of a run and its seconds on the clock."""

    stage: str
    seconds: float


def stage_times(settings: Settings, run_id: str | None) -> list[StageTime]:
    """Seconds per step of a run in the order they ran; empty when its books are not here.

    The figures are a comfort, not a promise: books of another version or place give none.
    """
    path = settings.dagster_home / "history" / "runs" / f"{run_id}.db"
    if run_id is None or not path.is_file():
        return []
    with contextlib.suppress(sqlite3.Error, ValueError, TypeError):
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
            events = db.execute(
                "select step_key, dagster_event_type, timestamp from event_logs "
                "where step_key is not null and dagster_event_type in (?, ?, ?) order by id",
                (_STARTED, *_ENDED),
            ).fetchall()
        return _times(events)
    return []


def _times(events: list[tuple[str, str, str]]) -> list[StageTime]:
    started: dict[str, dt.datetime] = {}
    times = []
    for step, kind, timestamp in events:
        at = dt.datetime.fromisoformat(timestamp)
        if kind == _STARTED:
            started[step] = at
        elif step in started:
            times.append(StageTime(step, (at - started[step]).total_seconds()))
    return times
