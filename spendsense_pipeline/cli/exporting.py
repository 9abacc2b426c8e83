"""`spendsense export`: take the dataset away."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from spendsense_pipeline.cli.output import JsonOption, show, show_json
from spendsense_pipeline.disk import human_bytes


class Format(StrEnum):
    """The forms a dataset can be taken away in."""

    PARQUET = "parquet"
    CSV = "csv"
    JSON = "json"
    SQLITE = "sqlite"
    PLAID = "plaid"
    BEANCOUNT = "beancount"
    OFX = "ofx"
    QIF = "qif"


def export(
    directory: Annotated[
        Path, typer.Argument(help="New or empty directory, or an earlier export.")
    ],
    format_: Annotated[
        Format,
        typer.Option(
            "--format",
            "-f",
            help="parquet: typed, described; csv; json: with traces/{user_id}.json; "
            "sqlite: users.sqlite; plaid: Plaid's responses and Sandbox users; beancount: a "
            "ledger per person; ofx, qif: a file per account.",
        ),
    ] = Format.PARQUET,
    include_unconsented: Annotated[
        bool,
        typer.Option(
            "--include-unconsented", help="Also people who have not consented (left out otherwise)."
        ),
    ] = False,
    shift_to: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Move all days by whole weeks so that the last is nearest this one.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the published dataset into a directory, whole or not at all.

    ```bash
    spendsense export out/parquet
    spendsense export out/plaid --format plaid
    spendsense export out/csv --format csv --shift-to 2027-01-31
    ```
    """
    from spendsense_pipeline.publishing.consent import read_decisions, withdrawn
    from spendsense_pipeline.publishing.exports import export_dataset
    from spendsense_pipeline.publishing.exports.shifting import HOLIDAYS_FILE
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.reporting.reviews import standing_now
    from spendsense_pipeline.settings import Settings
    from spendsense_pipeline.tables import tables_in

    settings = Settings.from_environment()
    with open_dataset(settings) as published:
        exported = export_dataset(
            published.con,
            tables_in("exports"),
            directory,
            format_.value,
            withdrawn=withdrawn(read_decisions(settings)),
            where=standing_now(published, settings),
            include_unconsented=include_unconsented,
            shift_to=shift_to.date() if shift_to else None,
        )
        is_imported = published.resolved.is_imported
    if as_json:
        show_json(exported)
        return
    left_out = f"; {exported.left_out:,} without consent left out" if exported.left_out else ""
    show(
        f"Wrote {exported.files:,} files ({human_bytes(exported.bytes)}) to {directory}: "
        f"{exported.people:,} people{left_out}."
    )
    if exported.shift is not None:
        moved = exported.shift
        new_day = moved.as_of + moved.days
        exact = (
            "An import cannot be made anew as of another day."
            if is_imported
            else f"Exactly as of that day: spendsense refresh --as-of {moved.asked}."
        )
        show(
            f"Shifted by {moved.weeks} weeks, from {moved.as_of} to {new_day}: weekdays and gaps "
            f"are kept, days of the month and holidays are not; {exported.rows_on_holidays:,} rows "
            f"now fall on a federal holiday ({HOLIDAYS_FILE}). {exact}"
        )
