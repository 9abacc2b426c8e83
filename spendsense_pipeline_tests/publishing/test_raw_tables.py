"""The raw tables that are there are judged as they are, by other rules if asked, and never by other people."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.controls import ControlsError, OperatorConfig, ResolvedConfig, resolve
from spendsense_pipeline.publishing import identity
from spendsense_pipeline.publishing.identity import Stamp, read_stamps, stamp_table
from spendsense_pipeline.publishing.loading import clear_tables
from spendsense_pipeline.publishing.provenance import write_provenance
from spendsense_pipeline.publishing.raw_tables import (
    NoRawTablesError,
    find_raw_tables,
    settle_raw_tables,
)
from spendsense_pipeline.publishing.warehouse import open_building
from spendsense_pipeline.settings import Settings
from spendsense_pipeline.tables.controls import IMPORT_REPORT, OPERATOR_CONTROLS
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline_tests.fixtures.imported_data import (
    RAW_PEOPLE,
    in_the_warehouse,
    people_in,
    published_import,
)
from spendsense_pipeline_tests.fixtures.rows import AS_OF
from spendsense_pipeline_tests.fixtures.tiny_dataset import a_config, settings_in

RULES = OperatorConfig(thresholds={"subscription_heavy_subscription_count": 7})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path / "data")


def generated(settings: Settings, resolved: ResolvedConfig) -> None:
    """A warehouse of generated tables, empty but for what says so."""
    with open_building(settings) as con:
        clear_tables(con)
        write_provenance(con, resolved)
        for table in GENERATED_TABLES:
            con.execute(table.create_sql())
            stamp_table(con, table.name, Stamp.of(resolved))


def test_nothing_to_judge_says_how_to_begin(settings: Settings) -> None:
    for _ in range(2):
        with pytest.raises(NoRawTablesError, match="no raw tables") as refused:
            find_raw_tables(settings)
        assert refused.value.exit_code == 2
        assert "`spendsense import`" in str(refused.value)
        assert "`spendsense refresh`" in str(refused.value)
        settings.warehouse_dir.mkdir(parents=True, exist_ok=True)
        duckdb.connect(str(settings.building_path)).close()  # the second time: an empty warehouse


def test_an_import_is_judged_as_of_its_own_day_by_the_rules_in_force(
    settings: Settings, tmp_path: Path
) -> None:
    resolved = in_the_warehouse(settings, tmp_path / "scratch")
    found = settle_raw_tables(settings)
    assert found.resolved == resolved
    assert found.rows["raw_users"] == 2
    assert found.rows["raw_transactions"] == 10
    assert people_in(settings.building_path) == RAW_PEOPLE


def test_other_rules_are_stamped_on_every_raw_table_and_people_stay(
    settings: Settings, tmp_path: Path
) -> None:
    before = in_the_warehouse(settings, tmp_path / "scratch")
    after = settle_raw_tables(settings, RULES).resolved
    assert after.thresholds == RULES.thresholds
    assert after.is_given("thresholds", "subscription_heavy_subscription_count")
    assert after.world_hash == before.world_hash
    assert after.config_hash != before.config_hash
    assert find_raw_tables(settings).resolved == after
    assert people_in(settings.building_path) == RAW_PEOPLE
    with open_building(settings) as con:
        stamps = read_stamps(con)
    expected = Stamp.of(after)
    assert {stamps[t.name] for t in (OPERATOR_CONTROLS, IMPORT_REPORT, *GENERATED_TABLES)} == {
        expected
    }


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"preset": "balanced"}, "preset balanced"),
        ({"config": {"seed": 3}}, "config.seed"),
        ({"controls": {"overdue_probability": 0.2}}, "controls.overdue_probability"),
    ],
)
def test_a_configuration_of_other_people_is_refused_by_name_before_anything_is_written(
    settings: Settings, tmp_path: Path, asked: dict[str, object], named: str
) -> None:
    in_the_warehouse(settings, tmp_path / "scratch")
    before = find_raw_tables(settings)
    with pytest.raises(ControlsError, match=named):
        settle_raw_tables(settings, OperatorConfig(**asked))
    assert find_raw_tables(settings) == before


def test_of_generated_people_the_very_configuration_they_were_made_from_may_be_given(
    settings: Settings,
) -> None:
    asked = OperatorConfig(config={"seed": 7}, controls={"overdue_probability": 0.2})
    generated(settings, resolve(asked, as_of=AS_OF))
    changed = OperatorConfig(**asked.given(), thresholds=RULES.thresholds.given())
    assert settle_raw_tables(settings, changed).resolved.thresholds == RULES.thresholds
    with pytest.raises(ControlsError, match=r"config\.seed"):
        find_raw_tables(settings, changed.replace(config={"seed": 8}))


def test_what_other_code_made_is_made_anew_and_what_was_brought_is_not(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_warehouse(settings, tmp_path / "scratch")
    monkeypatch.setattr(identity, "code_version", lambda: "another")
    imported = settle_raw_tables(settings).resolved
    with open_building(settings) as con:
        assert read_stamps(con)["raw_users"] == Stamp.of(imported)
    monkeypatch.undo()
    generated(settings, a_config())
    find_raw_tables(settings)
    monkeypatch.setattr(identity, "code_version", lambda: "another")
    with pytest.raises(NoRawTablesError, match="another version of the program"):
        find_raw_tables(settings)


def test_tables_of_another_configuration_are_refused(settings: Settings, tmp_path: Path) -> None:
    in_the_warehouse(settings, tmp_path / "scratch")
    with open_building(settings) as con:
        stamp_table(con, "raw_accounts", Stamp.of(a_config(seed=8)))
    with pytest.raises(NoRawTablesError, match="raw_accounts of") as refused:
        find_raw_tables(settings)
    assert "`spendsense import`" in refused.value.remedy


def test_an_import_gone_back_to_is_taken_from_the_published_dataset(
    settings: Settings, tmp_path: Path
) -> None:
    published_import(settings, tmp_path / "scratch")
    generated(settings, a_config())
    assert people_in(settings.building_path) == []
    found = settle_raw_tables(settings)
    assert found.resolved.is_imported
    assert [line["row_count"] for line in found.import_report if line["outcome"] == "read"]
    assert people_in(settings.building_path) == RAW_PEOPLE
    again = find_raw_tables(settings)
    assert again.path == settings.building_path
    assert (again.resolved, again.rows) == (found.resolved, found.rows)
    assert again.import_report == found.import_report
