"""Which configuration a command uses: the options given over a file, a preset, the saved file or
the defaults.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spendsense_pipeline.controls import OperatorConfig


@dataclass(frozen=True)
class Overrides:
    """Options of the command line that stand for values of the configuration."""

    users: int | None = None
    seed: int | None = None
    months: int | None = None
    as_of: dt.date | None = None
    preset: str | None = None

    @property
    def config(self) -> dict[str, Any]:
        """As values of the `config` section."""
        values = {
            "num_users": self.users,
            "seed": self.seed,
            "months_history": self.months,
            "generation_timestamp": self.as_of and self.as_of.isoformat(),
        }
        return {name: value for name, value in values.items() if value is not None}


def overridden_configuration(
    file: Path | None, overrides: Overrides, *, say: Callable[[str], None]
) -> OperatorConfig:
    """The configuration asked for; says where it comes from when that is not on the command line.

    An explicit file wins; a preset asked for starts from itself; else the saved file in the data
    directory, if there is one; else the defaults.
    """
    from spendsense_pipeline.controls import OperatorConfig, load_config, operator_config_from
    from spendsense_pipeline.settings import Settings

    saved = Settings.from_environment().operator_config_path
    if file is not None:
        base = load_config(file)
    elif overrides.preset is None and saved.is_file():
        say(f"Using the configuration in {saved}.")
        base = load_config(saved)
    else:
        if saved.is_file():
            say(f"Preset {overrides.preset} asked for: {saved} is not used.")
        base = OperatorConfig()
    given = base.given_json()
    if overrides.preset is not None:
        given["preset"] = overrides.preset
    if overrides.config:
        given["config"] = {**given.get("config", {}), **overrides.config}
    if overrides.months is not None:
        given["config"].pop("history_start", None)  # the option asks for another span
    return operator_config_from(given)
