"""`spendsense refresh`: the same job on the same instance as the UI, careful with what is there."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.checks import CHECKS
from spendsense_pipeline.definitions import defs
from spendsense_pipeline.disk import bytes_in
from spendsense_pipeline.launching.running import _without_warnings
from spendsense_pipeline.reporting.dataset_reader import open_dataset
from spendsense_pipeline.reporting.estimate import estimate
from spendsense_pipeline.scaling import capacity
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.command import Answer, run
from spendsense_pipeline_tests.fixtures.refreshed_directory import ANYTHING_GOES, AS_OF, ASKED


def _config(path: Path, **sections: Any) -> Path:
    path.write_text(json.dumps({**ASKED, **sections}), encoding="utf-8")
    return path


def _runs(data_dir: Path) -> list[tuple[str, str, str]]:
    """Job, status and launcher of every run in Dagster's books."""
    with sqlite3.connect(data_dir / "dagster_home" / "history" / "runs.db") as db:
        return db.execute(
            "select runs.pipeline_name, runs.status, run_tags.value from runs "
            "join run_tags using (run_id) where run_tags.key = 'spendsense/launched_by'"
        ).fetchall()


def _dataset_id(data_dir: Path) -> str:
    with duckdb.connect(str(data_dir / "spendsense.duckdb"), read_only=True) as con:
        [(dataset_id,)] = con.execute("select dataset_id from dataset").fetchall()
    return str(dataset_id)


def test_the_run_is_in_the_books_of_the_ui(published: Path) -> None:
    assert _runs(published) == [("demo_refresh", "SUCCESS", "command line")]


def test_what_a_run_writes_fits_its_estimate(published: Path) -> None:
    """Not by much more than the room that is left for larger ones."""
    with open_dataset(Settings.from_environment()) as dataset:
        expected = estimate(dataset.resolved)
    made = {
        (published / "datasets", expected.bytes),
        (published / "exports", expected.export_bytes),
        (published / "dagster_home", capacity.BOOKS_BYTES),
    }
    for folder, at_most in made:
        assert at_most / 4 < bytes_in(folder) <= at_most, folder.name


def test_dry_run_validates_estimates_and_writes_nothing(data_dir: Path) -> None:
    answer = run("refresh", "--dry-run", "--users", "50", "--months", "3", "--json")
    assert answer.code == 0
    expected = answer.json["estimate"]
    assert expected["people"] == 50
    assert 50 * 3 * 25 < expected["transactions"] < 50 * 3 * 120
    assert not data_dir.exists()
    assert run("refresh", "--dry-run", "--users", "1").code == 2
    assert "Nothing was written" in run("refresh", "--dry-run").out


def test_the_estimate_is_near_what_is_made(published: Path, tmp_path: Path) -> None:
    config = _config(tmp_path / "asked.json")
    expected = run("refresh", "--dry-run", "--config", config, "--json").json["estimate"]
    made = run("summary", "--json").json
    assert expected["transactions"] == pytest.approx(made["rows"]["raw_transactions"], rel=0.35)
    assert expected["bytes"] == pytest.approx(made["bytes"], rel=0.6)


def test_options_win_over_the_file_and_the_saved_file_is_announced(data_dir: Path) -> None:
    data_dir.mkdir()
    saved = _config(data_dir / "operator_config.json")
    answer = run("refresh", "--dry-run", "--json", "--users", "33")
    assert f"Using the configuration in {saved}" in answer.err
    assert answer.json["configuration"]["config"]["num_users"] == 33
    assert answer.json["configuration"]["config"]["months_history"] == 4
    answer = run("refresh", "--dry-run", "--json", "--preset", "balanced")
    assert "is not used" in answer.err
    assert answer.json["configuration"]["config"]["num_users"] == 100


def test_an_unchanged_configuration_extends_the_history_and_fresh_does_not(
    published: Path, tmp_path: Path
) -> None:
    config = {"num_users": 20, "months_history": 4, "generation_timestamp": "2026-07-01"}
    file = _config(tmp_path / "next.json", config=config)
    tonight = run("refresh", "--dry-run", "--config", file, "--json").json
    assert tonight["configuration"]["history_start"] == "2026-02-01"
    assert "Extending the published history" in tonight["history"]
    fresh = run("refresh", "--dry-run", "--fresh", "--config", file, "--json").json
    assert fresh["configuration"]["history_start"] == "2026-03-01"
    changed = run("refresh", "--dry-run", "--seed", "7", "--config", file, "--json").json
    assert "has changed" in changed["history"]


def test_it_asks_before_replacing_where_there_is_somebody_to_ask(
    own_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def no(question: str, **_: object) -> None:
        import typer

        asked.append(question)
        raise typer.Abort

    monkeypatch.setattr("spendsense_pipeline.cli.refresh.is_interactive", lambda: True)
    monkeypatch.setattr("typer.confirm", no)
    before = _dataset_id(own_copy)
    answer = run("refresh", "--users", "30")
    assert answer.code == 1
    assert "nothing was changed" in answer.err
    assert before in asked[0]
    assert _dataset_id(own_copy) == before


def test_a_blocking_check_that_fails_keeps_yesterdays_dataset(
    own_copy: Path, tmp_path: Path
) -> None:
    before = _dataset_id(own_copy)
    # no population is wholly covered and evenly spread at once
    impossible = ANYTHING_GOES | {"max_persona_share": 0.17, "min_coverage": 1.0}
    config = _config(tmp_path / "asked.json", expectations=impossible)
    answer: Answer = run("refresh", "--config", config, "--yes", "--skip-validation")
    assert answer.code == 1
    assert "Skipping the checks that only warn" in answer.err
    assert "ERROR persona_assignments." in answer.err
    assert "bound:" in answer.err
    assert "expectations." in answer.err, "the remedy is printed"
    assert "Traceback" not in answer.err
    assert _dataset_id(own_copy) == before
    assert ("demo_refresh", "FAILURE", "command line") in _runs(own_copy)


def test_what_only_warns_is_left_out_of_the_job_and_nothing_else() -> None:
    kept = _without_warnings(defs.resolve_job_def("demo_refresh")).asset_layer.asset_graph
    ran = {(key.asset_key.to_user_string(), key.name) for key in kept.asset_check_keys}
    assert ran == {(check.asset, check.name) for check in CHECKS if check.blocking}


@pytest.mark.long
def test_skip_validation_leaves_out_only_what_warns(data_dir: Path, tmp_path: Path) -> None:
    config = _config(tmp_path / "asked.json")
    answer = run("refresh", "--config", config, "--skip-validation", "--json")
    assert answer.code == 0, answer.err
    assert "Skipping the checks that only warn" in answer.err
    ran = {(c["asset"], c["name"]) for c in answer.json["summary"]["checks"]}
    assert ran == {(check.asset, check.name) for check in CHECKS if check.blocking}
    assert answer.json["summary"]["as_of"] == AS_OF
