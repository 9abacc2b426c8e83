"""Dagster's books as our own records: which runs there are, and one of them followed to its end,
whoever launched it.
"""

from __future__ import annotations

import datetime as dt
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from spendsense_pipeline.disk import LEAST_MISSING, DiskFullError, free_bytes, full_disk_named
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.launching.following import Story
from spendsense_pipeline.launching.launches import Launch, launches, read_launch
from spendsense_pipeline.launching.running import LAUNCHED_BY_TAG, OPERATOR_TAG
from spendsense_pipeline.launching.views import ProblemView, RunView, Status
from spendsense_pipeline.operations.entries import DASHBOARD
from spendsense_pipeline.publishing.warehouse import writer_now

if TYPE_CHECKING:
    import dagster as dg

    from spendsense_pipeline.settings import Settings

CANCELED_BY_TAG = "spendsense/canceled_by"
_SCHEDULE_TAG = "dagster/schedule_name"
_PRESET_TAG = "spendsense/preset"
_AS_OF_TAG = "spendsense/as_of"
_STATUSES: dict[str, Status] = {
    "QUEUED": "queued",
    "NOT_STARTED": "starting",
    "MANAGED": "starting",
    "STARTING": "starting",
    "STARTED": "running",
    "SUCCESS": "succeeded",
    "FAILURE": "failed",
    "CANCELING": "canceling",
    "CANCELED": "canceled",
}
# A page follows one run, and somebody may look at a few others.
_STORIES_KEPT = 16
_SILENT_END = (
    "the process of this run ended before it had begun (killed, or the machine went down); the"
    " published dataset is untouched: run it again"
)


class Books:
    """Dagster's books, kept open between looks so that one costs milliseconds.

    May be used from any thread, not from the event loop itself: a look reads files. Close it, or
    use it as a context manager.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.RLock()
        self._instance: dg.DagsterInstance | None = None
        self._stories: dict[str, Story] = {}

    def __enter__(self) -> Self:
        """Opened at the first look."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close them."""
        self.close()

    def close(self) -> None:
        """Give back what is held; a later look opens them again."""
        with self._lock:
            if self._instance is not None:
                self._instance.__exit__(None, None, None)
            self._instance = None
            self._stories.clear()

    def runs(self, limit: int = 20) -> tuple[RunView, ...]:
        """The newest runs, without their stages.

        Args:
            limit: how many at most.

        Raises:
            DiskFullError: when the disk is so full that the books cannot be read.
        """
        with self._lock, full_disk_named(self._settings.dagster_home):
            instance = self._settled()
            records = {r.dagster_run.run_id: r for r in instance.get_run_records(limit=limit)}
            views = [self._view(record, None) for record in records.values()]
            for launch in launches(self._settings):
                is_listed = launch.run_id in records
                if is_listed or (len(records) >= limit and _is_old(launch, views)):
                    continue
                if instance.get_run_by_id(launch.run_id) is None:
                    views.append(self._view_of_launch(launch))
        views.sort(key=lambda view: view.started_at, reverse=True)
        return tuple(views[:limit])

    def follow(self, run_id: str) -> RunView:
        """One run with its stages, and why it failed if it did.

        Args:
            run_id: as `start` returned it, or as `runs` lists it.

        Raises:
            SpendSenseError: when no run has that id.
            DiskFullError: when the disk is so full that the books cannot be read, and the run was
                not started here.
        """
        full = None
        try:
            with self._lock, full_disk_named(self._settings.dagster_home):
                instance = self._settled()
                found = instance.get_run_record_by_id(run_id)
                if found is not None:
                    story = self._story(run_id)
                    story.read_on(instance, found.dagster_run)
                    return self._view(found, story)
        except DiskFullError as error:
            full = error
        launch = read_launch(self._settings, run_id)
        if launch is not None:
            return self._view_of_launch(launch, full)
        if full is not None:
            raise full
        raise SpendSenseError(
            problem=f"no run {run_id!r} is in the books of {self._settings.dagster_home}",
            remedy="choose one of those listed",
        )

    def _story(self, run_id: str) -> Story:
        """What is known of a run so far; those looked at last are kept."""
        story = self._stories.pop(run_id, None) or Story()
        self._stories[run_id] = story
        while len(self._stories) > _STORIES_KEPT:
            del self._stories[next(iter(self._stories))]
        return story

    def active_run(self) -> RunView | None:
        """The run that is at work or, where none is, the first of those that wait; None without."""
        active = [view for view in self.runs() if view.is_active]
        at_work = [view for view in active if view.status in ("running", "canceling")]
        in_order = at_work or active
        return in_order[-1] if in_order else None

    def instance(self) -> dg.DagsterInstance:
        """Dagster's own object, for what changes the books."""
        from spendsense_pipeline.defs.instance import open_instance

        with self._lock:
            if self._instance is None:
                self._instance = open_instance(self._settings).__enter__()
            return self._instance

    def _settled(self) -> dg.DagsterInstance:
        """The books, with every run whose process is gone told as ended."""
        import dagster as dg

        from spendsense_pipeline.defs.runs import UNFINISHED, mark_dead_runs

        instance = self.instance()
        mark_dead_runs(instance)
        # A run of ours can die before it is tagged with its process.
        begun = [dg.DagsterRunStatus.NOT_STARTED, *UNFINISHED]
        for run in instance.get_runs(dg.RunsFilter(statuses=begun)):
            launch = read_launch(self._settings, run.run_id)
            if launch is None or launch.is_alive:
                continue
            still = instance.get_run_by_id(run.run_id)
            if still is not None and not still.is_finished:
                instance.report_run_failed(still, self._reason(launch))
        return instance

    def _reason(self, launch: Launch) -> str:
        """Why a launch ended before Dagster's books had its run."""
        if launch.error:
            return launch.error
        if free_bytes(self._settings.data_dir) < LEAST_MISSING:
            return str(DiskFullError(self._settings.data_dir))
        return _SILENT_END

    def _view_of_launch(self, launch: Launch, full: DiskFullError | None = None) -> RunView:
        """A run by its process alone: the books do not have it yet, or cannot be read."""
        status: Status = "starting" if launch.is_alive else "failed"
        writer = writer_now(self._settings) if launch.is_alive else None
        if writer is not None and str(writer.pid) != launch.process.split(".")[0]:
            status = "queued"
        if launch.canceled_by and not launch.is_alive:
            status = "canceled"
        problems = () if full is None else (ProblemView(str(full)),)
        if status == "failed":
            problems = (ProblemView(launch.error or str(full or self._reason(launch))),)
        return RunView(
            launch.run_id,
            launch.prepared.request.job,
            status,
            DASHBOARD,
            launch.prepared.request.operator,
            launch.at,
            preset=_preset(launch.prepared.run_config, {}),
            as_of=_as_of(launch.prepared.run_config, {}),
            waiting_for=str(writer) if writer is not None and status == "queued" else None,
            canceled_by=launch.canceled_by,
            problems=problems,
        )

    def _view(self, record: dg.RunRecord, story: Story | None) -> RunView:
        run, tags = record.dagster_run, record.dagster_run.tags
        status = _STATUSES[run.status.value]
        may_wait = status in ("starting", "queued", "running")
        waiting_for = self._waiting_for(run) if may_wait else None
        started = _instant(record.start_time) or record.create_timestamp.replace(tzinfo=dt.UTC)
        ended = _instant(record.end_time) if run.is_finished else None
        told: dict[str, Any] = {}
        if story is not None:
            told = {
                "has_published": story.has_published,
                "stages": story.stages(is_ended=run.is_finished, is_canceled=status == "canceled"),
                "problems": story.problems() if status == "failed" else (),
                "warnings": tuple(story.warnings),
            }
        elif status == "succeeded":
            told = {"has_published": True}
        return RunView(
            run.run_id,
            run.job_name,
            "queued" if waiting_for else status,
            _launched_by(tags),
            tags.get(OPERATOR_TAG, ""),
            started,
            ended,
            None if ended is None else (ended - started).total_seconds(),
            preset=_preset(run.run_config, tags),
            as_of=_as_of(run.run_config, tags),
            waiting_for=waiting_for,
            canceled_by=tags.get(CANCELED_BY_TAG, ""),
            **told,
        )

    def _waiting_for(self, run: dg.DagsterRun) -> str | None:
        """Who writes the warehouse while this run waits; None where nobody else does."""
        from spendsense_pipeline.defs.runs import PROCESS_TAG

        writer = writer_now(self._settings)
        carried_by = run.tags.get(PROCESS_TAG, "").split(".")[0]
        return None if writer is None or str(writer.pid) == carried_by else str(writer)


def _is_old(launch: Launch, views: list[RunView]) -> bool:
    return launch.at < min(view.started_at for view in views)


def _instant(timestamp: float | None) -> dt.datetime | None:
    return None if timestamp is None else dt.datetime.fromtimestamp(timestamp, dt.UTC)


def _launched_by(tags: Any) -> str:
    if _SCHEDULE_TAG in tags:
        return "nightly schedule"
    return str(tags.get(LAUNCHED_BY_TAG, "Dagster"))


def _form(run_config: Any) -> Any:
    """The operator's form in a run's configuration, however the job takes it."""
    nested = run_config.get("ops", {}).get("operator_controls", {}).get("config")
    return run_config if nested is None else nested


def _preset(run_config: Any, tags: Any) -> str | None:
    named = _form(run_config).get("preset") or tags.get(_PRESET_TAG)
    return None if named is None else str(named)


def _as_of(run_config: Any, tags: Any) -> dt.date | None:
    section = _form(run_config).get("config") or {}
    text = section.get("generation_timestamp") or tags.get(_AS_OF_TAG)
    try:
        return dt.date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
