"""Any part can be materialized alone: without config, without collateral, or not at all with a reason."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import duckdb
import pytest

from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline_tests.fixtures.graph_runs import Run, failures, run_config
from spendsense_pipeline_tests.fixtures.tiny_dataset import NOW, settings_in


def rows(data_dir: Path, query: str) -> list[tuple[object, ...]]:
    con = duckdb.connect(str(data_dir / "warehouse" / "building.duckdb"), read_only=True)
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


@pytest.mark.parametrize("assets", [["features_30d"], ["decision_traces"], ["published_dataset"]])
def test_a_part_needs_no_config_and_changes_nothing_else(
    after_a_refresh: Path, materialize: Run, assets: list[str]
) -> None:
    query = "select table_name, comment from duckdb_tables() order by all"
    before = rows(after_a_refresh, query)
    result = materialize(assets)
    assert result.success, failures(result)
    materialized = {
        event.asset_key.to_user_string()
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }
    assert materialized == set(assets)
    assert rows(after_a_refresh, query) == before


def test_a_part_of_a_raw_step_can_be_remade(after_a_refresh: Path, materialize: Run) -> None:
    users = "select * from raw_users order by user_id"
    before = rows(after_a_refresh, users)
    # The run needs the run config of nothing: the controls are in the warehouse.
    result = materialize(["raw_users"])
    assert result.success, failures(result)
    assert rows(after_a_refresh, users) == before


def test_a_part_whose_inputs_are_of_another_configuration_refuses_and_says_what_to_do(
    after_a_refresh: Path, materialize: Run
) -> None:
    assert materialize(["operator_controls"], run_config(seed=1)).success
    result = materialize(["features_30d"])
    assert not result.success
    reason = failures(result)["features_30d"]
    assert "raw_transactions was made from configuration" in reason
    assert "materialize raw_users, raw_accounts" in reason
    assert "\n" not in reason.strip()


def test_nothing_can_be_measured_before_anything_was_made(materialize: Run) -> None:
    result = materialize(["features_30d"])
    assert not result.success
    assert "demo_refresh" in failures(result)["features_30d"]


def test_a_decision_about_consent_takes_effect_on_the_next_run_of_what_follows(
    after_a_refresh: Path, materialize: Run, instance: dg.DagsterInstance
) -> None:
    settings = settings_in(after_a_refresh)
    record_decision(settings, "user_0001", "revoked", decided_at=NOW)
    from spendsense_pipeline.definitions import defs

    result = defs.resolve_job_def("refresh_from_raw").execute_in_process(
        instance=instance, raise_on_error=False
    )
    assert result.success, failures(result)
    con = duckdb.connect(str(settings.published_path), read_only=True)
    for table in (
        "recurring_streams",
        "features_30d",
        "features_180d",
        "persona_assignments",
        "decision_traces",
    ):
        [(left,)] = con.execute(
            f"select count(*) from {table} where user_id = 'user_0001'"
        ).fetchall()
        assert left == 0, table
    con.close()
    # The dataset that still held her rows is not kept to go back to.
    assert len(list(settings.datasets_dir.glob("*.duckdb"))) == 1


def test_another_data_directory_can_be_given_to_the_resource(
    materialize: Run, tmp_path: Path, data_dir: Path
) -> None:
    other = tmp_path / "other"
    config = run_config() | {"resources": {"warehouse": {"config": {"data_dir": str(other)}}}}
    result = materialize(["operator_controls"], config)
    assert result.success, failures(result)
    assert (other / "warehouse" / "building.duckdb").exists()
    assert not (data_dir / "warehouse").exists()


@pytest.mark.long
def test_a_run_that_makes_everything_leaves_no_room_where_old_tables_were(
    after_a_refresh: Path, materialize: Run
) -> None:
    freed = "select free_blocks from pragma_database_size()"
    assert materialize(["recurring_streams"]).success
    result = materialize(None, run_config(seed=3))
    assert result.success, failures(result)
    assert rows(after_a_refresh, freed) == [(0,)]
    assert rows(after_a_refresh, "select distinct seed from dataset") == [(3,)]


def test_a_part_published_alone_says_what_is_known_of_the_rest(
    after_a_refresh: Path, materialize: Run
) -> None:
    known = "select asset, check_name, severity, passed from check_results"
    before = set(rows(after_a_refresh, known))
    times = "select segment from run_figures"
    steps = set(rows(after_a_refresh, times))
    assert {severity for *_, severity, _ in before} == {"ERROR", "WARN"}
    assert ("generate",) in steps

    result = materialize(["features_180d", "published_dataset"])
    assert result.success, failures(result)
    with duckdb.connect(str(settings_in(after_a_refresh).published_path), read_only=True) as con:
        after = set(con.execute(known).fetchall())
        still = set(con.execute(times).fetchall())
    # What only warns about personas was found with other features; what blocks was judged again,
    # and what is known of the raw tables is known still.
    gone = before - after
    assert {severity for *_, severity, _ in gone} == {"WARN"}
    assert {asset for asset, *_ in gone} == {
        "persona_assignments",
        "fairness_report",
        "recommendations",
        "evaluation",
    }
    assert after < before
    # The time a step took to make what is still there is still the time it took.
    assert {("generate",), ("persona_assignments",), ("published_dataset",)} <= still
