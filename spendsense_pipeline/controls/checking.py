"""Checking what somebody is still typing: every problem beside the field it is about, in the words
of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.controls.effects import controls_without_effect
from spendsense_pipeline.controls.errors import ControlsError, Problem
from spendsense_pipeline.controls.operator_config import OperatorConfig
from spendsense_pipeline.controls.resolved import as_of_for, resolve
from spendsense_pipeline.controls.uploads import config_from_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from spendsense_pipeline.controls.resolved import ResolvedConfig


def check(asked: Mapping[str, Any], *, today: date | None = None) -> tuple[Problem, ...]:
    """Everything that is wrong with a configuration from a page.

    Args:
        asked: its sections by name, as in a saved file.
        today: taken for `as_of` where none is given; None: what hangs on the day is not looked at.

    Returns:
        One sentence each, with the fields it is about; nothing if a run would take it.
    """
    try:
        config = config_from_page(asked)
        if today is not None:
            resolve(config, as_of=as_of_for(config, today=today))
    except ControlsError as error:
        return tuple(error.located(OperatorConfig.section))
    return ()


def notes(resolved: ResolvedConfig) -> tuple[str, ...]:
    """What is no problem and should be said: histories too short, controls that cannot show."""
    short = [str(each) for each in resolved.short_histories]
    return (*short, *controls_without_effect(resolved))
