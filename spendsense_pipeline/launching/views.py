"""What pages show of runs: frozen records in our words, whoever launched the run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["starting", "queued", "running", "canceling", "succeeded", "failed", "canceled"]
StageState = Literal["waiting", "running", "done", "failed", "skipped"]

ACTIVE: tuple[Status, ...] = ("starting", "queued", "running", "canceling")
"""A run of these has not ended."""


@dataclass(frozen=True)
class StageView:
    """One step of a run.

    Attributes:
        step: as Dagster names it.
        doing: the same in words.
        state: waiting, running, done, failed or skipped.
        seconds: how long it took; None until it has ended.
    """

    step: str
    doing: str
    state: StageState
    seconds: float | None = None


@dataclass(frozen=True)
class ProblemView:
    """What failed: a check, or a step.

    Attributes:
        sentence: what is wrong, in full.
        step: the step that met it; None of a run that never came so far.
        check: name of the check; None of an error.
        asset: the asset the check is about.
        severity: ERROR stops publishing, WARN informs.
        figure: what was measured.
        bound: what it is held against.
        remedy: what to do.
        failing_rows: how many rows break the promise.
        sample: some of them, each as its columns' names and values.
    """

    sentence: str
    step: str | None = None
    check: str | None = None
    asset: str | None = None
    severity: str = "ERROR"
    figure: float | None = None
    bound: str | None = None
    remedy: str | None = None
    failing_rows: int | None = None
    sample: tuple[tuple[tuple[str, Any], ...], ...] = ()


@dataclass(frozen=True)
class RunView:
    """One run.

    Attributes:
        run_id: as Dagster knows it.
        job: which.
        status: in our words.
        launched_by: `command line`, `dashboard`, `nightly schedule` or `Dagster`.
        operator: who asked for it; "" where that is not known.
        started_at: when it was asked for or began, in UTC.
        ended_at: when it ended, in UTC; None until then.
        seconds: from one to the other; None until it has ended.
        preset: what its configuration starts from; None without, or where not known.
        as_of: the day its data ends; None where not known.
        waiting_for: behind what it queues; None where it does not.
        canceled_by: who ended it; "" where nobody did.
        has_published: whether the published dataset is this run's.
        stages: its steps in the order data flows (`Books.follow` only).
        problems: why it failed (`Books.follow` only).
        warnings: what its checks say without stopping it (`Books.follow` only).
    """

    run_id: str
    job: str
    status: Status
    launched_by: str
    operator: str
    started_at: dt.datetime
    ended_at: dt.datetime | None = None
    seconds: float | None = None
    preset: str | None = None
    as_of: dt.date | None = None
    waiting_for: str | None = None
    canceled_by: str = ""
    has_published: bool = False
    stages: tuple[StageView, ...] = ()
    problems: tuple[ProblemView, ...] = field(default=())
    warnings: tuple[ProblemView, ...] = field(default=())

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.status in ACTIVE
