"""`spendsense config`: check, show and save configuration files without running anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spendsense_pipeline.cli.output import (
    JsonOption,
    YesOption,
    is_interactive,
    say,
    show,
    show_json,
    table,
)
from spendsense_pipeline.errors import WRONG_INPUT, SpendSenseError

if TYPE_CHECKING:
    from spendsense_pipeline.controls import OperatorConfig, ResolvedConfig

app = typer.Typer(help="Check, show and save the operator's configuration.", no_args_is_help=True)
_FileArgument = Annotated[Path, typer.Argument(help="Configuration file, JSON or YAML.")]


@app.command()
def check(file: _FileArgument, as_json: JsonOption = False) -> None:
    """Validate a configuration without running it; every problem is named at once (exit code 2).

    A persona that the history is too short to show is named, and valid.

    ```bash
    spendsense config check data/operator_config.json
    ```
    """
    from spendsense_pipeline.controls import ControlsError, load_config

    try:
        asked = load_config(file)
        warnings = [str(short) for short in _resolved(asked).short_histories]
    except ControlsError as error:
        if as_json:
            show_json({"file": str(file), "valid": False, "problems": error.problems})
            raise typer.Exit(WRONG_INPUT) from None
        raise
    if as_json:
        show_json({"file": str(file), "valid": True, "problems": [], "warnings": warnings})
        return
    given = asked.given_json()
    count = sum(len(section) for section in given.values() if isinstance(section, dict))
    base = f"preset {asked.preset}" if asked.preset else "the defaults"
    values = "1 value" if count == 1 else f"{count} values"
    show(f"{file} is valid: {values} given, the rest from {base}.")
    for warning in warnings:
        show(f"But {warning}")


@app.command("show")
def show_(
    file: Annotated[
        Path | None,
        typer.Argument(help="Configuration file.", show_default="what `refresh` would use now"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show every value a run would use and where it comes from.

    ```bash
    spendsense config show
    spendsense config show data/operator_config.json --json
    ```
    """
    from spendsense_pipeline.cli.overrides import Overrides, overridden_configuration

    asked = overridden_configuration(file, Overrides(), say=say)
    resolved = _resolved(asked)
    if as_json:
        show_json(resolved.to_dict())
        return
    rows = [
        (f"{row['section']}.{row['name']}", row["value"], row["source"])
        for row in resolved.to_rows()
    ]
    show(
        table(
            "Configuration",
            ("value", "in force", "from"),
            rows,
            left=("from",),
            prose=("in force",),
        )
    )


@app.command()
def export(
    file: _FileArgument,
    preset: Annotated[str | None, typer.Option(help="Save this preset, spelled out.")] = None,
    yes: YesOption = False,
) -> None:
    """Save a configuration to edit: what the published dataset was made from, or a preset.

    ```bash
    spendsense config export data/operator_config.json
    spendsense config export targeted.yaml --preset overlap_testing
    ```
    """
    from spendsense_pipeline.controls import export_config

    if file.exists() and not yes and not (is_interactive() and typer.confirm(f"Replace {file}?")):
        raise SpendSenseError(
            problem=f"{file} exists", remedy="choose another name or pass --yes to replace it"
        )
    asked = _of_preset(preset) if preset else _of_published()
    export_config(file, asked)
    show(f"Saved {file}. Edit it, then: spendsense config check {file}")


def _of_preset(preset: str) -> OperatorConfig:
    from spendsense_pipeline.controls import PRESET_CONFIGS, OperatorConfig

    return OperatorConfig(controls=PRESET_CONFIGS[preset])


def _of_published() -> OperatorConfig:
    """What was asked for when the published dataset was made; the defaults when there is none."""
    from spendsense_pipeline.controls import operator_config_from
    from spendsense_pipeline.publishing.warehouse import NoDatasetError
    from spendsense_pipeline.reporting.asked import asked_of
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.settings import Settings

    try:
        with open_dataset(Settings.from_environment()) as published:
            return asked_of(published)
    except NoDatasetError:
        say("Nothing is published yet: saving the defaults.")
        return operator_config_from({})


def _resolved(asked: OperatorConfig) -> ResolvedConfig:
    from spendsense_pipeline.controls import as_of_for, resolve
    from spendsense_pipeline.settings import Settings, today

    return resolve(asked, as_of=as_of_for(asked, today=today(Settings.from_environment())))
