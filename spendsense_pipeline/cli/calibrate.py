"""`spendsense calibrate`: where the rules' lines fall in the loaded data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spendsense_pipeline.cli.output import JsonOption, say, show, show_json, table
from spendsense_pipeline.cli.person import Window
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.reporting.wording import NO_DATA, percent

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.calibration import Line


def calibrate(
    window: Annotated[Window, typer.Option(help="Days measured.")] = Window.HALF_YEAR,
    write: Annotated[
        Path | None,
        typer.Option(help="Save a configuration whose thresholds lie at the percentile --at."),
    ] = None,
    at: Annotated[
        float,
        typer.Option(
            min=1, max=99, help="75 draws each line so that a quarter of the people match."
        ),
    ] = 75.0,
    as_json: JsonOption = False,
) -> None:
    """Print each rule's feature percentiles in the loaded data and whom its line catches.

    ```bash
    spendsense calibrate
    spendsense calibrate --write thresholds.json --at 80
    ```
    """
    from spendsense_pipeline.controls import export_config, operator_config_from
    from spendsense_pipeline.publishing.commands import refresh_command
    from spendsense_pipeline.reporting.calibration import calibrate as lines_of
    from spendsense_pipeline.reporting.calibration import thresholds_at
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.settings import Settings

    days = int(window.value)
    if write is not None and write.exists():
        raise SpendSenseError(problem=f"{write} exists", remedy="choose another name")
    with open_dataset(Settings.from_environment()) as published:
        lines = lines_of(published, days)
        if write is not None:
            section = thresholds_at(published, days, at)
            export_config(write, operator_config_from({"thresholds": section}))
            command = refresh_command(is_imported=published.resolved.is_imported)
            say(f"Saved {write}. Look at it, then: {command} --config {write}")
    if as_json:
        show_json(lines)
    else:
        _show_lines(lines, days)


def _show_lines(lines: list[Line], days: int) -> None:
    rows: list[tuple[Any, ...]] = []
    persona = None
    for line in lines:
        if line.persona != persona:
            persona = line.persona
            rows.append((persona, *[""] * 6))
        rows.append(
            (
                f"  {line.feature}",
                f"{line.symbol} {line.threshold:g}",
                *(NO_DATA if v is None else f"{v:,.3g}" for v in line.percentiles.values()),
                percent(line.caught_share, 1),
            )
        )
    what = "feature"
    headings = (what, "line", "p25", "p50", "p75", "p90", "caught")
    show(table(f"The rules' lines in the data, {days} days", headings, rows, prose=(what,)))
