"""Starting a run in a process of its own, which outlives whoever started it."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError
from spendsense_pipeline.launching.launches import forget_old, held_log, write_launch
from spendsense_pipeline.launching.preparing import RunRequest, prepare
from spendsense_pipeline.launching.running import new_run_id
from spendsense_pipeline.operations.entries import DASHBOARD
from spendsense_pipeline.operations.runs import note_run
from spendsense_pipeline.review.requests import require_operator
from spendsense_pipeline.settings import today

if TYPE_CHECKING:
    from spendsense_pipeline.settings import Settings

_CHILD = "spendsense_pipeline.launching.child"


def start(settings: Settings, request: RunRequest, *, via: str = DASHBOARD) -> str:
    """Start a run and come back at once: whoever wants to know reads the books by its id.

    The process is the leader of a session of its own: it is not ended with a web server, its
    terminal or its reload. While another run writes, it queues behind it.

    Args:
        settings: where the files are.
        request: what is asked, and by whom.
        via: where it was asked, one of `operations.entries.VIAS`.

    Returns:
        The run's id, which the books know from now on.

    Raises:
        SpendSenseError: what is wrong with the request, as `spendsense refresh` says it; nothing
            was started.
    """
    require_operator(request.operator)
    prepared = prepare(settings, request, today=today(settings))
    run_id, now = new_run_id(), dt.datetime.now(dt.UTC)
    settings.prepare_data_dir()
    forget_old(settings)
    with held_log(settings, run_id) as log:
        write_launch(settings, run_id, prepared, at=now)
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", _CHILD, run_id],
                env={**os.environ, **settings.to_environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        except OSError as error:
            raise SpendSenseError(
                problem=f"no process can be started for the run ({error.strerror})",
                remedy="end other programs of this machine, then start it again",
                exit_code=RUN_FAILED,
            ) from error
    # Collects it when it ends; a process nobody has collected keeps its number.
    threading.Thread(target=process.wait, name=f"run {run_id[:8]}", daemon=True).start()
    write_launch(settings, run_id, prepared, at=now, process=_mark(process.pid))
    note_run(settings, request, run_id, action="refresh", subject="", via=via)
    return run_id


def _mark(pid: int) -> str:
    from spendsense_pipeline.defs.runs import process_mark

    return process_mark(pid)
