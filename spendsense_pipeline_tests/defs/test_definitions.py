"""The graph loads, and holds what is declared and nothing else."""

from __future__ import annotations

import dagster as dg
import pytest

from spendsense_pipeline.checks import CHECKS
from spendsense_pipeline.controls import PRESET_CONFIGS
from spendsense_pipeline.definitions import defs
from spendsense_pipeline.tables import TABLES

FILES = {"exports"}  # assets that are files and no table
ASSETS = {table.asset: table.stage.name for table in TABLES} | dict.fromkeys(FILES, "publish")


def test_definitions_load() -> None:
    dg.Definitions.validate_loadable(defs)


def test_assets_and_groups_are_these() -> None:
    graph = defs.resolve_asset_graph()
    found = {
        key.to_user_string(): graph.get(key).group_name for key in graph.materializable_asset_keys
    }
    assert found == ASSETS


def test_jobs_schedules_and_sensors_are_these() -> None:
    repository = defs.get_repository_def()
    jobs = {job.name for job in defs.resolve_all_job_defs()} - {"__ASSET_JOB"}
    presets = {f"demo_refresh_{name}" for name in PRESET_CONFIGS}
    assert jobs == {"demo_refresh", "features_and_personas", "refresh_from_raw"} | presets
    assert {s.name for s in repository.schedule_defs} == {"nightly_demo_refresh"}
    assert {s.name for s in repository.sensor_defs} == {"tell_about_failed_runs", "mark_dead_runs"}


def test_every_asset_says_what_it_is() -> None:
    graph = defs.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.description, key
        assert node.owners, key
        assert node.code_version, key
        if key.to_user_string() in FILES:
            continue
        assert "duckdb" in node.kinds, key
        schema = node.metadata["dagster/column_schema"]
        assert all(column.description for column in schema.columns), key
        assert node.metadata["dagster/table_name"]


def test_lineage_is_the_picture() -> None:
    graph = defs.resolve_asset_graph()

    def upstream(asset: str) -> set[str]:
        return {key.to_user_string() for key in graph.get(dg.AssetKey(asset)).parent_keys}

    assert upstream("raw_users") == {"operator_controls"}
    assert "stream_truth" not in upstream("features_30d") | upstream("recurring_streams")
    assert {"features_30d", "features_180d", "raw_users"} == upstream("persona_assignments")
    assert "persona_assignments" in upstream("decision_traces")
    assert upstream("published_dataset") == set(ASSETS) - FILES - {"published_dataset"}


def test_every_declared_promise_is_an_asset_check_and_errors_block() -> None:
    graph = defs.resolve_asset_graph()
    found = {
        (key.asset_key.to_user_string(), key.name): graph.get_check_spec(key).blocking
        for key in graph.asset_check_keys
    }
    assert found == {(check.asset, check.name): check.severity == "ERROR" for check in CHECKS}
    assert {asset for asset, _ in found} <= set(ASSETS)


@pytest.mark.parametrize("preset", sorted(PRESET_CONFIGS))
def test_each_preset_has_a_job_with_its_configuration_filled_in(preset: str) -> None:
    job = defs.resolve_job_def(f"demo_refresh_{preset}")
    assert job.run_config == {"ops": {"operator_controls": {"config": {"preset": preset}}}}
    dg.validate_run_config(job, job.run_config)
