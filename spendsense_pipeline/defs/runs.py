"""Runs as processes: which process carries a run, and telling the books when it has died.

A run killed from outside stays STARTED in Dagster's books, and would hold a one-run queue for ever.
So every run is tagged with its process and boot; whoever starts next, and a sensor, compares.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
import uuid
from pathlib import Path

import dagster as dg

# Dagster shows tags of its own prefix only when asked; this one is for programs.
PROCESS_TAG = "dagster/spendsense_process"

UNFINISHED = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
# Between being started and being tagged a run imports its code: seconds, at worst a minute or two.
_UNTAGGED_GRACE = dt.timedelta(minutes=10)


@functools.cache
def boot_id() -> str:
    """Identifier of this boot of the machine; process ids mean nothing across boots."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:  # not Linux: the machine's name, so that at least hosts are told apart
        return f"node-{uuid.getnode():x}"


def process_started(pid: int) -> str | None:
    """When the process started, in clock ticks since boot; "" if that cannot be known here.

    None when there is no such process (or it is a corpse nobody has collected).
    """
    try:
        # Fields after the command name, which is in parentheses and may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
        return "" if _answers(pid) else None
    except (ProcessLookupError, PermissionError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def process_mark(pid: int, *, started: str | None = None, boot: str | None = None) -> str:
    """A process as a tag: its id, when it started (ids are reused) and the boot of the machine."""
    return f"{pid}.{started or process_started(pid) or ''}.{boot or boot_id()}"


def claim_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Tag a run with the process that carries it."""
    if instance.get_run_by_id(run_id) is not None:
        instance.add_run_tags(run_id, {PROCESS_TAG: process_mark(os.getpid())})


def is_process_dead(mark: str) -> bool:
    """Whether the process a run was tagged with is gone."""
    pid, started, boot = mark.split(".", 2)
    return boot != boot_id() or process_started(int(pid)) != started


def mark_dead_runs(instance: dg.DagsterInstance, *, except_run: str | None = None) -> list[str]:
    """Report as ended every unfinished run whose process is gone: canceled if that was asked for,
    else failed. Returns their ids.
    """
    dead = []
    now = dt.datetime.now(dt.UTC)
    for record in instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED)):
        run = record.dagster_run
        if run.run_id == except_run:
            continue
        if PROCESS_TAG in run.tags:
            is_dead = is_process_dead(run.tags[PROCESS_TAG])
        else:
            last_heard = record.update_timestamp
            if last_heard.tzinfo is None:
                last_heard = last_heard.replace(tzinfo=dt.UTC)
            is_dead = now - last_heard > _UNTAGGED_GRACE
        # A run that has ended since it was read has a process that is gone, too.
        still = instance.get_run_by_id(run.run_id) if is_dead else None
        if still is None or still.is_finished:
            continue
        if still.status == dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(still, "Canceled. The published dataset is as it was.")
        else:
            instance.report_run_failed(
                still,
                "The process of this run ended without finishing it (killed, or the machine went"
                " down). The published dataset is untouched; run it again.",
            )
        dead.append(run.run_id)
    return dead
