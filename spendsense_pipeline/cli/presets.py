"""`spendsense presets`: ready-made populations, and what one of them changes."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from spendsense_pipeline.cli.output import JsonOption, show, show_json, table
from spendsense_pipeline.errors import SpendSenseError


def preset_names(incomplete: str) -> list[str]:
    from spendsense_pipeline.controls import PRESET_CONFIGS

    return [name for name in PRESET_CONFIGS if name.startswith(incomplete)]


def presets(
    name: Annotated[
        str | None,
        typer.Argument(
            help="Preset to look into.", autocompletion=preset_names, show_default="all of them"
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the presets, or show what one of them changes against the default.

    ```bash
    spendsense presets
    spendsense presets overlap_testing
    spendsense refresh --preset overlap_testing
    ```
    """
    from spendsense_pipeline.controls import PRESET_CONFIGS, preset_description

    if name is None:
        listed = [
            {"name": each, "description": preset_description(each)} for each in PRESET_CONFIGS
        ]
        if as_json:
            show_json(listed)
            return
        shown = [(each["name"], each["description"]) for each in listed]
        show(table("Presets", ("preset", "population"), shown, prose=("population",)))
        show("What one changes: spendsense presets NAME. Use it: spendsense refresh --preset NAME.")
        return
    if name not in PRESET_CONFIGS:
        raise SpendSenseError(
            problem=f"there is no preset {name}",
            remedy=f"choose one of {', '.join(PRESET_CONFIGS)}",
        )
    changes = preset_changes(name)
    if as_json:
        show_json({"name": name, "description": preset_description(name), "changes": changes})
        return
    show(f"[bold]{name}[/bold]: {preset_description(name)}")
    if not changes:
        show("Every control is at its default.")
        return
    rows = [(c["control"], _shown(c["default"]), _shown(c["value"])) for c in changes]
    show(table("Changed", ("control", "default", name), rows, prose=("default", name)))


def preset_changes(name: str) -> list[dict[str, Any]]:
    """Controls a preset sets, with default and value in types JSON knows."""
    from spendsense_pipeline.controls import PRESET_CONFIGS, OperatorControls

    defaults = OperatorControls().model_dump(mode="json")
    values = PRESET_CONFIGS[name].model_dump(mode="json")
    return [
        {"control": control, "default": defaults[control], "value": value}
        for control, value in values.items()
        if value != defaults[control]
    ]


def _shown(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(each)}" for key, each in value.items() if each) or "none"
    if isinstance(value, list):
        return ", ".join(_shown(each) for each in value) or "none"
    return value if isinstance(value, str) else json.dumps(value)
