"""Configuration files in every documented form."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from spendsense_pipeline.controls import (
    ControlsError,
    OperatorConfig,
    PersonaTarget,
    export_config,
    load_config,
)

ASKED = OperatorConfig(
    preset="overlap_testing",
    config={"seed": 7, "generation_timestamp": "2025-06-15"},
    controls={"overdue_probability": 0.15, "savings_transfer_range": (10, 20)},
    thresholds={"variable_income_buffer_months": 2},
    expectations={"min_coverage": 0.5},
)


@pytest.mark.parametrize("name", ["asked.json", "asked.yaml", "asked.yml", "deep/er/asked.json"])
def test_what_was_saved_is_what_is_read(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    assert export_config(file, ASKED) == file
    again = load_config(file)
    assert again == ASKED
    assert again.given() == ASKED.given()
    assert ASKED.export_config(file) == file
    assert OperatorConfig.load_config(file) == ASKED
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_only_what_was_given_is_saved(tmp_path: Path) -> None:
    file = export_config(tmp_path / "asked.json", OperatorConfig(controls={"consent_rate": 0.9}))
    assert json.loads(file.read_text()) == {"controls": {"consent_rate": 0.9}}
    assert json.loads(export_config(file, OperatorConfig()).read_text()) == {}
    assert load_config(file) == OperatorConfig()


@pytest.mark.parametrize(
    "text",
    [
        "preset: balanced\nconfig: {seed: 7}\n",
        "ops:\n  operator_controls:\n    config:\n      preset: balanced\n      config: {seed: 7}\n",
        "preset: balanced\nconfig: {seed: 7, num_users: null}\ncontrols:\nthresholds: {}\n",
        '{"preset": "balanced", "config": {"seed": 7}}',
        '{"ops": {"operator_controls": {"config": {"preset": "balanced", "config": {"seed": 7}}}}}',
    ],
)
def test_the_documented_forms_say_the_same(tmp_path: Path, text: str) -> None:
    names = ["asked.yaml", "asked"] + (["asked.json"] if text.startswith("{") else [])
    for name in names:
        file = tmp_path / name
        file.write_text(text)
        assert load_config(file).given() == {"preset": "balanced", "config": {"seed": 7}}


@pytest.mark.parametrize(
    "personas", [["high_utilization", "savings_builder"], ["HIGH_UTILIZATION", "SAVINGS_BUILDER"]]
)
def test_an_older_file_loads_unchanged(tmp_path: Path, personas: list[str]) -> None:
    file = tmp_path / "operator_config.json"
    file.write_text(
        json.dumps(
            {
                "config": {
                    "seed": 42,
                    "num_users": 100,
                    "months_history": 6,
                    "avg_transactions_per_month": 30,
                    "generation_timestamp": "2025-11-04T09:30:00.123456+00:00",
                },
                "controls": {
                    "target_personas": personas,
                    "persona_weights": {personas[0]: 0.6, personas[1]: 0.4},
                    "credit_utilization_distribution": {
                        "low": 0.4,
                        "medium": 0.35,
                        "high": 0.2,
                        "critical": 0.05,
                    },
                    "payroll_pattern_distribution": {
                        "weekly": 0.15,
                        "biweekly": 0.3,
                        "monthly": 0.25,
                        "irregular": 0.3,
                    },
                    "subscription_monthly_spend_range": [30.0, 150.0],
                    "savings_transfer_range": [100.0, 400.0],
                    "accounts_per_user_distribution": {"2": 0.25, "3": 0.5, "4": 0.25},
                    "credit_card_probability": 0.75,
                },
            }
        )
    )
    asked = load_config(file)
    assert asked.config.generation_timestamp == date(2025, 11, 4)
    assert asked.controls.persona_weights == {
        PersonaTarget.HIGH_UTILIZATION: 0.6,
        PersonaTarget.SAVINGS_BUILDER: 0.4,
    }


def test_yaml_dates_and_number_keys_are_taken_as_written(tmp_path: Path) -> None:
    file = tmp_path / "asked.yaml"
    file.write_text(
        "config: {generation_timestamp: 2025-11-04T23:30:00-08:00, history_start: 2025-05-01}\n"
        "controls: {accounts_per_user_distribution: {2: 0.5, 3: 0.5}}\n"
    )
    asked = load_config(file)
    assert asked.config.generation_timestamp == date(2025, 11, 4)
    assert asked.config.history_start == date(2025, 5, 1)
    assert asked.controls.accounts_per_user_distribution["3"] == 0.5


def test_a_merchant_file_lies_beside_the_configuration_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "shops.csv").write_text("name,category\nFill Up,fuel\n")
    file = tmp_path / "asked.yaml"
    file.write_text("controls: {custom_merchants: shops.csv}\n")
    (merchant,) = load_config(file).controls.custom_merchants
    assert merchant.name == "Fill Up"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "{", "not JSON"),
        ("a.yaml", "a: [", "not YAML"),
        ("a.yaml", "!!python/object:os.system {}", "not YAML"),
        ("a.json", '{"config": {"seed": 1, "seed": 2}}', "seed is given twice"),
        ("a.yaml", "config: {seed: 1}\nconfig: {seed: 2}\n", "config is given twice"),
        ("a.json", "[1, 2]", "names with values"),
        ("a.json", '{"ops": {"raw_users": {}}}', "ops.operator_controls"),
        (
            "a.json",
            '{"ops": {"operator_controls": {"config": {}}}, "preset": "balanced"}',
            "exactly ops",
        ),
        ("a.json", '{"presets": "balanced"}', "did you mean preset?"),
        ("a.json", '{"controls": {"consent_rate": NaN}}', "NaN"),
    ],
)
def test_an_unusable_file_is_named_with_one_problem(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(ControlsError) as raised:
        load_config(file)
    (problem,) = raised.value.problems
    assert problem.startswith(f"{file}: ")
    assert said in problem
    assert "\n" not in problem


def test_a_file_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ControlsError, match=r"missing\.json cannot be read"):
        load_config(tmp_path / "missing.json")
    with pytest.raises(ControlsError, match="cannot be read"):
        load_config(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ControlsError, match="cannot be written"):
        export_config(tmp_path / "file" / "asked.json", OperatorConfig())
    (tmp_path / "folder").mkdir()
    with pytest.raises(ControlsError, match="cannot be written"):
        export_config(tmp_path / "folder", OperatorConfig())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]


def test_an_empty_file_asks_for_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "asked.yaml"
    file.write_text("# nothing yet\n")
    assert load_config(file) == OperatorConfig()
