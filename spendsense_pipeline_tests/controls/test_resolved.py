"""A configuration settled for a day: dates, sources, hashes, and back from its table."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from spendsense_pipeline.controls import (
    ControlsError,
    OperatorConfig,
    OperatorControls,
    PersonaTarget,
    ResolvedConfig,
    as_of_for,
    can_extend,
    default_history_start,
    resolve,
    span_months,
)
from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS

DAY = date(2025, 6, 15)


def settled(
    as_of: date = DAY, history_start: date | None = None, **sections: object
) -> ResolvedConfig:
    return resolve(OperatorConfig(**sections), as_of=as_of, history_start=history_start)


@pytest.mark.parametrize(
    ("as_of", "months", "start"),
    [
        (date(2025, 6, 15), 6, date(2024, 12, 1)),
        (date(2025, 12, 31), 1, date(2025, 11, 1)),
        (date(2025, 1, 1), 1, date(2024, 12, 1)),
        (date(2025, 12, 1), 12, date(2024, 12, 1)),
        (date(2024, 2, 29), 24, date(2022, 2, 1)),
    ],
)
def test_history_starts_on_the_first_of_the_month_so_many_months_before(
    as_of: date, months: int, start: date
) -> None:
    assert default_history_start(as_of, months) == start
    assert settled(as_of, config={"months_history": months}).history_start == start
    assert span_months(start, as_of) == months


def test_the_longest_history_may_be_asked_for_on_any_day_of_the_month() -> None:
    for day in range(1, 32):
        settled(date(2025, 7, day), config={"months_history": 24})


def test_a_history_start_in_the_configuration_wins_then_the_extended_datasets() -> None:
    given, kept = date(2025, 1, 10), date(2025, 2, 1)
    assert settled(history_start=kept).history_start == kept
    asked = {"history_start": given, "months_history": 2}
    assert settled(config=asked, history_start=kept).history_start == given
    assert can_extend(date(2023, 6, 1), DAY)
    assert not can_extend(date(2023, 5, 31), DAY)


def test_as_of_is_the_date_given_else_today() -> None:
    today = date(2026, 1, 1)
    assert as_of_for(OperatorConfig(), today=today) == today
    given = OperatorConfig(config={"generation_timestamp": "2025-06-15T23:30:00-08:00"})
    assert as_of_for(given, today=today) == DAY


def test_sources_say_who_set_each_value() -> None:
    sources = settled(
        preset="overlap_testing",
        controls={"credit_card_probability": 0.75},
        thresholds={"variable_income_pay_gap_days": 45},
    ).sources
    assert sources["controls.subscription_adoption_rate"] == "preset"
    assert sources["controls.persona_weights"] == sources["controls.target_personas"] == "preset"
    assert sources["controls.credit_card_probability"] == "operator"
    assert sources["controls.accounts_per_user_distribution"] == "operator"
    assert sources["thresholds.variable_income_pay_gap_days"] == "operator"
    assert sources["controls.consent_rate"] == sources["config.seed"] == "default"


def test_which_expectations_were_given_is_kept() -> None:
    resolved = settled(expectations={"min_coverage": 0.70})
    assert resolved.is_given("expectations", "min_coverage")
    assert not resolved.is_given("expectations", "max_persona_share")


def test_changed_controls_leave_targets_aside() -> None:
    assert settled(controls={"target_personas": ["general"]}).has_default_controls
    assert settled(controls={"consent_rate": 0.9}).has_default_controls
    assert settled(controls={"consent_rate": 0.8}).changed_controls == ("consent_rate",)
    assert settled(preset="calibrated").is_natural
    assert not settled(preset="calibrated").has_default_controls


def test_target_weights_are_normalized() -> None:
    resolved = settled(controls={"target_personas": ["general", "high_utilization"]})
    assert resolved.target_weights == {
        PersonaTarget.HIGH_UTILIZATION: 0.5,
        PersonaTarget.GENERAL: 0.5,
    }


def test_the_config_hash_is_of_what_is_in_force_and_not_of_the_day() -> None:
    base = settled()
    kept = base.history_start
    assert settled(date(2025, 6, 16), kept).config_hash == base.config_hash
    assert settled(controls={"consent_rate": 0.9}).config_hash == base.config_hash
    assert settled(preset="default").config_hash == base.config_hash
    assert settled(config={"generation_timestamp": DAY}).config_hash == base.config_hash
    assert settled(config={"history_start": kept}).config_hash == base.config_hash
    for changed in (
        settled(history_start=date(2024, 12, 2)),
        settled(config={"seed": 43}),
        settled(controls={"consent_rate": 0.91}),
        settled(thresholds={"variable_income_pay_gap_days": 46}),
        settled(expectations={"min_coverage": 0.6}),
    ):
        assert changed.config_hash != base.config_hash


def test_the_world_hash_is_of_what_generation_depends_on() -> None:
    base = settled()
    rejudged = settled(
        thresholds={"variable_income_pay_gap_days": 46}, expectations={"min_coverage": 0.6}
    )
    assert rejudged.world_hash == base.world_hash
    assert settled(controls={"seasonality": 0.31}).world_hash != base.world_hash
    for kept in (
        {"persona_history_months": 0},
        {"account_balance_days": 30},
        {"review_policy": "automatic"},
    ):
        told = settled(controls=kept)
        assert told.world_hash == base.world_hash
        assert told.config_hash != base.config_hash
        assert told.has_default_controls, "nobody lives otherwise"


def test_hashes_are_of_text_and_so_the_same_everywhere() -> None:
    """A changed default, name or rounding shows here, on purpose: it makes another dataset."""
    asked = OperatorConfig(controls={"persona_weights": {"general": 0.5, "savings_builder": 0.5}})
    again = OperatorConfig(controls={"persona_weights": {"SAVINGS_BUILDER": 0.5, "GENERAL": 0.5}})
    one, two = (resolve(each, as_of=DAY) for each in (asked, again))
    assert one.config_hash == two.config_hash
    assert len(one.config_hash) == 16
    assert int(one.config_hash, 16) >= 0


def test_the_merchants_of_a_file_are_in_the_hash_and_the_file_is_no_longer_needed(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "shops.csv"
    file.write_text("name,category\nFill Up,fuel\n")
    from_file = settled(controls={"custom_merchants": str(file)})
    inline = settled(controls={"custom_merchants": [{"name": "Fill Up", "category": "fuel"}]})
    assert from_file.config_hash == inline.config_hash != settled().config_hash
    file.unlink()
    assert ResolvedConfig.from_json(from_file.to_json()) == from_file


def test_the_table_gives_the_configuration_back() -> None:
    resolved = settled(
        preset="overlap_testing",
        controls={
            "overdue_probability": 0.1,
            "custom_merchants": [{"name": "É", "category": "fuel"}],
        },
        config={"history_start": date(2025, 1, 1)},
    )
    rows = resolved.to_rows()
    table = pa.Table.from_pylist(rows, schema=OPERATOR_CONTROLS.arrow_schema)
    shuffled = table.sort_by("name").to_pylist()
    again = ResolvedConfig.from_rows(shuffled)
    assert again == resolved
    assert again.config_hash == resolved.config_hash
    assert again.controls.model_fields_set == resolved.controls.model_fields_set
    assert [row["position"] for row in rows] == list(range(len(rows)))
    assert len({(row["section"], row["name"]) for row in rows}) == len(rows)
    for column in OPERATOR_CONTROLS.columns:
        for row in rows:
            assert row[column.name] is not None or column.nullable
            assert column.allowed is None or row[column.name] in column.allowed


def test_a_stored_configuration_stays_readable_where_fewer_users_are_allowed(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("SPENDSENSE_MAX_USERS", "5000")
    resolved = settled(config={"num_users": 5000})
    monkeypatch.delenv("SPENDSENSE_MAX_USERS")
    assert ResolvedConfig.from_json(resolved.to_json()).config.num_users == 5000


def test_every_preset_resolves() -> None:
    from spendsense_pipeline.controls import PRESET_CONFIGS

    for name in PRESET_CONFIGS:
        resolved = settled(preset=name)
        direct = resolve(OperatorConfig(controls=PRESET_CONFIGS[name]), as_of=DAY)
        assert resolved.config_hash == direct.config_hash
        assert isinstance(resolved.controls, OperatorControls)


def test_a_preset_puts_its_targets_in_force() -> None:
    resolved = settled(preset="balanced", controls={"consent_rate": 0.8})
    assert resolved.controls.target_personas == list(PersonaTarget)
    assert not resolved.is_natural


@pytest.mark.parametrize("stale", ["seasonality", "a_control_there_was_once"])
def test_a_configuration_stored_by_another_version_says_what_to_do(stale: str) -> None:
    rows = settled().to_rows()
    others = [row for row in rows if row["name"] != stale]
    if len(others) == len(rows):
        others = [*rows, {**rows[-1], "name": stale}]
    with pytest.raises(ControlsError, match=f"{stale}: materialize operator_controls"):
        ResolvedConfig.from_rows(others)
