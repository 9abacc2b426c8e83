"""What controls ask for, where that is not their own value, and how near it some have to come.

Beside the controls (`operator_controls`), which name these where they are declared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from spendsense_pipeline.controls.comparison import Comparison

if TYPE_CHECKING:
    from spendsense_pipeline.controls.data_generation import DataGenerationConfig
    from spendsense_pipeline.controls.operator_controls import OperatorControls

HIGH_SPENDER_FACTOR: Final = 1.5
"""Purchases of a high spender as a multiple of anybody else's, as the operator guide promises."""
BUT_ONE: Final = Comparison(points=1.0, side="at least")
"""Somebody may just have cancelled one."""
AT_MOST: Final = Comparison(points=0.0, side="at most")
GROWTH: Final = Comparison(points=0.0, of_requested=0.15)
VOLUME: Final = Comparison(points=0.0, of_requested=0.1)
ALL: Final = Comparison(points=0.02)


def weights(_: DataGenerationConfig, controls: OperatorControls) -> dict[str, float]:
    """Share of each target."""
    return {persona.value: share for persona, share in controls.normalized_weights.items()}


def purchases(config: DataGenerationConfig, controls: OperatorControls) -> float:
    """Everyday purchases a month that the volume controls ask for of everybody together."""
    extra = 1 + (HIGH_SPENDER_FACTOR - 1) * controls.high_spender_probability
    return config.avg_transactions_per_month * controls.transaction_multiplier * extra


def if_natural(_: DataGenerationConfig, controls: OperatorControls) -> float | None:
    """Stressed people, where nobody has a target."""
    return controls.cash_flow_stress_rate if controls.is_natural else None


def if_dealt(_: DataGenerationConfig, controls: OperatorControls) -> float | None:
    """Events, where they are dealt."""
    return controls.life_event_rate if controls.deals_events else None


def all_if_weighed(_: DataGenerationConfig, controls: OperatorControls) -> float | None:
    """Every event is of a kind with a weight, where kinds are weighed and events dealt."""
    return 1.0 if controls.life_event_weights and controls.deals_events else None


def all_if_any(_: DataGenerationConfig, controls: OperatorControls) -> float | None:
    """Every purchase of a category is at custom merchants, where there are any."""
    return 1.0 if controls.custom_merchants else None
