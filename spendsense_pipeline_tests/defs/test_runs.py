"""A run whose process is gone is reported as failed; one whose process lives is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import dagster as dg
import pytest

from spendsense_pipeline.defs.runs import (
    PROCESS_TAG,
    claim_run,
    mark_dead_runs,
    process_mark,
    process_started,
)
from spendsense_pipeline.defs.sensors import dead_runs_sensor


@dg.job
def nothing() -> None:
    pass


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def a_run(instance: dg.DagsterInstance, mark: str | None = None) -> str:
    run = instance.create_run_for_job(nothing, tags={PROCESS_TAG: mark} if mark else {})
    instance.report_dagster_event(
        dg.DagsterEvent("PIPELINE_START", "nothing", message="started"), run.run_id
    )
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    assert found.status == dg.DagsterRunStatus.STARTED
    return run.run_id


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def test_a_run_of_this_process_is_alive(instance: dg.DagsterInstance) -> None:
    run_id = a_run(instance)
    claim_run(instance, run_id)
    run = instance.get_run_by_id(run_id)
    assert run is not None
    assert run.tags[PROCESS_TAG].startswith(f"{os.getpid()}.")
    assert mark_dead_runs(instance) == []
    assert status(instance, run_id) == dg.DagsterRunStatus.STARTED


def test_runs_of_dead_processes_and_other_boots_are_failed(instance: dg.DagsterInstance) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = a_run(instance, process_mark(ended.pid, started="4711"))
    other_boot = a_run(instance, process_mark(os.getpid(), boot="before-the-power-cut"))
    reused_pid = a_run(instance, process_mark(os.getpid(), started="1"))
    alive = a_run(instance, process_mark(os.getpid()))
    assert set(mark_dead_runs(instance)) == {dead, other_boot, reused_pid}
    assert status(instance, dead) == dg.DagsterRunStatus.FAILURE
    assert status(instance, alive) == dg.DagsterRunStatus.STARTED
    assert mark_dead_runs(instance) == []


def test_a_killed_process_nobody_has_collected_yet_counts_as_dead() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    assert process_started(process.pid)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert process_started(process.pid) is None
    process.wait()
    assert process_started(process.pid) is None


def test_a_run_that_has_only_just_started_is_given_time_to_say_who_carries_it(
    instance: dg.DagsterInstance,
) -> None:
    run_id = a_run(instance)
    assert mark_dead_runs(instance) == []
    assert status(instance, run_id) == dg.DagsterRunStatus.STARTED


def test_a_run_does_not_report_itself(instance: dg.DagsterInstance) -> None:
    run_id = a_run(instance, process_mark(os.getpid(), started="1"))
    assert mark_dead_runs(instance, except_run=run_id) == []


def test_the_sensor_says_which_runs_it_marked(instance: dg.DagsterInstance) -> None:
    run_id = a_run(instance, process_mark(os.getpid(), boot="another"))
    with dg.build_sensor_context(instance=instance) as context:
        skipped = dead_runs_sensor(context)
    assert isinstance(skipped, dg.SkipReason)
    assert run_id in str(skipped.skip_message)
