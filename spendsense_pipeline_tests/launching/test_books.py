"""Dagster's books as our records: what anybody's run shows, and what its log is read for."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from spendsense_pipeline.checks.outcome import CheckOutcome
from spendsense_pipeline.defs.checks import check_result
from spendsense_pipeline.defs.runs import PROCESS_TAG, process_mark
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.launching import cancelling
from spendsense_pipeline.launching.books import Books
from spendsense_pipeline.launching.nightly import schedule_status
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.refreshed_directory import AS_OF


@pytest.fixture
def commanded(own_copy: Path) -> Iterator[Books]:
    assert own_copy.is_dir()
    with Books(Settings.from_environment()) as opened:
        yield opened


def test_a_run_of_the_command_is_told_like_any_other(commanded: Books, own_copy: Path) -> None:
    [listed] = commanded.runs()
    assert (listed.job, listed.status, listed.launched_by) == (
        "demo_refresh",
        "succeeded",
        "command line",
    )
    assert listed.as_of == dt.date.fromisoformat(AS_OF)
    assert listed.has_published
    assert commanded.active_run() is None
    run = commanded.follow(listed.run_id)
    assert run.seconds is not None
    assert sum(stage.seconds or 0 for stage in run.stages) <= run.seconds
    assert {stage.state for stage in run.stages} == {"done"}
    steps = [stage.step for stage in run.stages]
    assert steps[0] == "operator_controls"
    assert steps.index("features_30d") < steps.index("features_30d_checks")
    assert steps.index("features_30d_checks") < steps.index("persona_assignments")
    assert (run.problems, run.waiting_for) == ((), None)
    # The same from the log's own rows, as SQLite has them.
    log = own_copy / "dagster_home" / "history" / "runs" / f"{run.run_id}.db"
    with sqlite3.connect(log) as db:
        [(succeeded,)] = db.execute(
            "select count(distinct step_key) from event_logs"
            " where dagster_event_type = 'STEP_SUCCESS'"
        ).fetchall()
    assert len(steps) == succeeded
    assert commanded.follow(listed.run_id) == run, "what was read is not counted twice"


def test_a_run_nobody_knows_is_named(books: Books) -> None:
    with pytest.raises(SpendSenseError, match="no run 'nobody'"):
        books.follow("nobody")
    assert books.runs() == ()
    assert books.active_run() is None


OUTCOME = CheckOutcome(
    name="coverage_is_sufficient",
    asset="raw_users",
    passed=False,
    severity="ERROR",
    figure=0.5,
    bound=">= 0.7",
    failing_count=12,
    failing_rows=[{"user_id": "user_0001", "share": 0.25}, {"user_id": "user_0002", "share": None}],
    description="enough people have a persona",
    remedy="Lower it.",
    skipped=None,
)


@dg.asset_check(asset="raw_users", name="coverage_is_sufficient", blocking=True)
def failing() -> dg.AssetCheckResult:
    return check_result(OUTCOME)


@dg.asset_check(asset="raw_users", name="looks_odd")
def warning() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=False, severity=dg.AssetCheckSeverity.WARN, description="it looks odd"
    )


@dg.asset(name="raw_users")
def users() -> None:
    pass


@dg.asset(deps=["raw_users"])
def features_30d() -> None:
    pass


@dg.asset(name="account_balances", deps=["features_30d"])
def breaking() -> None:
    raise dg.Failure(description="the disk is upside down: turn it")


def _run(books: Books, *assets: dg.AssetsDefinition, tags: dict[str, str] | None = None) -> str:
    defs = dg.Definitions(
        assets=[each for each in assets if not isinstance(each, dg.AssetChecksDefinition)],
        asset_checks=[each for each in assets if isinstance(each, dg.AssetChecksDefinition)],
        executor=dg.in_process_executor,
    )
    job = defs.resolve_implicit_global_asset_job_def()
    done = job.execute_in_process(instance=books.instance(), raise_on_error=False, tags=tags)
    return done.run_id


def test_a_check_that_fails_is_told_with_everything_it_found(books: Books) -> None:
    run = books.follow(_run(books, users, failing, warning, features_30d))
    assert run.status == "failed"
    [problem] = run.problems
    assert problem.sentence == OUTCOME.sentence()
    assert (problem.asset, problem.check) == ("raw_users", "coverage_is_sufficient")
    assert (problem.figure, problem.bound, problem.remedy) == (0.5, ">= 0.7", "Lower it.")
    assert (problem.severity, problem.failing_rows) == ("ERROR", 12)
    assert [dict(row) for row in problem.sample] == OUTCOME.failing_rows
    assert [each.sentence for each in run.warnings] == ["it looks odd"]
    states = {stage.step: stage.state for stage in run.stages}
    assert states["raw_users"] == "done"
    assert states["features_30d"] == "skipped"


def test_a_step_that_fails_is_told_in_its_own_words(books: Books) -> None:
    run = books.follow(
        _run(books, users, features_30d, breaking, tags={"spendsense/operator": "bo"})
    )
    assert [(each.sentence, each.step) for each in run.problems] == [
        ("the disk is upside down: turn it", "account_balances")
    ]
    assert (run.operator, run.launched_by, run.has_published) == ("bo", "Dagster", False)
    states = {stage.step: stage.state for stage in run.stages}
    assert states == {"raw_users": "done", "features_30d": "done", "account_balances": "failed"}


@dg.job
def nothing() -> None:
    pass


def _begun(books: Books, *, event: str = "PIPELINE_START", **tags: str) -> str:
    code = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "ours")
    origin = RemoteJobOrigin(code, "nothing")  # a run in a queue has one
    run = books.instance().create_run_for_job(nothing, tags=tags, remote_job_origin=origin)
    told = dg.DagsterEvent(event, "nothing", message="so it is")
    books.instance().report_dagster_event(told, run.run_id)
    return run.run_id


def test_a_run_whose_process_is_gone_has_failed_and_one_that_lives_has_not(books: Books) -> None:
    alive = _begun(books, **{PROCESS_TAG: process_mark(os.getpid())})
    dead = _begun(books, **{PROCESS_TAG: process_mark(os.getpid(), started="1")})
    assert books.follow(alive).status == "running"
    gone = books.follow(dead)
    assert gone.status == "failed"
    assert "process of this run ended" in gone.problems[0].sentence
    active = books.active_run()
    assert active is not None
    assert active.run_id == alive


def test_a_run_that_waits_says_behind_whom(books: Books) -> None:
    from spendsense_pipeline.publishing.warehouse import writer_lock, writer_now

    settings = Settings.from_environment()
    waiting = _begun(books, **{PROCESS_TAG: process_mark(os.getppid())})
    with writer_lock(settings, holder="run 1a2b3c4d", wait_seconds=0):
        run = books.follow(waiting)
        assert run.status == "queued"
        assert run.waiting_for is not None
        assert run.waiting_for.startswith(f"run 1a2b3c4d (process {os.getpid()}, since ")
        assert books.follow(_begun(books, event="PIPELINE_ENQUEUED")).waiting_for == run.waiting_for
    assert writer_now(settings) is None
    assert books.follow(waiting).status == "running"
    # What a killed writer left in the file is no writer.
    settings.lock_path.write_text('{"holder": "run x", "pid": 1, "since": "then"}')
    assert writer_now(settings) is None


def test_what_waits_in_dagsters_queue_or_has_no_process_yet_can_be_canceled(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.from_environment()
    in_queue = _begun(books, event="PIPELINE_ENQUEUED")
    assert books.follow(in_queue).status == "queued"
    monkeypatch.setattr(cancelling, "_CLAIM_SECONDS", 0.1)
    for run_id in (in_queue, _begun(books)):
        ended = cancelling.cancel(settings, run_id, "bob")
        assert (ended.status, ended.canceled_by) == ("canceled", "bob")
    own = _begun(books, **{PROCESS_TAG: process_mark(os.getpid())})
    with pytest.raises(SpendSenseError, match="this very process"):
        cancelling.cancel(settings, own, "bob")
    assert books.follow(own).status == "running"


def test_the_schedule_is_told_without_a_daemon(books: Books) -> None:
    now = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    view = schedule_status(books, now=now)
    assert (view.name, view.is_on, view.is_served) == ("nightly_demo_refresh", True, False)
    assert view.next_at == dt.datetime(2026, 7, 2, 3, tzinfo=dt.UTC)
    assert view.ticks == ()
