"""Keeping a configuration as the one that every night is made from, and saying who did."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from spendsense_pipeline.controls import export_config
from spendsense_pipeline.operations.entries import Operation
from spendsense_pipeline.operations.log import try_to_record

if TYPE_CHECKING:
    from spendsense_pipeline.controls import OperatorConfig
    from spendsense_pipeline.settings import Settings


def save_for_the_nights(
    settings: Settings, asked: OperatorConfig, *, operator: str, via: str, at: dt.datetime
) -> str:
    """Save what every refresh without a configuration of its own uses, the nightly one included.

    Args:
        settings: where it is kept.
        asked: what is asked for.
        operator: who saves it.
        via: one of `operations.entries.VIAS`.
        at: the instant, with its time zone.

    Returns:
        What was done, or that it does not stand in the log.

    Raises:
        SpendSenseError: when it cannot be written; what was saved before is as it was.
    """
    settings.prepare_data_dir()
    path = export_config(settings.operator_config_path, asked)
    detail = f"preset {asked.preset}" if asked.preset else ""
    entry = Operation(at, operator, "save configuration", path.name, detail, via)
    return try_to_record(settings, entry) or f"Saved {path.name}: every night is made from it."
