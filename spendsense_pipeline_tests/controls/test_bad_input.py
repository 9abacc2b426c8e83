"""Every wrong input gives one sentence that names the control, the bound, the value and the remedy,
word for word the same wherever it was written."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from spendsense_pipeline.controls import (
    ControlsError,
    OperatorConfig,
    OperatorControls,
    PersonaTarget,
    load_config,
    resolve,
)
from spendsense_pipeline.controls.resolved import SECTIONS
from spendsense_pipeline.defs.config import OperatorRunConfig, operator_config_of

_PERSONAS = len(PersonaTarget)
_EVEN = math.floor(100 / _PERSONAS) / 100  # the share of each when all are equal
ONE = {"general": 0.5, "savings_builder": 0.45}

# section, what was written, and what the one sentence must say: name, bound, value, remedy.
# fmt: off
BAD: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("config", {"num_users": 9}, ("num_users", "between 10 and 1000", "9", "at least 10")),
    ("config", {"num_users": 1001}, ("num_users", "10 and 1000", "1001", "SPENDSENSE_MAX_USERS")),
    ("config", {"num_users": 50.5}, ("num_users", "whole number", "50.5", "such as 50")),
    ("config", {"num_users": True}, ("num_users", "whole number", "true", "such as 10")),
    ("config", {"num_users": "50"}, ("num_users", "whole number", "'50'", "such as 10")),
    ("config", {"seed": -1}, ("seed", "between 0 and", "-1", "at least 0")),
    ("config", {"seed": 2**63}, ("seed", "between 0 and", str(2**63), "at most")),
    ("config", {"months_history": 0}, ("months_history", "1 and 24", "0", "at least 1")),
    ("config", {"months_history": 25}, ("months_history", "1 and 24", "25", "at most 24")),
    ("config", {"avg_transactions_per_month": 101}, ("avg_transactions_per_month", "10 and 100", "101", "at most 100")),
    ("config", {"generation_timestamp": "yesterday"}, ("generation_timestamp", "a date from", "'yesterday'", "2025-06-30")),
    ("config", {"generation_timestamp": 1751241600}, ("generation_timestamp", "a date from", "1751241600", "2025-06-30")),
    ("config", {"generation_timestamp": "1999-12-31"}, ("generation_timestamp", "2000-01-01", "1999-12-31", "use 2000-01-01")),
    ("config", {"history_start": "2025-02-30"}, ("history_start", "a date", "'2025-02-30'", "2025-06-30")),
    ("config", {"history_start": "2025-06-02", "generation_timestamp": "2025-06-01"}, ("history_start", "not be after as_of, 2025-06-01", "2025-06-02", "use 2024-12-01")),
    ("config", {"history_start": "2025-05-15", "generation_timestamp": "2025-06-01"}, ("history_start", "at least 28 days", "2025-05-15", "use 2025-05-04")),
    ("config", {"history_start": "2023-05-31", "generation_timestamp": "2025-06-01"}, ("history_start", "at most 24 months", "2023-05-31", "use 2023-06-01")),
    ("config", {"num_user": 50}, ("num_user", "not known in config", "did you mean num_users?")),
    ("controls", {"overdue_probabilty": 0.1}, ("overdue_probabilty", "not known in controls", "did you mean overdue_probability?")),
    ("controls", {"foo": None}, ("foo", "not known in controls", "remove it")),
    ("controls", {"overdue_probability": 1.4}, ("overdue_probability", "between 0 and 1", "it is 1.4", "at most 1")),
    ("controls", {"consent_rate": -0.1}, ("consent_rate", "between 0 and 1", "it is -0.1", "at least 0")),
    ("controls", {"consent_rate": math.nan}, ("consent_rate", "between 0 and 1", "NaN", "give a number")),
    ("controls", {"consent_rate": math.inf}, ("consent_rate", "between 0 and 1", "infinite", "give a number")),
    ("controls", {"consent_rate": True}, ("consent_rate", "between 0 and 1", "true", "give a number")),
    ("controls", {"consent_rate": "0.5"}, ("consent_rate", "between 0 and 1", "'0.5'", "give a number")),
    ("controls", {"consent_rate": [0.5]}, ("consent_rate", "between 0 and 1", "[0.5]", "give a number")),
    ("controls", {"transaction_multiplier": 0.4}, ("transaction_multiplier", "0.5 and 3", "0.4", "at least 0.5")),
    ("controls", {"target_personas": "general"}, ("target_personas", "a list of personas", "'general'", "[general]")),
    ("controls", {"target_personas": ["generl"]}, ("target_personas", "name personas", "'generl'", "did you mean general?")),
    ("controls", {"target_personas": ["general", "GENERAL"]}, ("target_personas", "once", "general is there twice", "keep one")),
    ("controls", {"persona_weights": ONE}, ("persona_weights", "sum to 1", "0.95", "raise one by 0.05")),
    ("controls", {"persona_weights": {"general": 1.5, "savings_builder": -0.5}}, ("persona_weights", "between 0 and 1", "1.5", "at most 1")),
    ("controls", {"persona_weights": {"rich": 1}}, ("persona_weights", "name personas", "'rich'")),
    ("controls", {"persona_weights": {"general": math.nan}}, ("persona_weights", "between 0 and 1", "NaN", "give a number")),
    ("controls", {"persona_weights": [1]}, ("persona_weights", "shares per target", "[1]", "each persona with its share")),
    ("controls", {"persona_weights": {"general": 1}, "target_personas": ["savings_builder"]}, ("persona_weights", "exactly the target_personas", "savings_builder has no weight", "general is not among", "leave out one")),
    ("controls", {"persona_weights": {"general": 1}, "target_personas": []}, ("persona_weights", "general is not among the targets", "leave out one")),
    ("controls", {"persona_weights": {}, "target_personas": ["general"]}, ("persona_weights", "general has no weight", "leave out one")),
    ("controls", {"credit_utilization_distribution": {"foo": 1.0}}, ("credit_utilization_distribution", "low, medium, high, critical", "'foo'", "choose one")),
    ("controls", {"credit_utilization_distribution": {"hi": 1.0}}, ("credit_utilization_distribution", "low, medium, high, critical", "'hi'", "did you mean high?")),
    ("controls", {"credit_utilization_distribution": {"low": 1.015}}, ("credit_utilization_distribution", "low", "between 0 and 1", "1.015", "at most 1")),
    ("controls", {"credit_utilization_distribution": {"low": 0.5, "high": 0.6}}, ("credit_utilization_distribution", "sum to 1", "1.1", "lower one by 0.1")),
    ("controls", {"credit_utilization_distribution": {}}, ("credit_utilization_distribution", "sum to 1", "0", "give each a share")),
    ("controls", {"credit_utilization_distribution": {"low": True}}, ("credit_utilization_distribution", "low", "true", "give a number")),
    ("controls", {"payroll_pattern_distribution": {"weekly": 0.989}}, ("payroll_pattern_distribution", "sum to 1", "0.989", "raise one by 0.011")),
    ("controls", {"payroll_pattern_distribution": {"weekly": 0.5, "Weekly": 0.5}}, ("payroll_pattern_distribution", "once", "weekly is there twice")),
    ("controls", {"region_distribution": {"Nowhere": 1}}, ("region_distribution", "Northeast, Midwest, South, West", "'Nowhere'")),
    ("controls", {"category_spending_ratios": {"rent": 1}}, ("category_spending_ratios", "groceries", "'rent'")),
    ("controls", {"savings_transfer_range": [400, 100]}, ("savings_transfer_range", "low to high", "[400, 100]", "[100, 400]")),
    ("controls", {"savings_transfer_range": [-100, 400]}, ("savings_transfer_range", "low end between 1 and 5000", "-100", "at least 1")),
    ("controls", {"savings_transfer_range": [100, 6000]}, ("savings_transfer_range", "high end between 1 and 5000", "6000", "at most 5000")),
    ("controls", {"savings_transfer_range": [100]}, ("savings_transfer_range", "two numbers", "[100]", "write it as")),
    ("controls", {"savings_transfer_range": 100}, ("savings_transfer_range", "two numbers", "it is 100", "write it as")),
    ("controls", {"savings_transfer_range": [100, math.nan]}, ("savings_transfer_range", "two numbers", "NaN", "give a number")),
    ("controls", {"subscription_count_min": 7}, ("subscription_count_min", "subscription_count_max", "7", "the maximum 6", "raise the maximum to 7")),
    ("controls", {"subscription_count_min": 2, "light_subscriber_share": 0.2}, ("light_subscriber_share 0.2", "subscription_count_min", "at least 3", "it is 2", "leave out")),
    ("controls", {"subscription_count_min": 2.5}, ("subscription_count_min", "whole number", "2.5", "such as 2")),
    ("controls", {"subscription_count_min": 5, "subscription_monthly_spend_range": [1, 4]}, ("subscription_monthly_spend_range", "5 USD", "4", "raise its high end")),
    ("controls", {"overdue_probability": 0.8}, ("overdue_probability 0.8", "min_payment_only_probability 0.25", "at most 1", "1.05", "lower one by 0.05")),
    ("controls", {"accounts_per_user_distribution": {"2": 1.0}, "credit_card_probability": 0.9}, ("credit_card_probability", "at most 0,", "0.9", "2-account users to 0.1")),
    ("controls", {"accounts_per_user_distribution": {"5": 1.0}}, ("accounts_per_user_distribution", "2, 3, 4", "'5'", "choose one")),
    ("controls", {"amount_distribution": "pareto"}, ("amount_distribution", "lognormal, gamma, normal", "'pareto'", "choose one")),
    ("controls", {"custom_merchants": 3}, ("custom_merchants", "a list of merchants or the path", "3", "write it as")),
    ("controls", {"custom_merchants": ["Shop"]}, ("custom_merchants", "merchant 1", "a name and a category", "'Shop'")),
    ("controls", {"custom_merchants": [{"name": "Shop"}]}, ("custom_merchants", "merchant 1", "category", "groceries", "null")),
    ("controls", {"custom_merchants": [{"name": " ", "category": "fuel"}]}, ("custom_merchants", "merchant 1", "a name of 1 to 60", "' '")),
    ("controls", {"custom_merchants": [{"name": "A", "category": "fule"}]}, ("custom_merchants", "merchant 1", "'fule'", "did you mean fuel?")),
    ("controls", {"custom_merchants": [{"name": "A", "category": "fuel", "price": 3}]}, ("custom_merchants", "merchant 1", "'price'", "choose one")),
    ("controls", {"custom_merchants": [{"name": "A", "category": "fuel", "popularity": -1}]}, ("custom_merchants", "popularity between 0.001 and 1000", "-1", "at least 0.001")),
    ("controls", {"custom_merchants": [{"name": "A", "category": "fuel"}, {"name": "a", "category": "fuel"}]}, ("custom_merchants", "once", "'A' is there twice", "keep one")),
    ("controls", {"custom_merchants": "/nowhere/shops.csv"}, ("custom_merchants", "readable", "/nowhere/shops.csv", "check the path")),
    ("controls", {"custom_merchants": "/nowhere/shops.txt"}, ("custom_merchants", ".csv or .json", "shops.txt", "save the list")),
    ("thresholds", {"variable_income_pay_gap_days": 0}, ("variable_income_pay_gap_days", "1 and 365", "0", "at least 1")),
    ("thresholds", {"pay_gap": 0}, ("pay_gap", "not known in thresholds")),
    ("expectations", {"min_coverage": 70}, ("min_coverage", "between 0 and 1", "70", "at most 1")),
    ("expectations", {"min_persona_share": 0.4}, ("min_persona_share", "max_persona_share 0.35", "0.4", "lower one")),
    ("expectations", {"min_persona_share": 0.2}, ("min_persona_share", f"at most 1/{_PERSONAS}", "0.2", f"{_EVEN:.2f}")),
    ("expectations", {"max_persona_share": 0.1}, ("max_persona_share", f"at least 1/{_PERSONAS}", "0.1", f"{_EVEN + 0.01:.2f}")),
]
# fmt: on
IDS = [f"{section}-{json.dumps(data, default=str)[:60]}" for section, data, _ in BAD]


def _problems(make: Any) -> list[str]:
    with pytest.raises(ControlsError) as raised:
        make()
    return raised.value.problems


@pytest.mark.parametrize(("section", "data", "said"), BAD, ids=IDS)
def test_one_sentence_names_control_bound_value_and_remedy(
    section: str, data: dict[str, Any], said: tuple[str, ...]
) -> None:
    (problem,) = _problems(lambda: SECTIONS[section](**data))
    for words in said:
        assert words in problem
    assert "\n" not in problem
    for pydantics_own in (
        "Input should",
        "Value error",
        "validation error",
        "Traceback",
        "Refused",
    ):
        assert pydantics_own not in problem


@pytest.mark.parametrize(("section", "data", "said"), BAD, ids=IDS)
def test_the_sentence_is_the_same_wherever_it_was_written(
    section: str, data: dict[str, Any], said: tuple[str, ...], tmp_path: Path
) -> None:
    in_python = _problems(lambda: SECTIONS[section](**data))
    assert _problems(lambda: OperatorConfig.model_validate({section: data})) == in_python
    for name, text in (
        ("asked.json", json.dumps({section: data})),
        ("asked.yaml", yaml.safe_dump({"ops": {"operator_controls": {"config": {section: data}}}})),
    ):
        file = tmp_path / name
        file.write_text(text)
        assert _problems(lambda: load_config(file)) == [f"{file}: {each}" for each in in_python]  # noqa: B023
    if set(data) <= set(SECTIONS[section].model_fields):
        form = OperatorRunConfig(**{section: data})
        assert _problems(lambda: operator_config_of(form)) == in_python


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        (section, *next(iter(data.items())))
        for section, data, _ in BAD
        if len(data) == 1 and data != {"foo": None}
    ],
)
def test_assigning_is_refused_like_building_and_changes_nothing(
    section: str, name: str, value: Any
) -> None:
    built = SECTIONS[section]()
    before = (built.model_dump(), built.model_fields_set)
    (expected,) = _problems(lambda: SECTIONS[section](**{name: value}))
    (problem,) = _problems(lambda: setattr(built, name, value))
    assert problem.startswith(expected)
    assert (built.model_dump(), built.model_fields_set) == before


def test_an_assignment_against_another_control_says_how_to_change_both() -> None:
    controls = OperatorControls()
    (problem,) = _problems(lambda: setattr(controls, "subscription_count_min", 8))
    assert (
        "controls = controls.replace(subscription_count_min=…, subscription_count_max=…)" in problem
    )
    changed = controls.replace(subscription_count_min=8, subscription_count_max=9)
    assert (changed.subscription_count_min, changed.subscription_count_max) == (8, 9)


def test_every_problem_is_reported_at_once() -> None:
    problems = _problems(
        lambda: OperatorConfig.model_validate(
            {
                "preset": "overlap",
                "config": {"seed": -1, "num_users": 5},
                "controls": {"consent_rate": 2, "seasonalty": 1},
                "thresholds": [1],
                "expectations": {"min_coverage": "all"},
                "extra": {},
            }
        )
    )
    assert len(problems) == 8
    for words in (
        "preset",
        "seed",
        "num_users",
        "consent_rate",
        "seasonalty",
        "thresholds",
        "min_coverage",
        "extra",
    ):
        assert sum(problem.startswith(words) for problem in problems) == 1


def test_a_contradiction_is_reported_beside_a_faulty_value() -> None:
    problems = _problems(lambda: OperatorControls(overdue_probability=0.9, seasonality="strong"))
    assert len(problems) == 2
    assert "must sum to at most 1" in problems[1]


def test_a_faulty_value_is_not_also_a_contradiction() -> None:
    assert (
        len(
            _problems(
                lambda: OperatorControls(subscription_count_min=9, subscription_count_max="x")
            )
        )
        == 1
    )


def test_what_only_the_default_contradicts_may_stand_on_a_preset() -> None:
    asked = OperatorConfig(
        preset="subscription_heavy_focus", controls={"subscription_count_min": 8}
    )
    assert asked.controls.subscription_count_max == 9
    (problem,) = _problems(
        lambda: OperatorConfig(
            preset="subscription_heavy_focus", controls={"subscription_count_max": 3}
        )
    )
    assert problem.endswith("(with preset subscription_heavy_focus)")


def test_with_an_unknown_preset_only_what_is_certain_is_reported() -> None:
    problems = _problems(
        lambda: OperatorConfig.model_validate(
            {"preset": "subs", "controls": {"subscription_count_min": 8, "consent_rate": 3}}
        )
    )
    assert [problem.split()[0] for problem in problems] == ["preset", "consent_rate"]


@pytest.mark.parametrize("wrong", [[1], "text", 3, {1: 2}, {"controls": 3}, {"controls": {2: 3}}])
def test_a_configuration_of_the_wrong_shape_is_one_sentence(wrong: Any) -> None:
    assert len(_problems(lambda: OperatorConfig.model_validate(wrong))) == 1


def test_a_dict_changed_in_place_is_caught_before_it_is_used() -> None:
    asked = OperatorConfig(controls={"persona_weights": {"general": 1.0}})
    assert asked.controls.persona_weights is not None
    asked.controls.persona_weights["general"] = 3.0
    (problem,) = _problems(lambda: resolve(asked, as_of=date(2025, 6, 1)))
    assert "persona_weights" in problem


def test_a_history_that_cannot_reach_the_day_is_refused() -> None:
    early = date(2023, 5, 31)
    (problem,) = _problems(
        lambda: resolve(OperatorConfig(), as_of=date(2025, 6, 1), history_start=early)
    )
    assert "at most 24 months" in problem


def test_datetimes_and_dates_are_taken_as_written() -> None:
    for written in (
        date(2025, 11, 4),
        datetime(2025, 11, 4, 23, 59),  # noqa: DTZ001
        datetime.fromisoformat("2025-11-04T23:59:00-08:00"),
        "2025-11-04",
        "2025-11-04T23:59:00Z",
        "2025-11-04 00:00:00+14:00",
        "20251104",
    ):
        assert SECTIONS["config"](generation_timestamp=written).generation_timestamp == date(
            2025, 11, 4
        )
