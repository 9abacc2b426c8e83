"""What has happened in one run so far, told by the events of its log, each of them read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.disk import without_consequences
from spendsense_pipeline.launching.progress import stage_name
from spendsense_pipeline.launching.running import innermost, reason_of_step
from spendsense_pipeline.launching.views import ProblemView, StageState, StageView
from spendsense_pipeline.tables import TABLES
from spendsense_pipeline.tables.dataset import PUBLISHED
from spendsense_pipeline.tables.runs import checks_step

if TYPE_CHECKING:
    import dagster as dg

_BATCH = 1_000


@dataclass
class Story:
    """One run as its log tells it.

    Attributes:
        cursor: up to where the log has been read.
        steps: those it will take, in the order data flows.
    """

    cursor: str | None = None
    steps: tuple[str, ...] = ()
    began: dict[str, float] = field(default_factory=dict)
    states: dict[str, StageState] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failed_checks: list[ProblemView] = field(default_factory=list)
    errors: list[ProblemView] = field(default_factory=list)
    warnings: list[ProblemView] = field(default_factory=list)

    def read_on(self, instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
        """Take in what the log has more than before."""
        if not self.steps and run.execution_plan_snapshot_id:
            planned = instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id)
            self.steps = in_order_of_data(planned.step_keys_to_execute)
        while True:
            more = instance.get_records_for_run(run.run_id, cursor=self.cursor, limit=_BATCH)
            for record in more.records:
                self._take(record.event_log_entry)
            self.cursor = more.cursor
            if not more.has_more:
                break

    @property
    def has_published(self) -> bool:
        """Whether its dataset is the one readers see, or was until another came."""
        return self.states.get(PUBLISHED.name) == "done"

    def stages(self, *, is_ended: bool, is_canceled: bool) -> tuple[StageView, ...]:
        """Its steps; what a run that has ended never came to was skipped, and so was the step that
        somebody stopped.
        """
        ahead: StageState = "skipped" if is_ended else "waiting"
        stopped: StageState = "skipped" if is_canceled else "failed"
        interrupted = ("running", "failed") if is_canceled else ("running",)
        shown = {
            step: stopped if is_ended and state in interrupted else state
            for step, state in self.states.items()
        }
        return tuple(
            StageView(step, stage_name(step), shown.get(step, ahead), self.seconds.get(step))
            for step in self.steps
        )

    def problems(self) -> tuple[ProblemView, ...]:
        """Why it failed, without what a full disk made other programs say."""
        found = list(dict.fromkeys(self.failed_checks + self.errors))
        kept = set(without_consequences([each.sentence for each in found]))
        return tuple(each for each in found if each.sentence in kept)

    def _take(self, entry: dg.EventLogEntry) -> None:
        import dagster as dg

        kinds = dg.DagsterEventType
        event, step = entry.dagster_event, str(entry.step_key)
        if event is None:
            return
        kind = event.event_type
        if kind == kinds.STEP_START:
            self.began[step], self.states[step] = entry.timestamp, "running"
        elif kind in (kinds.STEP_SUCCESS, kinds.STEP_FAILURE):
            self.states[step] = "done" if kind == kinds.STEP_SUCCESS else "failed"
            self.seconds[step] = entry.timestamp - self.began.get(step, entry.timestamp)
            if kind == kinds.STEP_FAILURE:
                self._note_failure(event, step)
        elif kind == kinds.STEP_SKIPPED:
            self.states[step] = "skipped"
        elif kind == kinds.ASSET_CHECK_EVALUATION:
            self._note_check(event.asset_check_evaluation_data, step)
        elif kind == kinds.RUN_FAILURE and not (self.errors or self.failed_checks):
            reason = innermost(event.event_specific_data) or str(event.message)
            self.errors.append(ProblemView(reason))

    def _note_failure(self, event: Any, step: str) -> None:
        reason = reason_of_step(event, has_failed_checks=bool(self.failed_checks))
        if reason and "DagsterExecutionInterruptedError" not in reason:
            self.errors.append(ProblemView(reason, step))

    def _note_check(self, evaluation: Any, step: str) -> None:
        if evaluation.passed:
            return
        found = problem_of_check(evaluation, step)
        (self.failed_checks if found.severity == "ERROR" else self.warnings).append(found)


def problem_of_check(evaluation: Any, step: str) -> ProblemView:
    """What a failed check said (`defs.checks.check_result` writes it).

    Args:
        evaluation: Dagster's.
        step: the step it was run in.
    """
    told = {label: value.value for label, value in evaluation.metadata.items()}
    table = told.get("some of them")
    return ProblemView(
        sentence=evaluation.description or evaluation.check_name,
        step=step,
        check=evaluation.check_name,
        asset=evaluation.asset_key.to_user_string(),
        severity=evaluation.severity.value,
        figure=told.get("figure"),
        bound=told.get("bound"),
        remedy=told.get("remedy"),
        failing_rows=told.get("failing rows"),
        sample=_rows(table) if table is not None else (),
    )


def _rows(records: Any) -> tuple[tuple[tuple[str, Any], ...], ...]:
    """The records of Dagster's table."""
    listed = getattr(records, "records", records)
    return tuple(tuple(record.data.items()) for record in listed)


def in_order_of_data(steps: Sequence[str]) -> tuple[str, ...]:
    """Steps in the order data flows, each followed by what checks it.

    Args:
        steps: as Dagster names them.
    """
    known = [name for table in TABLES for name in (table.step.name, checks_step(table.asset))]
    place = {name: number for number, name in reversed(list(enumerate(known)))}
    return tuple(sorted(steps, key=lambda step: place.get(step, len(known))))
