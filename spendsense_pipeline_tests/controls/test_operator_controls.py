"""Defaults, what follows from what, and changing controls in place."""

from __future__ import annotations

import copy
import math
import pickle

import pytest
from pydantic import BaseModel

from spendsense_pipeline.controls import (
    ControlsError,
    DataGenerationConfig,
    Expectations,
    OperatorConfig,
    OperatorControls,
    PersonaTarget,
    PersonaThresholds,
    documented,
)
from spendsense_pipeline.controls.operator_controls import NOT_OF_THE_WORLD
from spendsense_pipeline.controls.resolved import SECTIONS
from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.tables.raw import REGIONS

# Design §3, §6 and §8, written out once more so that a default cannot change unnoticed.
# fmt: off
DEFAULTS = {
    "seed": 42,
    "num_users": 100,
    "months_history": 6,
    "avg_transactions_per_month": 30,
    "history_start": None,
    "generation_timestamp": None,
    "target_personas": [],
    "persona_weights": None,
    "credit_utilization_distribution": {"low": 0.40, "medium": 0.35, "high": 0.20, "critical": 0.05},
    "overdue_probability": 0.15,
    "min_payment_only_probability": 0.25,
    "payroll_pattern_distribution": {"weekly": 0.15, "biweekly": 0.30, "semimonthly": 0, "monthly": 0.25, "irregular": 0.30},
    "irregular_income_volatility": 0.5,
    "subscription_adoption_rate": 0.60,
    "light_subscriber_share": 0.25,
    "subscription_count_min": 3,
    "subscription_count_max": 6,
    "subscription_monthly_spend_range": (30, 150),
    "savings_adoption_rate": 0.40,
    "savings_transfer_range": (100, 400),
    "savings_growth_target_pct": 5.0,
    "accounts_per_user_distribution": {"2": 0.25, "3": 0.50, "4": 0.25},
    "credit_card_probability": 0.75,
    "high_spender_probability": 0.30,
    "transaction_volatility": 0.3,
    "transaction_multiplier": 1.0,
    "consent_rate": 0.90,
    "cash_flow_stress_rate": 0.12,
    "overlap_rate": None,
    "seasonality": 0.3,
    "amount_distribution": "lognormal",
    "high_utilization_max_utilization_share": 0.50,
    "high_utilization_interest_usd": 0,
    "variable_income_pay_gap_days": 45,
    "variable_income_buffer_months": 1,
    "cash_flow_stressed_low_balance_day_share": 0.20,
    "cash_flow_stressed_balance_volatility_ratio": 0.15,
    "subscription_heavy_subscription_count": 3,
    "subscription_heavy_monthly_spend_usd": 50,
    "subscription_heavy_spend_share": 0.10,
    "savings_builder_growth_share": 0.02,
    "savings_builder_net_inflow_monthly_usd": 200,
    "savings_builder_max_utilization_share": 0.30,
    "min_coverage": 0.70,
    "min_persona_share": 0.01,
    "max_persona_share": 0.35,
    "target_mix_tolerance": 0.05,
    "min_target_accuracy": 0.95,
}
# fmt: on
MODELS = [DataGenerationConfig, OperatorControls, PersonaThresholds, Expectations]
GENERAL, SAVER = PersonaTarget.GENERAL, PersonaTarget.SAVINGS_BUILDER


@pytest.mark.parametrize(("name", "default"), DEFAULTS.items())
def test_defaults_are_the_contracts(name: str, default: object) -> None:
    (model,) = (model for model in MODELS if name in model.model_fields)
    assert getattr(model(), name) == default


@pytest.mark.parametrize("model", MODELS)
def test_defaults_are_valid_and_in_normal_form(model: type[BaseModel]) -> None:
    built = model()
    given = {name: value for name, value in built if value is not None}
    assert dict(model(**given)) == dict(built)
    assert not built.model_fields_set


def test_personas_are_the_keys_of_the_contract_in_order_of_priority() -> None:
    assert tuple(PersonaTarget) == PERSONA_KEYS
    assert set(OperatorControls().region_distribution) == set(REGIONS)


def test_every_value_is_documented_under_a_name_of_its_own() -> None:
    names = [entry.name for entry in documented()]
    assert len(names) == len(set(names)) == sum(len(model.model_fields) for model in MODELS)
    for entry in documented():
        assert len(entry.description) > 15
        assert entry.bounds in entry.full_description
        assert "Default:" in entry.full_description
    # Every control has an effect that is measured; the targets' is their weights'.
    silent = {
        entry.name
        for entry in documented()
        if entry.section == "controls" and not entry.measured_as
    }
    # Of what is kept and what people are told nothing shows in how they live.
    assert silent == {"target_personas", *NOT_OF_THE_WORLD}


# --- what follows from what


def test_weights_name_their_targets() -> None:
    controls = OperatorControls(persona_weights={"savings_builder": 0.5, "general": 0.5})
    assert controls.target_personas == [SAVER, GENERAL]
    assert controls.model_fields_set == {"persona_weights"}


def test_targets_without_weights_are_equal() -> None:
    controls = OperatorControls(target_personas=["general", "SAVINGS_BUILDER"])
    assert controls.normalized_weights == {SAVER: 0.5, GENERAL: 0.5}
    assert controls.persona_weights is None
    assert not controls.is_natural
    assert OperatorControls(persona_weights={}).persona_weights is None


def test_the_order_of_writing_makes_no_other_request() -> None:
    one = OperatorControls(persona_weights={"general": 0.4, "savings_builder": 0.6})
    two = OperatorControls(persona_weights={"savings_builder": 0.6, "general": 0.4})
    assert one.model_dump_json() == two.model_dump_json()


def test_accounts_follow_the_card_probability_and_the_other_way_round() -> None:
    cards = OperatorControls(credit_card_probability=0.9)
    assert cards.accounts_per_user_distribution == pytest.approx({"2": 0.1, "3": 0.6, "4": 0.3})
    accounts = OperatorControls(accounts_per_user_distribution={2: 0.4, 3: 0.6})
    assert accounts.credit_card_probability == pytest.approx(0.6)
    both = OperatorControls(
        credit_card_probability=0.76, accounts_per_user_distribution={"2": 0.25, "3": 0.75}
    )
    assert both.credit_card_probability == 0.76
    for probability in (0, 1):
        share = OperatorControls(credit_card_probability=probability).accounts_per_user_distribution
        assert share["2"] == 1 - probability


def test_sums_within_a_hundredth_are_scaled_and_scaling_again_changes_nothing() -> None:
    for total in (0.99, 0.995, 1.005, 1.01):
        controls = OperatorControls(
            payroll_pattern_distribution={"weekly": total / 2, "monthly": total / 2}
        )
        shares = controls.payroll_pattern_distribution
        assert math.fsum(shares.values()) == pytest.approx(1, abs=1e-12)
        assert (
            OperatorControls(payroll_pattern_distribution=shares).payroll_pattern_distribution
            == shares
        )
        if total <= 1:
            weights = OperatorControls(persona_weights={"general": total}).normalized_weights
            assert weights == {GENERAL: 1.0}


def test_keys_left_out_have_no_share_and_stand_in_declared_order() -> None:
    shares = OperatorControls(credit_utilization_distribution={"high": 0.5, "low": 0.5})
    assert list(shares.credit_utilization_distribution.items()) == [
        ("low", 0.5), ("medium", 0.0), ("high", 0.5), ("critical", 0.0),
    ]  # fmt: skip


def test_numbers_come_in_any_numeric_dress() -> None:
    import numpy as np

    assert DataGenerationConfig(num_users=np.int64(50)).num_users == 50
    assert OperatorControls(consent_rate=np.float32(0.5)).consent_rate == 0.5
    assert type(OperatorControls(consent_rate=1).consent_rate) is float


# --- changing in place


def test_assignment_validates_and_counts_as_given() -> None:
    controls = OperatorControls()
    controls.savings_transfer_range = [50, 60]  # type: ignore[assignment]
    controls.credit_card_probability = 1.0
    assert controls.savings_transfer_range == (50.0, 60.0)
    assert controls.accounts_per_user_distribution["2"] == 0.0
    assert controls.model_fields_set == {"savings_transfer_range", "credit_card_probability"}
    del controls.credit_card_probability
    assert controls.accounts_per_user_distribution["2"] == 0.25
    controls.savings_transfer_range = None  # type: ignore[assignment]
    assert controls == OperatorControls()


@pytest.mark.parametrize("preset", [None, "overlap_testing"])
def test_a_list_or_shares_changed_in_place_count_as_given(preset: str | None) -> None:
    asked = OperatorConfig(preset=preset)
    asked.controls.region_distribution.update(Northeast=0.27, Midwest=0.11)
    assert asked.given_json()["controls"] == {
        "region_distribution": {"Northeast": 0.27, "Midwest": 0.11, "South": 0.39, "West": 0.23}
    }
    controls = OperatorControls()
    controls.target_personas.append(GENERAL)
    assert OperatorConfig(controls=controls).controls.normalized_weights == {GENERAL: 1.0}
    controls.region_distribution["South"] = 0.9
    with pytest.raises(ControlsError, match="region_distribution must sum to 1"):
        OperatorConfig(controls=controls)


def test_sections_are_not_shared_with_the_configuration_they_were_given_to() -> None:
    controls = OperatorControls(consent_rate=0.5)
    asked = OperatorConfig(controls=controls)
    controls.consent_rate = 0.6
    assert asked.controls.consent_rate == 0.5
    assert OperatorConfig.model_validate(asked) is not asked


@pytest.mark.parametrize("section", SECTIONS)
def test_sections_copy_and_pickle(section: str) -> None:
    asked = OperatorConfig(preset="overlap_testing")
    part = getattr(asked, section)
    assert copy.deepcopy(part) == part
    assert pickle.loads(pickle.dumps(asked)) == asked


def test_errors_pickle_with_all_their_problems() -> None:
    with pytest.raises(ControlsError) as raised:
        OperatorControls(consent_rate=2, subscription_count_min=9)
    again = pickle.loads(pickle.dumps(raised.value))
    assert again.problems == raised.value.problems
    assert len(again.problems) == 2
    assert isinstance(again, ValueError)
