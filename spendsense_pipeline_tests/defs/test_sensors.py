"""A failed run is told to somebody, with the reason a person can act on."""

from __future__ import annotations

import logging

import dagster as dg
import pytest

from spendsense_pipeline.defs.sensors import LogNotifier, failure_sensor


class Recorder:
    """A notifier that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def tell(self, title: str, text: str) -> None:
        self.told.append((title, text))


@dg.op
def breaks_a_promise() -> None:
    raise dg.Failure(description="Not published: 1 promise is broken.")


@dg.op
def divides_by_zero() -> None:
    1 / 0  # noqa: B018


@dg.job
def night() -> None:
    breaks_a_promise()


@dg.job
def bug() -> None:
    divides_by_zero()


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        (night, "breaks_a_promise: Not published: 1 promise is broken."),
        (bug, "divides_by_zero: ZeroDivisionError: division by zero"),
    ],
)
def test_the_notifier_hears_which_run_failed_and_why(job: dg.JobDefinition, reason: str) -> None:
    recorder = Recorder()
    with dg.DagsterInstance.ephemeral() as instance:
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        result = job.execute_in_process(instance=instance, raise_on_error=False, run_config=quiet)
        context = dg.build_run_status_sensor_context(
            sensor_name="tell_about_failed_runs",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
        ).for_run_failure()
        failure_sensor(recorder)(context)
    [(title, text)] = recorder.told
    assert title == f"{job.name} failed (run {result.run_id[:8]})"
    assert text == reason


def test_by_default_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="spendsense_pipeline"):
        LogNotifier().tell("demo_refresh failed", "because")
    assert caplog.messages == ["demo_refresh failed: because"]
