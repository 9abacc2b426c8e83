"""The nightly schedule: when it is due next, whether anything is there to run it, and what became
of the last nights.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spendsense_pipeline.launching.books import Books

_DAEMON = "SCHEDULER"


@dataclass(frozen=True)
class TickView:
    """One night.

    Attributes:
        at: when it was due, in UTC.
        outcome: `started`, `skipped`, `success` or `failure`, as Dagster calls it.
        run_ids: the runs it launched.
        reason: why it was skipped or failed; None otherwise.
    """

    at: dt.datetime
    outcome: str
    run_ids: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True)
class ScheduleView:
    """The nightly refresh.

    Attributes:
        name: as Dagster knows it.
        cron: when, as cron says it.
        timezone: whose clock that is.
        is_on: whether it is switched on (in the code, or since then in Dagster's UI).
        is_served: whether a `dagster dev` is there to launch it; without one no night is run.
        next_at: the next time it is due, while it is on.
        ticks: the last nights, newest first.
    """

    name: str
    cron: str
    timezone: str
    is_on: bool
    is_served: bool
    next_at: dt.datetime | None
    ticks: tuple[TickView, ...]


def schedule_status(books: Books, *, now: dt.datetime, ticks: int = 7) -> ScheduleView:
    """How the nightly refresh stands.

    Args:
        books: Dagster's.
        now: this moment, with its time zone.
        ticks: how many of the last nights to show.
    """
    import dagster as dg
    from dagster._core.scheduler.instigation import InstigatorStatus, InstigatorType
    from dagster._utils.schedules import get_next_cron_tick

    from spendsense_pipeline.defs.schedules import NIGHTLY_CRON, nightly_demo_refresh

    schedule, instance = nightly_demo_refresh, books.instance()
    timezone = schedule.execution_timezone or "UTC"
    states = [
        state
        for state in instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
        if state.instigator_name == schedule.name
    ]
    is_on = schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    found: list[TickView] = []
    for state in states[:1]:
        is_on = state.status == InstigatorStatus.RUNNING or (
            state.status == InstigatorStatus.DECLARED_IN_CODE and is_on
        )
        found = [
            TickView(
                dt.datetime.fromtimestamp(tick.timestamp, dt.UTC),
                tick.status.value.lower(),
                tuple(tick.run_ids),
                tick.skip_reason or (tick.error.message.strip() if tick.error else None),
            )
            for tick in instance.get_ticks(
                state.instigator_origin_id, state.selector_id, limit=ticks
            )
        ]
    daemon = instance.get_daemon_statuses([_DAEMON]).get(_DAEMON)
    return ScheduleView(
        schedule.name,
        NIGHTLY_CRON,
        timezone,
        is_on,
        bool(daemon and daemon.healthy),
        get_next_cron_tick(NIGHTLY_CRON, now, timezone) if is_on else None,
        tuple(found),
    )
