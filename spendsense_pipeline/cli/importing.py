"""`spendsense import`: measure, judge and explain data that was not generated here."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from spendsense_pipeline.cli.output import (
    JsonOption,
    OperatorOption,
    YesOption,
    operator_name,
    say,
    show,
    show_json,
    table,
)
from spendsense_pipeline.cli.refresh import confirm_replacing, run_and_summarize

if TYPE_CHECKING:
    from spendsense_pipeline.importing import StagedImport
    from spendsense_pipeline.importing.report import ReportLine


def _list_formats(name: str | None) -> str | None:
    """End the command with the formats there are, where the name asks for them."""
    if name != "list":
        return name
    from spendsense_pipeline.importing.formats import FORMATS

    rows = [(ready.name, ready.title, ", ".join(ready.suffixes)) for ready in FORMATS.values()]
    show(table("Formats", ("format", "of", "files"), rows, left=("of", "files")))
    raise typer.Exit


def import_(
    path: Annotated[
        Path,
        typer.Argument(
            help="Folder in the raw layout or of Plaid responses, or one .json file; with --format "
            "an export, or a folder of them."
        ),
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
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            callback=_list_formats,
            is_eager=True,
            help="The export of a bank or an app: chase, mint, ofx and others (`--format list`).",
            show_default="the raw layout or Plaid's",
        ),
    ] = None,
    all_consented: Annotated[
        bool,
        typer.Option(
            "--all-consented", help="You hold everybody's consent (a recorded refusal stands)."
        ),
    ] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Refuse what is odd, instead of leaving its value out."),
    ] = False,
    no_run: Annotated[
        bool, typer.Option("--no-run", help="Only validate and set aside; run nothing.")
    ] = False,
    operator: OperatorOption = None,
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
    spendsense import downloads --format chase --as-of 2026-06-30 --all-consented
    ```
    """
    from spendsense_pipeline.cli.overrides import Overrides, overridden_configuration
    from spendsense_pipeline.importing import ImportRequest, stage
    from spendsense_pipeline.importing.warehouse import fill_warehouse, imports_dir
    from spendsense_pipeline.launching.preparing import FROM_RAW, Prepared, RunRequest
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    name = operator_name(settings, operator)
    settings.prepare_data_dir()
    day = as_of.date() if as_of else None
    request = ImportRequest(path, day, mapping, all_consented, is_strict=strict, format=format_)
    staged = stage(request, imports_dir(settings))
    if no_run and as_json:
        show_json(staged)
        return
    if not as_json:
        _show(staged)
    if no_run:
        show(f"Valid, set aside as {staged.fingerprint}. Nothing was run.")
        return
    confirm_replacing(settings, yes=yes)
    fill_warehouse(settings, staged, overridden_configuration(None, Overrides(), say=say))
    prepared = Prepared(RunRequest(FROM_RAW, operator=name), {}, None, ())
    run_and_summarize(
        settings,
        prepared,
        action="import",
        subject=path.name,
        as_json=as_json,
        also={"import": staged},
    )


def _show(staged: StagedImport) -> None:
    """What was read, as what, and what became of the rest."""
    from spendsense_pipeline.importing.report import Outcome

    lines = [
        (line.outcome, line.file, line.rows, _said(line))
        for outcome in get_args(Outcome)
        for line in staged.report
        if line.outcome == outcome
    ]
    headings = ("outcome", "file", "rows", "what, and what to do")
    show(table("What was brought", headings, lines, left=("file",), prose=headings[-1:]))
    kinds = [
        (
            f"{kind.type}/{kind.subtype or 'unknown'}",
            kind.measured_as or "not measured",
            kind.balance_sign,
            kind.accounts,
            kind.without_balance,
            kind.transactions,
        )
        for kind in staged.holdings.accounts
    ]
    columns = ("account", "measured as", "balance", "accounts", "balance unknown", "transactions")
    show(table("Accounts", columns, kinds, left=columns[1:3]))
    held = staged.holdings
    span = f"{held.first_date} to {held.last_date}" if held.first_date else "no posted rows"
    consent = ", ".join(f"{count:,} {status}" for status, count in held.people_by_consent.items())
    show(
        f"As of {staged.as_of}; posted rows {span}, positive = money out. "
        f"Consent: {consent or 'nobody is in it'}.",
    )


def _said(line: ReportLine) -> str:
    first = f"; first: {', '.join(line.first_rows)}" if line.first_rows else ""
    remedy = f". {line.remedy}" if line.remedy else ""
    return f"{line.text}{first}{remedy}"
