"""Bad items planted among good ones, for guardrails to stop: where their recall comes from."""

from __future__ import annotations

from importlib import import_module, util
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from spendsense_pipeline.evaluation.measures import Recall

_GUARDRAILS: Final = "spendsense_pipeline.recommendations.guardrails"


def guardrail_recall() -> Recall | None:
    """What plants bad items and counts those stopped; None where no guardrails are installed."""
    if util.find_spec(_GUARDRAILS) is None:
        return None
    return cast("Recall", import_module(f"{_GUARDRAILS}.planting").recall)
