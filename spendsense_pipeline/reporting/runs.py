"""What a run's books say: how long each stage took and what each check found, read from Dagster's
own event log without loading Dagster.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spendsense_pipeline.settings import Settings

_STARTED = "STEP_START"
_CHECKED = "ASSET_CHECK_EVALUATION"
_READ = (_STARTED, "STEP_SUCCESS", "STEP_FAILURE", _CHECKED)


@dataclass(frozen=True)
class StageTime:
    """One step of a run and its seconds on the clock."""

    stage: str
    seconds: float


@dataclass(frozen=True)
class CheckResult:
    """One check as the run found it."""

    asset: str
    name: str
    passed: bool
    severity: str
    sentence: str
    skipped: bool = False

    @property
    def blocks(self) -> bool:
        """Whether it stops publishing."""
        return not self.passed and self.severity == "ERROR"


@dataclass(frozen=True)
class RunBooks:
    """What is written about a run; empty when its books are not here or of another version."""

    stages: tuple[StageTime, ...] = ()
    checks: tuple[CheckResult, ...] = ()


def read_books(settings: Settings, run_id: str | None) -> RunBooks:
    """The books of a run. A comfort, not a promise: what cannot be read is left out."""
    path = settings.dagster_home / "history" / "runs" / f"{run_id}.db"
    if run_id is None or not path.is_file():
        return RunBooks()
    with contextlib.suppress(sqlite3.Error, ValueError, TypeError, KeyError):
        marks = ", ".join("?" for _ in _READ)
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
            events = db.execute(
                "select step_key, dagster_event_type, timestamp, event from event_logs "
                f"where dagster_event_type in ({marks}) order by id",
                _READ,
            ).fetchall()
        return RunBooks(
            _stage_times([(s, kind, at) for s, kind, at, _ in events if s and kind != _CHECKED]),
            tuple(_check(event) for _, kind, _, event in events if kind == _CHECKED),
        )
    return RunBooks()


def _stage_times(events: list[tuple[str, str, str]]) -> tuple[StageTime, ...]:
    started: dict[str, dt.datetime] = {}
    times = []
    for step, kind, timestamp in events:
        at = dt.datetime.fromisoformat(timestamp)
        if kind == _STARTED:
            started[step] = at
        elif step in started:
            times.append(StageTime(step, (at - started[step]).total_seconds()))
    return tuple(times)


def _check(event: str) -> CheckResult:
    found = json.loads(event)["dagster_event"]["event_specific_data"]
    return CheckResult(
        asset="/".join(found["asset_key"]["path"]),
        name=found["check_name"],
        passed=bool(found["success"]),
        severity=found["severity"]["__enum__"].rpartition(".")[2],
        sentence=found["description"] or found["check_name"],
        skipped="skipped" in found["metadata"],
    )
