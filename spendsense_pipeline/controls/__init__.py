"""What an operator may ask for: controls, presets, rule thresholds, expectations and their files.

Everything is validated here and nowhere else. How a request is realised is `generation`'s business,
how Dagster presents it `defs`'s."""

from __future__ import annotations

from spendsense_pipeline.controls.data_generation import DataGenerationConfig
from spendsense_pipeline.controls.documentation import Documented, documented
from spendsense_pipeline.controls.effects import controls_without_effect
from spendsense_pipeline.controls.errors import ControlsError
from spendsense_pipeline.controls.expectations import Expectations
from spendsense_pipeline.controls.files import export_config, load_config, operator_config_from
from spendsense_pipeline.controls.history import (
    MAX_MONTHS,
    can_extend,
    default_history_start,
    span_months,
)
from spendsense_pipeline.controls.merchants import (
    SPENDING_CATEGORIES,
    TYPICAL_AMOUNT_USD,
    CustomMerchant,
)
from spendsense_pipeline.controls.operator_config import OperatorConfig
from spendsense_pipeline.controls.operator_controls import OperatorControls
from spendsense_pipeline.controls.personas import PersonaTarget
from spendsense_pipeline.controls.presets import PRESET_CONFIGS, preset_description
from spendsense_pipeline.controls.requested import HIGH_SPENDER_FACTOR
from spendsense_pipeline.controls.resolved import ResolvedConfig, as_of_for, resolve
from spendsense_pipeline.controls.thresholds import PersonaThresholds

__all__ = [
    "HIGH_SPENDER_FACTOR",
    "MAX_MONTHS",
    "PRESET_CONFIGS",
    "SPENDING_CATEGORIES",
    "TYPICAL_AMOUNT_USD",
    "ControlsError",
    "CustomMerchant",
    "DataGenerationConfig",
    "Documented",
    "Expectations",
    "OperatorConfig",
    "OperatorControls",
    "PersonaTarget",
    "PersonaThresholds",
    "ResolvedConfig",
    "as_of_for",
    "can_extend",
    "controls_without_effect",
    "default_history_start",
    "documented",
    "export_config",
    "load_config",
    "operator_config_from",
    "preset_description",
    "resolve",
    "span_months",
]
