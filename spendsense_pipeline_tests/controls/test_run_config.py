"""The operator's form as Dagster shows, checks and hands it over."""

# No `from __future__ import annotations`: Dagster reads the annotation of an op's config itself.

from typing import Any

import dagster as dg
import pytest
from pydantic import ValidationError

from spendsense_pipeline.controls import ControlsError, OperatorConfig, documented
from spendsense_pipeline.controls.resolved import SECTIONS
from spendsense_pipeline.defs.config import OperatorRunConfig, operator_config_of
from spendsense_pipeline.publishing.imported import REPLACE_FIELD

EVERYTHING = OperatorConfig(
    preset="overlap_testing",
    config={
        "seed": 2**62,
        "num_users": 50,
        "generation_timestamp": "2025-06-15",
        "history_start": "2025-01-01",
    },
    controls={
        "persona_weights": {"general": 0.5, "savings_builder": 0.5},
        "target_personas": ["general", "savings_builder"],
        "overdue_probability": 0.15,
        "subscription_count_min": 4,
        "savings_transfer_range": (10, 20),
        "accounts_per_user_distribution": {"2": 0.1, "3": 0.9},
        "amount_distribution": "gamma",
        "custom_merchants": [{"name": "Fill Up", "category": "fuel", "popularity": 2}],
    },
    thresholds={"subscription_heavy_subscription_count": 4},
    expectations={"min_coverage": 1},
)


def launched(run_config: dict[str, Any]) -> OperatorConfig:
    """What an op sees of a run config that went through Dagster."""
    seen: list[OperatorConfig] = []

    @dg.op
    def operator_controls(config: OperatorRunConfig) -> None:
        seen.append(operator_config_of(config))

    @dg.job
    def refresh() -> None:
        operator_controls()

    with dg.DagsterInstance.ephemeral() as instance:
        refresh.execute_in_process(
            run_config={
                "ops": {"operator_controls": {"config": run_config}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            instance=instance,
        )
    return seen[0]


@pytest.mark.parametrize("asked", [OperatorConfig(), EVERYTHING], ids=["nothing", "everything"])
def test_what_was_asked_comes_through_dagster_unchanged(asked: OperatorConfig) -> None:
    seen = launched(asked.given_json())
    assert seen == asked
    assert seen.given() == asked.given()


def test_a_value_that_equals_the_default_still_counts_as_given() -> None:
    seen = launched({"preset": "overlap_testing", "controls": {"subscription_adoption_rate": 0.6}})
    assert seen.controls.subscription_adoption_rate == 0.6
    assert seen.controls.model_fields_set == {"subscription_adoption_rate"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"zz": 1},
        {"controls": {"overdue_probabilty": 0.1}},
        {"preset": "nothing"},
        {"controls": {"target_personas": ["rich"]}},
        {"controls": {"amount_distribution": "pareto"}},
        {"controls": {"consent_rate": "high"}},
        {"thresholds": {"gap": 1}},
    ],
)
def test_unknown_names_and_choices_and_wrong_types_are_refused_at_launch(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError):
        launched(wrong)


def test_what_dagster_cannot_know_is_refused_in_our_words() -> None:
    for wrong, said in (
        ({"controls": {"consent_rate": 2}}, "consent_rate must be between 0 and 1"),
        ({"config": {"num_users": True}}, "num_users must be a whole number"),
        ({"config": {"num_users": 10.5}}, "num_users must be a whole number"),
        ({"config": {"history_start": "soon"}}, "history_start must be a date"),
        (
            {"controls": {"savings_transfer_range": [1]}},
            "savings_transfer_range must be two numbers",
        ),
    ):
        with pytest.raises(ControlsError, match=said):
            launched(wrong)


@pytest.mark.parametrize("name", ["seed", "num_users", "history_start", "generation_timestamp"])
def test_no_control_reads_the_servers_environment(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "2026-01-01" if "_" in name else "12")
    monkeypatch.setenv("SECRET_NUMBER", "12")
    for variable in ("SECRET_OF_THE_SERVER", "SECRET_NUMBER"):
        with pytest.raises((ControlsError, dg.DagsterInvalidConfigError)) as refused:
            launched({"config": {name: {"env": variable}}})
        assert name in str(refused.value)


def test_the_form_refuses_unknown_names_in_python_too() -> None:
    with pytest.raises(ValidationError):
        OperatorRunConfig(zz=1)


def test_every_value_is_on_the_form_with_its_description_and_not_given() -> None:
    form = OperatorRunConfig()
    for entry in documented():
        section = getattr(form, entry.section)
        assert getattr(section, entry.name) is None
        assert type(section).model_fields[entry.name].description == entry.full_description
    assert set(OperatorRunConfig.model_fields) == {"preset", *SECTIONS, REPLACE_FIELD}
    schema = OperatorRunConfig.to_config_schema().config_type
    assert "overdue_probability" in schema.fields["controls"].config_type.fields
