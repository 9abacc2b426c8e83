"""Ending a run that has not ended, whoever launched it: the books say so, the writer lock is free,
and readers see what they saw.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import time
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError
from spendsense_pipeline.launching.books import CANCELED_BY_TAG, Books
from spendsense_pipeline.launching.launches import note_end, read_launch
from spendsense_pipeline.launching.views import RunView
from spendsense_pipeline.operations.entries import DASHBOARD, Operation
from spendsense_pipeline.operations.log import try_to_record
from spendsense_pipeline.review.requests import require_operator

if TYPE_CHECKING:
    import dagster as dg

    from spendsense_pipeline.settings import Settings

# Between two steps a run ends at once; a query that is at work has this long to notice.
_PATIENCE_SECONDS = 5.0
# What has begun loads its code in as many, at worst.
_CLAIM_SECONDS = 20.0
_POLL_SECONDS = 0.05


def cancel(settings: Settings, run_id: str, operator: str, *, via: str = DASHBOARD) -> RunView:
    """End a run. Asked first; killed where it does not answer within seconds.

    Args:
        settings: where the books are.
        run_id: which run.
        operator: who ends it.
        via: where they asked.

    Returns:
        The run as it is afterwards.

    Raises:
        SpendSenseError: when there is no such run, it has ended, or its process is another user's
            or this very one.
    """
    name = require_operator(operator)
    with Books(settings) as books:
        before = books.follow(run_id)
        if not before.is_active:
            raise SpendSenseError(
                problem=f"the run {run_id[:8]} has ended already: it {_has(before)}",
                remedy="there is nothing to cancel",
            )
        _end(settings, books, run_id, name)
        after = books.follow(run_id)
    entry = Operation(dt.datetime.now(dt.UTC), name, "cancel", run_id, f"it {_has(after)}", via)
    try_to_record(settings, entry)
    return after


def _end(settings: Settings, books: Books, run_id: str, operator: str) -> None:
    from spendsense_pipeline.defs.runs import PROCESS_TAG

    instance = books.instance()
    launch = read_launch(settings, run_id)
    run = instance.get_run_by_id(run_id) if launch is not None else _claimed(instance, run_id)
    mark = run.tags.get(PROCESS_TAG, "") if run is not None else ""
    if launch is not None:
        mark = mark or launch.process
    if mark and _pid_of(mark) == os.getpid():
        raise SpendSenseError(
            problem="the run is carried by this very process",
            remedy="interrupt it where it was started",
            exit_code=RUN_FAILED,
        )
    if run is not None:
        instance.add_run_tags(run_id, {CANCELED_BY_TAG: operator})
        instance.report_run_canceling(run, f"Canceled by {operator}.")
    if launch is not None:
        note_end(settings, run_id, canceled_by=operator)
    if mark:
        _end_process(mark, is_ours=launch is not None)
    # The process may have created its run meanwhile, and may have said how it ended itself.
    run = instance.get_run_by_id(run_id)
    if run is not None and not run.is_finished:
        instance.add_run_tags(run_id, {CANCELED_BY_TAG: operator})
        instance.report_run_canceled(
            run, f"Canceled by {operator}. The published dataset is as it was."
        )


def _claimed(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRun | None:
    """The run, once it is known which process carries it: one that Dagster has just started says so
    when it has loaded its code. One that waits in Dagster's queue has none.
    """
    from spendsense_pipeline.defs.runs import PROCESS_TAG, UNFINISHED

    deadline = time.monotonic() + _CLAIM_SECONDS
    while True:
        run = instance.get_run_by_id(run_id)
        is_awaited = run is not None and run.status in UNFINISHED and PROCESS_TAG not in run.tags
        if not is_awaited or time.monotonic() > deadline:
            return run
        time.sleep(_POLL_SECONDS)


def _end_process(mark: str, *, is_ours: bool) -> None:
    """Have the process of a run end; with what it started, where it leads a session of its own."""
    from spendsense_pipeline.defs.runs import is_process_dead

    pid = _pid_of(mark)
    if is_process_dead(mark):
        return
    try:
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_process_dead(mark) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        if is_ours:  # workers it started are of its session; they hold no lock, but a core
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        elif not is_process_dead(mark):
            os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    except PermissionError:
        raise SpendSenseError(
            problem=f"the run is carried by process {pid}, which belongs to another user",
            remedy="have that user end it",
            exit_code=RUN_FAILED,
        ) from None
    while not is_process_dead(mark):  # killed, and collected by the kernel in its own time
        time.sleep(_POLL_SECONDS)


def _pid_of(mark: str) -> int:
    return int(mark.split(".")[0])


def _has(run: RunView) -> str:
    return {"succeeded": "has succeeded", "failed": "has failed", "canceled": "was canceled"}.get(
        run.status, f"is {run.status}"
    )
