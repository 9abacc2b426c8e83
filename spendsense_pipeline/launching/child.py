"""The process that carries a run somebody started: `python -m spendsense_pipeline.launching.child
RUN_ID`. What it runs is in the launch's file; how it ended is in Dagster's books or, where those
never heard of it, beside that file.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import traceback
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import RUN_FAILED, WRONG_INPUT, SpendSenseError
from spendsense_pipeline.launching.launches import Launch, note_end, read_launch
from spendsense_pipeline.launching.preparing import begin, disk_full_in_one_line
from spendsense_pipeline.launching.progress import Progress
from spendsense_pipeline.launching.running import run_job
from spendsense_pipeline.operations.entries import DASHBOARD
from spendsense_pipeline.settings import Settings

if TYPE_CHECKING:
    from spendsense_pipeline.launching.running import RunReport


def main(run_id: str) -> int:
    """Run what was asked; returns the exit code.

    Args:
        run_id: of the launch.
    """
    # A shell's background jobs ignore these, and hand that on to what they start.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    settings = Settings.from_environment()
    launch = read_launch(settings, run_id)
    if launch is None:
        return WRONG_INPUT
    if launch.canceled_by:
        return RUN_FAILED
    try:
        report = _carry_out(settings, launch)
    except BaseException as error:
        _say_why(settings, run_id, error)
        return RUN_FAILED
    return 0 if report.is_success else RUN_FAILED


def _carry_out(settings: Settings, launch: Launch) -> RunReport:
    prepared = launch.prepared
    request = prepared.request
    with disk_full_in_one_line(settings, prepared.expected):
        begin(settings, prepared)
        return run_job(
            settings,
            request.job,
            run_config=prepared.run_config,
            progress=Progress(),
            run_id=launch.run_id,
            launched_by=DASHBOARD,
            operator=request.operator,
            only_blocking_checks=request.only_blocking_checks,
            force=request.force,
        )


def _say_why(settings: Settings, run_id: str, error: BaseException) -> None:
    """In the log with everything, beside the launch in one line, and in Dagster's books."""
    traceback.print_exception(error)
    if isinstance(error, SpendSenseError):
        reason = str(error)
    elif isinstance(error, KeyboardInterrupt):
        reason = "The run was interrupted before it had begun; the published dataset is as it was."
    else:
        first = (str(error).strip().splitlines() or [""])[0]
        reason = f"this should not have happened ({type(error).__name__}: {first}); see its log"
    note_end(settings, run_id, error=reason)
    with contextlib.suppress(Exception):  # a full disk takes no more; the file above is read then
        from spendsense_pipeline.defs.instance import open_instance

        with open_instance(settings) as instance:
            run = instance.get_run_by_id(run_id)
            if run is not None and not run.is_finished:
                instance.report_run_failed(run, reason)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
