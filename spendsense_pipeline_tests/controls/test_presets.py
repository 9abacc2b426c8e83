"""Presets: what they ask for, and what happens to it under explicit controls."""

from __future__ import annotations

import pytest

from spendsense_pipeline.controls import (
    PRESET_CONFIGS,
    ControlsError,
    OperatorConfig,
    OperatorControls,
    PersonaTarget,
)

GENERAL = PersonaTarget.GENERAL


def test_presets_are_those_of_the_contract() -> None:
    focused = {f"{persona}_focus" for persona in PersonaTarget if persona is not GENERAL}
    assert focused >= {
        "high_utilization_focus", "variable_income_focus", "subscription_heavy_focus",
        "savings_builder_focus", "cash_flow_stressed_focus",
    }  # fmt: skip
    assert {"default", "balanced", "overlap_testing", "calibrated"} | focused == set(PRESET_CONFIGS)
    assert PRESET_CONFIGS["default"].is_natural
    assert PRESET_CONFIGS["calibrated"].is_natural
    assert PRESET_CONFIGS["balanced"].normalized_weights == dict.fromkeys(
        PersonaTarget, 1 / len(PersonaTarget)
    )
    for persona in PersonaTarget:
        if persona is not GENERAL:
            assert PRESET_CONFIGS[f"{persona}_focus"].normalized_weights == {persona: 1.0}
    overlap = PRESET_CONFIGS["overlap_testing"]
    assert overlap.normalized_weights == {
        PersonaTarget.HIGH_UTILIZATION: 0.40,
        PersonaTarget.VARIABLE_INCOME: 0.25,
        PersonaTarget.SUBSCRIPTION_HEAVY: 0.35,
    }
    assert overlap.subscription_adoption_rate == 0.85
    assert list(overlap.credit_utilization_distribution.values()) == [0.15, 0.25, 0.35, 0.25]


@pytest.mark.parametrize("name", PRESET_CONFIGS)
def test_a_preset_is_fresh_each_time_and_may_be_changed_in_place(name: str) -> None:
    changed = PRESET_CONFIGS[name]
    changed.overdue_probability = 0.3
    changed.credit_utilization_distribution["low"] = 9
    assert changed.overdue_probability == 0.3
    fresh = PRESET_CONFIGS[name]
    assert fresh.overdue_probability != 0.3
    assert fresh.credit_utilization_distribution["low"] <= 1
    assert fresh == PRESET_CONFIGS[name]


def test_an_unknown_preset_is_named_with_its_neighbour() -> None:
    assert PRESET_CONFIGS.get("nothing") is None
    with pytest.raises(KeyError):
        PRESET_CONFIGS["nothing"]
    with pytest.raises(ControlsError, match="did you mean overlap_testing"):
        PRESET_CONFIGS["overlap_test"]


def test_what_is_given_overrides_the_preset_even_when_it_equals_the_default() -> None:
    default = OperatorControls().subscription_adoption_rate
    asked = OperatorConfig(
        preset="overlap_testing", controls={"subscription_adoption_rate": default}
    )
    assert asked.effective_controls().subscription_adoption_rate == default
    assert asked.effective_controls().credit_utilization_distribution["low"] == 0.15


def test_nothing_is_not_given_so_the_preset_stands() -> None:
    asked = OperatorConfig(preset="overlap_testing", controls={"subscription_adoption_rate": None})
    assert asked.effective_controls().subscription_adoption_rate == 0.85


def test_targets_and_weights_of_a_preset_are_overridden_together() -> None:
    by_target = OperatorConfig(preset="overlap_testing", controls={"target_personas": ["general"]})
    assert by_target.effective_controls().normalized_weights == {GENERAL: 1.0}
    by_weight = OperatorConfig(preset="balanced", controls={"persona_weights": {"general": 1}})
    assert by_weight.effective_controls().target_personas == [GENERAL]


def test_a_section_shows_what_is_in_force_and_remembers_what_was_given() -> None:
    asked = OperatorConfig(preset="overlap_testing")
    asked.controls.overdue_probability = 0.2
    assert asked.controls.subscription_adoption_rate == 0.85
    assert asked.given() == {"preset": "overlap_testing", "controls": {"overdue_probability": 0.2}}
    asked.preset = "balanced"
    assert asked.controls.subscription_adoption_rate == 0.6
    assert asked.controls.overdue_probability == 0.2
