"""`spendsense refresh`: the data anew, from the operator's controls to the published dataset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spendsense_pipeline.cli.output import (
    JsonOption,
    OperatorOption,
    YesOption,
    is_interactive,
    operator_name,
    plain,
    say,
    show,
    show_json,
)
from spendsense_pipeline.cli.presets import preset_names
from spendsense_pipeline.disk import human_bytes

if TYPE_CHECKING:
    from spendsense_pipeline.launching.preparing import Plan, Prepared
    from spendsense_pipeline.settings import Settings


def refresh(
    users: Annotated[int | None, typer.Option(help="How many people.", show_default="100")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Another seed, other people.", show_default="42")
    ] = None,
    months: Annotated[
        int | None, typer.Option(help="Months of history, 1 to 24.", show_default="6")
    ] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day the data ends.", show_default="today"),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help="Start from this preset (`spendsense presets`).", autocompletion=preset_names
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            help="Configuration file, JSON or YAML.",
            show_default="operator_config.json in the data directory, if there",
        ),
    ] = None,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh", help="Start a new world instead of extending the published history."
        ),
    ] = False,
    from_raw: Annotated[
        bool,
        typer.Option(
            "--from-raw",
            help="Make nobody: measure and judge the raw tables that are there, imports too.",
        ),
    ] = False,
    replace_import: Annotated[
        bool,
        typer.Option("--replace-import", help="Let made-up people take the place of an import."),
    ] = False,
    skip_validation: Annotated[
        bool,
        typer.Option(
            "--skip-validation", help="Skip the checks that only warn; blocking ones always run."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Validate and estimate; write nothing.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Go on although the disk or the memory looks too small for it."
        ),
    ] = False,
    operator: OperatorOption = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Generate, measure, judge, explain, check and publish: the whole pipeline in one command.

    Runs the job demo_refresh; the run is in Dagster's UI like any other. An unchanged configuration
    extends the published history day by day; --fresh begins anew. An import is never replaced
    unasked: --from-raw measures it again (job refresh_from_raw), as of its own day.

    ```bash
    spendsense refresh
    spendsense refresh --preset overlap_testing --users 200 --yes
    spendsense refresh --config data/operator_config.json --dry-run
    spendsense refresh --from-raw --yes
    ```
    """
    from spendsense_pipeline.cli.from_raw import judge_again, require_nobody_made
    from spendsense_pipeline.cli.overrides import Overrides, overridden_configuration
    from spendsense_pipeline.launching.preparing import (
        RunRequest,
        begin,
        plan,
        prepare,
        require_no_import_held,
    )
    from spendsense_pipeline.settings import Settings, today

    if from_raw:
        require_nobody_made(
            {
                "--users": users,
                "--seed": seed,
                "--months": months,
                "--as-of": as_of,
                "--preset": preset,
                "--fresh": fresh,
                "--replace-import": replace_import,
            }
        )
        judge_again(
            config,
            operator=operator,
            skip_validation=skip_validation,
            dry_run=dry_run,
            yes=yes,
            as_json=as_json,
        )
        return
    settings = Settings.from_environment()
    if not (replace_import or dry_run):
        require_no_import_held(settings)
    overrides = Overrides(users, seed, months, as_of.date() if as_of else None, preset)
    request = RunRequest(
        config=overridden_configuration(config, overrides, say=say).given_json(),
        is_fresh=fresh,
        replace_import=replace_import,
        only_blocking_checks=skip_validation,
        force=force,
        operator=operator_name(settings, operator),
    )
    if dry_run:
        planned = plan(settings, request, today=today(settings))
        _show_estimate(planned, settings, replace_import=replace_import, as_json=as_json)
        return
    prepared = prepare(settings, request, today=today(settings))
    for note in prepared.notes:
        say(note)
    if replace_import:
        _say_how_to_come_back(settings)
    confirm_replacing(settings, yes=yes)
    if skip_validation:
        say("Skipping the checks that only warn; those that block publishing run.")
    begin(settings, prepared)
    run_and_summarize(settings, prepared, as_json=as_json)


def _say_how_to_come_back(settings: Settings) -> None:
    from spendsense_pipeline.publishing.imported import find_import

    held = find_import(settings)
    if held is not None and held.dataset_id is not None:
        say(
            f"Replacing {held}; `spendsense rollback {held.dataset_id}` publishes it again for as"
            " long as no newer import has taken its place."
        )


def confirm_replacing(settings: Settings, *, yes: bool) -> None:
    """Ask before the published dataset is replaced, where there is somebody to ask."""
    from spendsense_pipeline.publishing.retention import current_dataset
    from spendsense_pipeline.publishing.warehouse import WarehouseError

    if yes or not is_interactive():
        return
    try:
        published = current_dataset(settings)
    except WarehouseError:
        return
    question = (
        f"Replace dataset {published.dataset_id} as of {published.as_of} in {settings.data_dir}?"
    )
    typer.confirm(question, abort=True)


def run_and_summarize(
    settings: Settings,
    prepared: Prepared,
    *,
    action: str = "refresh",
    subject: str = "",
    as_json: bool = False,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Run a job with live progress, then show the summary of what it published.

    Args:
        settings: where the files are.
        prepared: what is run.
        action: what the log of operations calls it.
        subject: what it is about there; "" for the job.
        as_json: show the summary as JSON and no progress.
        also: what else the JSON of a run that succeeded says.

    Raises:
        SpendSenseError: with every failed check's figure, bound and remedy.
    """
    from spendsense_pipeline.cli.progress import TerminalProgress
    from spendsense_pipeline.cli.summary import show_summary
    from spendsense_pipeline.launching.preparing import disk_full_in_one_line
    from spendsense_pipeline.launching.running import new_run_id, run_job
    from spendsense_pipeline.operations.entries import COMMAND_LINE
    from spendsense_pipeline.operations.runs import note_run
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.reporting.summary import summarize
    from spendsense_pipeline.settings import today

    run_id = new_run_id()
    request = prepared.request
    with disk_full_in_one_line(settings, prepared.expected):
        unrecorded = note_run(
            settings, request, run_id, action=action, subject=subject, via=COMMAND_LINE
        )
        if unrecorded:
            say(unrecorded)
        report = run_job(
            settings,
            request.job,
            run_config=prepared.run_config,
            progress=TerminalProgress(is_quiet=as_json),
            run_id=run_id,
            operator=request.operator,
            only_blocking_checks=request.only_blocking_checks,
            force=request.force,
        )
    if report.is_interrupted:
        raise KeyboardInterrupt
    if not report.is_success:
        if as_json:
            show_json(
                {
                    "run_id": report.run_id,
                    "success": False,
                    "problems": report.failed_checks + report.errors,
                }
            )
        raise report.failure()
    with open_dataset(settings) as published:
        content = summarize(published, settings, today=today(settings))
    if as_json:
        said = {"run_id": report.run_id, "success": True, "summary": content, **(also or {})}
        show_json(plain(said))
    else:
        show_summary(content)


def _show_estimate(
    planned: Plan,
    settings: Settings,
    *,
    replace_import: bool,
    as_json: bool,
) -> None:
    from spendsense_pipeline.scaling.capacity import shortage

    resolved, history, expected = planned.resolved, planned.history, planned.expected
    missing = shortage(expected, settings)
    refusal = None if replace_import else _refusal(settings)
    if as_json:
        show_json(
            {
                "configuration": resolved.to_dict(),
                "history": history.note,
                "warnings": [str(short) for short in resolved.short_histories],
                "estimate": expected,
                "shortage": missing and str(missing),
                "refusal": refusal,
            }
        )
        return
    show(
        f"Valid. As of {resolved.as_of}. {history.note}",
        f"A run would make about {expected.people:,} people ({expected.consenting:,} consenting) "
        f"with {expected.transactions:,} transactions since {resolved.history_start}, a database "
        f"of about {human_bytes(expected.bytes)}, in about {expected.seconds:.0f} seconds. Nothing "
        "was written.",
    )
    for short in resolved.short_histories:
        show(f"But {short}")
    if missing:
        show(f"It would be refused here: {missing}.")
    if refusal:
        show(f"It would be refused here: {refusal}.")


def _refusal(settings: Settings) -> str | None:
    """Why a run that makes people would be refused, if it would."""
    from spendsense_pipeline.launching.preparing import require_no_import_held
    from spendsense_pipeline.publishing.imported import ImportHeldError

    try:
        require_no_import_held(settings)
    except ImportHeldError as error:
        return str(error)
    return None
