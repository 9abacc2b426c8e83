"""Running a Dagster job in this process: the same job on the same instance as Dagster's UI."""

from __future__ import annotations

import contextlib
import io
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.disk import without_consequences
from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError
from spendsense_pipeline.operations.entries import COMMAND_LINE

if TYPE_CHECKING:
    import dagster as dg

    from spendsense_pipeline.launching.progress import Progress
    from spendsense_pipeline.settings import Settings

LAUNCHED_BY_TAG = "spendsense/launched_by"
OPERATOR_TAG = "spendsense/operator"


@dataclass
class RunReport:
    """What a run came to."""

    run_id: str
    is_success: bool = False
    failed_checks: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    has_published: bool = False

    @property
    def is_interrupted(self) -> bool:
        """Whether somebody stopped it (Dagster turns the signal into an error of its own)."""
        return any("DagsterExecutionInterruptedError" in error for error in self.errors)

    def failure(self) -> SpendSenseError:
        """Why the run failed, each failed check with figure, bound and remedy; one reason that is
        one line makes one line.
        """
        said = without_consequences(list(dict.fromkeys(self.failed_checks + self.errors)))
        said = said or ["see the run's log"]
        what = "has been replaced" if self.has_published else "is as it was"
        problem = f"the run {self.run_id[:8]} failed; the published dataset {what}"
        if len(said) == 1 and "\n" not in said[0] and not self.failed_checks:
            return SpendSenseError(problem=problem, remedy=said[0], exit_code=RUN_FAILED)
        reasons = "\n".join(f"  - {line}" for line in said)
        return SpendSenseError(
            problem=f"{problem}:\n{reasons}",
            remedy="The same run, step by step, is in the UI: make dev.",
            exit_code=RUN_FAILED,
        )


def new_run_id() -> str:
    """An id no run has yet."""
    return str(uuid.uuid4())


def run_job(
    settings: Settings,
    job_name: str,
    *,
    run_config: Mapping[str, Any],
    progress: Progress,
    run_id: str | None = None,
    launched_by: str = COMMAND_LINE,
    operator: str = "",
    only_blocking_checks: bool = False,
    force: bool = False,
    debug: bool = False,
) -> RunReport:
    """Run a job to its end, reporting each stage to `progress` as it begins and ends.

    Args:
        settings: where the files are.
        job_name: which job.
        run_config: what it is run with.
        progress: who is told of its stages.
        run_id: of `new_run_id`; None for one of its own.
        launched_by: where somebody asked for it, for Dagster's books.
        operator: who did, if that is known.
        only_blocking_checks: leave out the checks that only warn.
        force: do not refuse for want of room.
        debug: leave Dagster's log lines on the terminal.

    Returns:
        What it came to, a failure too.
    """
    from spendsense_pipeline.definitions import defs
    from spendsense_pipeline.defs.instance import open_instance
    from spendsense_pipeline.defs.raw import FORCE_TAG

    settings.prepare_data_dir()
    report = RunReport(run_id or new_run_id())
    tags = {LAUNCHED_BY_TAG: launched_by}
    if operator:
        tags[OPERATOR_TAG] = operator
    if force:
        tags[FORCE_TAG] = "true"
    with open_instance(settings) as instance, progress:
        job = defs.resolve_job_def(job_name)
        if only_blocking_checks:
            job = _without_warnings(job)
        progress.expect(len(job.all_node_defs))
        instance.add_event_listener(report.run_id, _listener(report, progress))
        with contextlib.nullcontext() if debug else _without_log_lines():
            result = job.execute_in_process(
                run_config=dict(run_config),
                instance=instance,
                run_id=report.run_id,
                tags=tags,
                raise_on_error=False,
            )
    report.is_success = bool(result.success)
    return report


def _without_warnings(job: dg.JobDefinition) -> dg.JobDefinition:
    """The job with only the checks that can stop it."""
    graph = job.asset_layer.asset_graph
    blocking = {key for key in graph.asset_check_keys if graph.get_check_spec(key).blocking}
    return job.get_subset(
        asset_selection=set(job.asset_layer.executable_asset_keys),
        asset_check_selection=blocking,
    )


def _listener(report: RunReport, progress: Progress) -> Callable[[dg.EventLogEntry], None]:
    import dagster as dg

    from spendsense_pipeline.tables.dataset import PUBLISHED

    kinds = dg.DagsterEventType

    def listen(entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            if entry.step_key is None and entry.user_message:  # e.g. queueing behind another run
                progress.remark(entry.user_message)
        elif event.event_type == kinds.STEP_START:
            progress.start(str(entry.step_key))
        elif event.event_type == kinds.STEP_SUCCESS:
            report.has_published |= event.step_key == PUBLISHED.name
            progress.finish(str(entry.step_key), is_success=True)
        elif event.event_type == kinds.STEP_FAILURE:
            progress.finish(str(entry.step_key), is_success=False)
            _note_step_failure(report, event)
        elif event.event_type == kinds.ASSET_CHECK_EVALUATION:
            _note_check(report, event.asset_check_evaluation_data)
        elif event.event_type == kinds.RUN_FAILURE and not (report.errors or report.failed_checks):
            report.errors.append(innermost(event.event_specific_data) or str(event.message))

    return listen


def _note_check(report: RunReport, evaluation: Any) -> None:
    if evaluation.passed:
        return
    sentence = evaluation.description or evaluation.check_name
    is_error = evaluation.severity.value == "ERROR"
    (report.failed_checks if is_error else report.warnings).append(sentence)


def _note_step_failure(report: RunReport, event: Any) -> None:
    said = reason_of_step(event, has_failed_checks=bool(report.failed_checks))
    if said:
        report.errors.append(said)


def reason_of_step(event: Any, *, has_failed_checks: bool) -> str | None:
    """Why a step failed, in our words.

    Args:
        event: Dagster's STEP_FAILURE.
        has_failed_checks: whether checks of the run have failed.

    Returns:
        One sentence; None where a blocking check that failed has said so in its own words.
    """
    data = event.step_failure_data
    if data.user_failure_data is not None and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    return None if has_failed_checks else f"{event.step_key}: {innermost(data) or 'failed'}"


def innermost(data: Any) -> str:
    """The last line of the error at the bottom of the chain of causes.

    Args:
        data: what Dagster keeps of a failure.
    """
    error = getattr(data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    message = getattr(error, "message", None) or ""
    return str(message).strip()


@contextlib.contextmanager
def _without_log_lines() -> Iterator[None]:
    """Keep Dagster's log lines off the terminal; they are in the run's log."""
    with contextlib.redirect_stderr(io.StringIO()):
        yield
    sys.stderr.flush()
