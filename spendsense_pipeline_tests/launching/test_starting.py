"""Runs in a process of their own: refused before they begin or seen from then on to their end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.launching.books import Books
from spendsense_pipeline.launching.cancelling import cancel
from spendsense_pipeline.launching.launches import read_launch
from spendsense_pipeline.launching.preparing import FROM_RAW, RunRequest
from spendsense_pipeline.launching.starting import start
from spendsense_pipeline.launching.views import RunView
from spendsense_pipeline.operations.log import read_operations
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.refreshed_directory import ANYTHING_GOES, AS_OF, ASKED

LONGEST_SECONDS = 240.0
# Nobody has all personas; of so few people one in ten has none.
TOO_MUCH = {**ASKED, "expectations": ANYTHING_GOES | {"min_coverage": 1.0}}


def _until(books: Books, run_id: str, seen: Callable[[RunView], bool]) -> RunView:
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        run = books.follow(run_id)
        if seen(run):
            return run
        time.sleep(0.1)
    pytest.fail(f"still {books.follow(run_id)}")


def _is_over(run: RunView) -> bool:
    return not run.is_active


def _is_at_work(run: RunView) -> bool:
    return any(stage.state == "done" for stage in run.stages)


def _pid(settings: Settings, run_id: str) -> int:
    launch = read_launch(settings, run_id)
    assert launch is not None
    return int(launch.process.split(".")[0])


def _dataset_run(settings: Settings) -> str:
    with duckdb.connect(str(settings.published_path), read_only=True) as con:
        [(run_id,)] = con.execute("select run_id from dataset").fetchall()
    return str(run_id)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            {"config": {"config": {"num_users": -1}, "controls": {"x": 1}}},
            "num_users.*\n.*x is not",
        ),
        ({"operator": " "}, "not known"),
        ({"job": "features_and_personas"}, "job must be one of"),
        ({"job": FROM_RAW, "config": {}}, "holds no raw tables"),
        ({"job": FROM_RAW, "config": {}, "is_fresh": True}, "is_fresh would make others"),
    ],
)
def test_what_is_wrong_is_said_before_anything_begins(
    books: Books, data_dir: Path, wrong: dict[str, object], told: str
) -> None:
    settings = Settings.from_environment()
    asked = {"config": ASKED, "operator": "ann"} | wrong
    with pytest.raises(SpendSenseError, match=told):
        start(settings, RunRequest(**asked))  # type: ignore[arg-type]
    assert not settings.launches_dir.exists()
    assert not settings.operations_path.exists()
    assert books.runs() == ()


def test_want_of_room_is_said_before_anything_begins(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spendsense_pipeline.scaling import capacity

    monkeypatch.setattr(capacity, "free_bytes", lambda _: 1_000_000)
    with pytest.raises(SpendSenseError, match="of disk in"):
        start(Settings.from_environment(), RunRequest(config=ASKED, operator="ann"))
    assert not data_dir.exists()


def test_a_run_is_seen_from_its_first_moment_and_ends_however_its_process_does(
    books: Books,
) -> None:
    settings = Settings.from_environment()
    killed = start(settings, RunRequest(config=ASKED, operator="ann"))
    first = books.follow(killed)
    assert (first.status, first.operator, first.launched_by) == ("starting", "ann", "dashboard")
    assert str(first.as_of) == AS_OF
    assert [run.run_id for run in books.runs()] == [killed]
    os.kill(_pid(settings, killed), signal.SIGKILL)
    ended = _until(books, killed, _is_over)
    assert ended.status == "failed"
    assert "ended before it had begun" in ended.problems[0].sentence
    canceled = start(settings, RunRequest(config=ASKED, operator="ann"))
    after = cancel(settings, canceled, "bob")
    assert (after.status, after.canceled_by, after.problems) == ("canceled", "bob", ())
    assert [run.status for run in books.runs()] == ["canceled", "failed"]
    with pytest.raises(SpendSenseError, match="was canceled"):
        cancel(settings, canceled, "bob")
    assert [(done.action, done.operator, done.subject) for done in read_operations(settings)] == [
        ("refresh", "ann", killed),
        ("refresh", "ann", canceled),
        ("cancel", "bob", canceled),
    ]
    assert not settings.published_path.exists()


# Starts a run and is gone before that has got anywhere, as a web server is that is reloaded.
PARENT = """
import json, sys
from spendsense_pipeline.launching.preparing import RunRequest
from spendsense_pipeline.launching.starting import start
from spendsense_pipeline.settings import Settings

print(start(Settings.from_environment(), RunRequest(config=json.loads(sys.argv[1]), operator="ann")))
"""


@pytest.mark.long
def test_a_run_outlives_who_started_it_and_publishes(books: Books) -> None:
    import json

    settings = Settings.from_environment()
    run_id = subprocess.run(
        [sys.executable, "-c", PARENT, json.dumps(ASKED)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    _until(books, run_id, _is_at_work)
    ended = _until(books, run_id, _is_over)
    assert (ended.status, ended.has_published, ended.problems) == ("succeeded", True, ())
    assert {stage.state for stage in ended.stages} == {"done"}
    assert _dataset_run(settings) == run_id


@pytest.mark.long
def test_of_two_runs_one_queues_and_both_end_with_what_they_found(books: Books) -> None:
    settings = Settings.from_environment()
    asked = RunRequest(config=TOO_MUCH, operator="ann")
    first, second = start(settings, asked), start(settings, asked)
    # Either may come first.
    deadline = time.monotonic() + LONGEST_SECONDS
    waited = None
    while waited is None and time.monotonic() < deadline:
        waited = next((run for run in books.runs() if run.status == "queued"), None)
        time.sleep(0.1)
    assert waited is not None
    other = ({first, second} - {waited.run_id}).pop()
    assert waited.waiting_for is not None
    assert waited.waiting_for.startswith(f"run {other[:8]} (process {_pid(settings, other)}")
    for run_id in (first, second):
        ended = _until(books, run_id, _is_over)
        assert (ended.status, ended.has_published) == ("failed", False)
        [problem] = ended.problems
        assert (problem.check, problem.severity) == ("coverage_is_sufficient", "ERROR")
        assert problem.figure is not None
        assert problem.figure < 1
        assert problem.bound
        assert problem.remedy
        assert problem.remedy in problem.sentence
        assert problem.failing_rows == len(problem.sample) > 0
    assert not settings.published_path.exists()


@pytest.mark.long
@pytest.mark.parametrize("how", ["canceled", "killed"])
def test_a_run_ended_in_the_middle_leaves_what_was_published_and_the_next_one_works(
    own_copy: Path, how: str
) -> None:
    settings = Settings.from_environment()
    before = _dataset_run(settings)
    asked = RunRequest(config=ASKED, is_fresh=True, operator="ann")
    with Books(settings) as books:
        run_id = start(settings, asked)
        _until(books, run_id, _is_at_work)
        if how == "canceled":
            ended = cancel(settings, run_id, "bob")
            assert (ended.status, ended.canceled_by) == ("canceled", "bob")
        else:
            os.kill(_pid(settings, run_id), signal.SIGKILL)
            ended = _until(books, run_id, _is_over)
            assert ended.status == "failed"
            assert "process of this run ended" in ended.problems[0].sentence
        assert {stage.state for stage in ended.stages} <= {"done", "failed", "skipped"}
        assert _dataset_run(settings) == before
        again = start(settings, asked)
        assert _until(books, again, _is_over).status == "succeeded"
        assert _dataset_run(settings) == again


@pytest.mark.long
def test_a_run_of_the_command_can_be_canceled_from_elsewhere(data_dir: Path) -> None:
    settings = Settings.from_environment()
    words = ["refresh", "--users", "20", "--months", "4", "--as-of", AS_OF, "--yes"]
    command = subprocess.Popen(
        [sys.executable, "-m", "spendsense_pipeline.cli", *words], stderr=subprocess.PIPE, text=True
    )
    with Books(settings) as books:
        deadline = time.monotonic() + LONGEST_SECONDS
        while not (run := books.active_run()) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert run is not None
        _until(books, run.run_id, _is_at_work)
        assert cancel(settings, run.run_id, "bob").status == "canceled"
    _, said = command.communicate()
    assert command.returncode == 130, said
    assert "interrupted; the published dataset is as it was" in said
