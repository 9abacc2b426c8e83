"""The nightly refresh: the operator's saved configuration, one day on."""

import dagster as dg

from spendsense_pipeline.controls import OperatorConfig, load_config
from spendsense_pipeline.defs.jobs import demo_refresh
from spendsense_pipeline.publishing.commands import refresh_command
from spendsense_pipeline.publishing.continuity import continue_published
from spendsense_pipeline.publishing.imported import REPLACE_OPTION, HeldImport, find_import
from spendsense_pipeline.settings import Settings

# 02:00 does not exist on one night a year where clocks change; 03:00 does everywhere.
NIGHTLY_CRON = "0 3 * * *"


@dg.schedule(
    name="nightly_demo_refresh",
    job=demo_refresh,
    cron_schedule=NIGHTLY_CRON,
    execution_timezone=str(Settings.from_environment().timezone),
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description=(
        "Refreshes everything at 03:00 (SPENDSENSE_TIMEZONE) as of the scheduled date, with"
        " operator_config.json from the data directory if there is one. The history continues last"
        " night's until it would pass 24 months. A missed night is caught up by the next. Imported"
        " data is of its own day and is left as it is: the night is skipped and says why."
    ),
)
def nightly_demo_refresh(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """One run per scheduled night; none while an import is here, which it would replace."""
    settings = Settings.from_environment()
    held = find_import(settings)
    if held is not None:
        return dg.SkipReason(_left_alone(held))
    as_of = context.scheduled_execution_time.astimezone(settings.timezone).date()
    is_saved = settings.operator_config_path.exists()
    asked = load_config(settings.operator_config_path) if is_saved else OperatorConfig()
    history = continue_published(settings, asked, as_of=as_of)
    context.log.info(
        "As of %s with %s. %s",
        as_of,
        settings.operator_config_path.name if is_saved else "the default configuration",
        history.note,
    )
    tonight = asked.replace(
        config=asked.config.replace(
            generation_timestamp=as_of.isoformat(), history_start=history.history_start
        )
    )
    return dg.RunRequest(
        run_key=context.scheduled_execution_time.isoformat(),
        run_config=tonight.given_json(),
        tags={
            "spendsense/as_of": as_of.isoformat(),
            "spendsense/history": "extended" if history.is_continued else "new",
        },
    )


def _left_alone(held: HeldImport) -> str:
    again, anew = refresh_command(is_imported=True), refresh_command(is_imported=False)
    return (
        f"Skipped: {held} is what is here, and made-up people would replace it. Measure it again"
        f" with `{again}`, bring newer rows with `spendsense import`, or go back to made-up people"
        f" with `{anew} {REPLACE_OPTION}`."
    )
