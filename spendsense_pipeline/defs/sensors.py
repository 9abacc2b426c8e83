"""What watches the nights: tells somebody when a run fails, and clears runs whose process died."""

import logging
from typing import Protocol

import dagster as dg

from spendsense_pipeline.defs.runs import mark_dead_runs

_EVERY_SECONDS = 60


class Notifier(Protocol):
    """Anything that can tell a person something."""

    def tell(self, title: str, text: str) -> None:
        """Pass the message on; must not raise for an unreachable recipient."""


class LogNotifier:
    """Writes to the log: the notifier until there is a better one."""

    def tell(self, title: str, text: str) -> None:
        """Log the message as an error."""
        logging.getLogger("spendsense_pipeline").error("%s: %s", title, text)


def failure_sensor(notifier: Notifier) -> dg.SensorDefinition:
    """A sensor that tells `notifier` about every failed run."""

    @dg.run_failure_sensor(
        name="tell_about_failed_runs",
        description="Tells the notifier (by default the log) which run failed and why.",
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=_EVERY_SECONDS,
    )
    def tell_about_failed_runs(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        notifier.tell(f"{run.job_name} failed (run {run.run_id[:8]})", _reason(context))

    return tell_about_failed_runs


def _reason(context: dg.RunFailureSensorContext) -> str:
    """The messages of the steps that failed, without their stacks."""
    reasons = []
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        text = event.step_failure_data.user_failure_data
        message = (
            text.description if text and text.description else (error.message if error else "")
        )
        reasons.append(f"{event.step_key}: {message.strip()}")
    return "\n".join(reasons) or context.failure_event.message or "no reason was recorded"


@dg.sensor(
    name="mark_dead_runs",
    description=(
        "Reports runs as failed whose process is gone (killed, or the machine went down), so that"
        " they do not hold up the queue."
    ),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=_EVERY_SECONDS,
)
def dead_runs_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Look at every unfinished run."""
    dead = mark_dead_runs(context.instance)
    return dg.SkipReason(f"Marked as failed: {', '.join(dead)}" if dead else "No dead runs.")
