"""A control that was given and cannot show is named; one that can is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from spendsense_pipeline.controls import (
    PRESET_CONFIGS,
    OperatorConfig,
    PersonaTarget,
    controls_without_effect,
    resolve,
)


def named(preset: str | None = None, **controls: Any) -> list[str]:
    asked = OperatorConfig(preset=preset, controls=controls)
    return [
        line.split()[0] for line in controls_without_effect(resolve(asked, as_of=date(2025, 6, 1)))
    ]


@pytest.mark.parametrize(
    ("idle", "alive", "name"),
    [
        ({}, {"target_personas": ["variable_income"]}, "overlap_rate"),
        (
            {"target_personas": list(PersonaTarget)[-2:]},
            {"target_personas": ["subscription_heavy", "general"]},
            "overlap_rate",
        ),
        ({"target_personas": ["general"]}, {}, "cash_flow_stress_rate"),
        (
            {"credit_card_probability": 0},
            {"credit_card_probability": 0, "target_personas": ["high_utilization"]},
            "credit_utilization_distribution",
        ),
        ({"credit_utilization_distribution": {"low": 1}}, {}, "overdue_probability"),
        (
            {"payroll_pattern_distribution": {"weekly": 1}},
            {"payroll_pattern_distribution": {"irregular": 1}},
            "irregular_income_volatility",
        ),
        ({"subscription_adoption_rate": 0}, {}, "subscription_count_min"),
        (
            {"savings_adoption_rate": 0},
            {"savings_adoption_rate": 0, "target_personas": ["savings_builder"]},
            "savings_growth_target_pct",
        ),
        (
            {"category_spending_ratios": {"groceries": 1}},
            {"category_spending_ratios": {"groceries": 0.5, "fuel": 0.5}},
            "custom_merchants",
        ),
    ],
)
def test_a_control_is_named_where_it_idles(
    idle: dict[str, Any], alive: dict[str, Any], name: str
) -> None:
    value = {
        "credit_utilization_distribution": {"high": 1.0},
        "subscription_count_min": 4,
        "savings_growth_target_pct": 6,
        "custom_merchants": [{"name": "Fill Up", "category": "fuel"}],
    }.get(name, 0.2)
    assert named(**idle, **{name: value}) == [name]
    assert named(**alive, **{name: value}) == []


@pytest.mark.parametrize("preset", PRESET_CONFIGS)
def test_what_was_not_given_is_not_named(preset: str) -> None:
    assert named(preset) == []
    assert named(preset, credit_card_probability=0) == []
