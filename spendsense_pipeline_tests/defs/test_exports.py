"""The exports asset writes what it is asked for beside the dataset, and refuses the unknown."""

from __future__ import annotations

from pathlib import Path

import duckdb

from spendsense_pipeline_tests.fixtures.graph_runs import Run, failures


def _asking(*formats: str) -> dict[str, object]:
    return {"ops": {"exports": {"config": {"formats": list(formats)}}}}


def test_a_refresh_leaves_parquet_beside_the_dataset(after_a_refresh: Path) -> None:
    users = after_a_refresh / "exports" / "parquet" / "raw_users.parquet"
    published = str(after_a_refresh / "spendsense.duckdb")
    with duckdb.connect(published, read_only=True) as con:
        [(consenting,)] = con.execute(
            "select count(*) from raw_users where consent_status = 'granted'"
        ).fetchall()
        [(exported,)] = con.execute(
            "select count(*) from read_parquet($1)", [str(users)]
        ).fetchall()
    assert exported == consenting > 0


def test_other_forms_are_written_when_asked(after_a_refresh: Path, materialize: Run) -> None:
    result = materialize(["exports"], _asking("csv", "sqlite"))
    assert result.success, failures(result)
    assert (after_a_refresh / "exports" / "sqlite" / "users.sqlite").exists()
    assert (after_a_refresh / "exports" / "csv" / "raw_accounts.csv").exists()


def test_an_unknown_form_is_refused_in_words(after_a_refresh: Path, materialize: Run) -> None:
    result = materialize(["exports"], _asking("xlsx"))
    assert not result.success
    assert "'xlsx' is not" in failures(result)["exports"]
    assert not (after_a_refresh / "exports" / "xlsx").exists()
