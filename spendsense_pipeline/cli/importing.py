"""`spendsense import`: measure, judge and explain data that was not generated here."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from spendsense_pipeline.cli.output import JsonOption, YesOption, say, show, show_json
from spendsense_pipeline.cli.refresh import confirm_replacing, run_and_summarize

JOB = "refresh_from_raw"


def import_(
    path: Annotated[
        Path,
        typer.Argument(help="Folder in the raw layout or of Plaid responses, or one .json file."),
    ],
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="The day the balances are of.",
            show_default="what an export says",
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help="File that says how their files, columns and values are named."),
    ] = None,
    all_consented: Annotated[
        bool,
        typer.Option(
            "--all-consented", help="You hold everybody's consent (a recorded refusal stands)."
        ),
    ] = False,
    no_run: Annotated[
        bool, typer.Option("--no-run", help="Only validate and set aside; run nothing.")
    ] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Bring your own data: fill the raw tables from files and run everything after them.

    The folder holds users, accounts and transactions (optionally liabilities, card_statements) as
    .csv or .parquet with our column names, or Plaid's responses as FOLDER/<user_id>/*.json.
    Everything is validated before anything is written; without a consent_status nobody is
    processed.

    ```bash
    spendsense import mydata --as-of 2026-06-30 --all-consented
    spendsense import bank --as-of 2026-06-30 --mapping mapping.yaml --no-run
    ```
    """
    from spendsense_pipeline.cli.overrides import Overrides, overridden_configuration
    from spendsense_pipeline.importing import ImportRequest, stage
    from spendsense_pipeline.importing.warehouse import fill_warehouse, imports_dir
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    settings.prepare_data_dir()
    request = ImportRequest(path, as_of.date() if as_of else None, mapping, all_consented)
    staged = stage(request, imports_dir(settings))
    counts = ", ".join(
        f"{rows:,} {table.removeprefix('raw_')}" for table, rows in staged.rows.items() if rows
    )
    for line in staged.report:
        if line.outcome != "read":
            say(line.sentence)
    if no_run:
        if as_json:
            show_json(staged)
        else:
            show(f"Valid: {counts} as of {staged.as_of}, set aside as {staged.fingerprint}.")
        return
    say(f"Valid: {counts} as of {staged.as_of}.")
    confirm_replacing(settings, yes=yes)
    fill_warehouse(settings, staged, overridden_configuration(None, Overrides(), say=say))
    run_and_summarize(settings, JOB, run_config={}, as_json=as_json)
