"""A broken promise stops publishing, wherever it is noticed, and says so where a person looks."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import duckdb
import pytest

from spendsense_pipeline.definitions import defs
from spendsense_pipeline.defs.jobs import WrongControlsError
from spendsense_pipeline_tests.fixtures.graph_runs import Run, failures, run_config


def published_seed(data_dir: Path) -> int:
    con = duckdb.connect(str(data_dir / "spendsense.duckdb"), read_only=True)
    try:
        [(seed,)] = con.execute("select seed from dataset").fetchall()
        return int(seed)
    finally:
        con.close()


def test_a_failing_blocking_check_leaves_the_published_dataset(
    after_a_refresh: Path, materialize: Run
) -> None:
    config = run_config(seed=5)
    # Trivial households have no persona: coverage is nil.
    config["ops"]["operator_controls"]["config"]["expectations"] = {"min_coverage": 0.9}
    result = materialize(None, config)
    assert not result.success
    failed = [
        evaluation
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR
    ]
    assert {e.asset_key.to_user_string() for e in failed} == {"persona_assignments"}
    coverage = next(e for e in failed if "coverage" in e.check_name)
    assert {"figure", "bound", "remedy"} <= set(coverage.metadata)
    materialized = {
        e.asset_key.to_user_string()
        for e in result.get_asset_materialization_events()
        if e.asset_key
    }
    assert "published_dataset" not in materialized
    assert published_seed(after_a_refresh) == 42


def test_published_alone_verifies_again_and_names_what_is_broken(
    after_a_refresh: Path, materialize: Run
) -> None:
    con = duckdb.connect(str(after_a_refresh / "warehouse" / "building.duckdb"))
    con.execute(
        "update raw_accounts set balance_current = balance_current + 1 where user_id = 'user_0001'"
    )
    con.close()
    before = (after_a_refresh / "spendsense.duckdb").stat().st_ino
    result = materialize(["published_dataset"])
    assert not result.success
    reason = failures(result)["published_dataset"]
    assert reason.startswith("Not published")
    assert "raw_accounts." in reason
    assert (after_a_refresh / "spendsense.duckdb").stat().st_ino == before


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"config": {"num_users": 1}}, "num_users must be between 10"),
        ({"controls": {"persona_weights": {"general": 0.5}}}, "persona_weights must sum to 1"),
        ({"controls": {"consent_rate": float("nan")}}, "consent_rate"),
    ],
)
def test_demo_refresh_refuses_a_wrong_value_before_a_run_exists(
    form: dict[str, object], words: str, instance: dg.DagsterInstance, data_dir: Path
) -> None:
    job = defs.resolve_job_def("demo_refresh")
    with pytest.raises(WrongControlsError, match=words):
        job.execute_in_process(instance=instance, run_config=form)
    assert instance.get_runs_count() == 0
    assert not data_dir.exists()


def test_an_unknown_control_is_refused_with_the_names_there_are(
    instance: dg.DagsterInstance, data_dir: Path
) -> None:
    job = defs.resolve_job_def("demo_refresh")
    with pytest.raises(dg.DagsterInvalidConfigError, match="overdue_probability"):
        job.execute_in_process(
            instance=instance, run_config={"controls": {"overdue_probabilty": 0.1}}
        )
    assert instance.get_runs_count() == 0


def test_a_wrong_value_in_the_asset_graph_fails_the_first_step_with_the_same_message(
    materialize: Run, data_dir: Path
) -> None:
    result = materialize(None, run_config(num_users=1))
    assert not result.success
    assert failures(result) == {
        "operator_controls": "num_users must be between 10 and 1000; it is 1: raise it to at least 10"
    }
    assert not (data_dir / "spendsense.duckdb").exists()
