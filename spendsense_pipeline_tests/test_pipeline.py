"""The whole pipeline once, as `make demo` runs it, from a command line to the published dataset."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from spendsense_pipeline.checks import run_all
from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.tables import tables_in

CHECKOUT = Path(__file__).resolve().parents[1]


def materialize(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`dagster asset materialize` as a CI job types it, from the checkout's root."""
    command = [sys.executable, "-m", "dagster", "asset", "materialize", *arguments]
    return subprocess.run(
        [*command, "-m", "spendsense_pipeline.definitions"],
        cwd=CHECKOUT,
        env=os.environ | {"SPENDSENSE_DATA_DIR": str(data_dir), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after the default refresh: 100 people, six months."""
    data_dir = tmp_path_factory.mktemp("demo") / "data"
    result = materialize(data_dir, "--select", "*")
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
    return data_dir


def config_file(path: Path, **sections: object) -> str:
    path.write_text(yaml.safe_dump({"ops": {"operator_controls": {"config": sections}}}))
    return str(path)


def test_every_table_of_the_picture_is_published(demo: Path) -> None:
    con = duckdb.connect(str(demo / "spendsense.duckdb"), read_only=True)
    names = con.execute("select table_name from duckdb_tables() order by all").fetchall()
    assert [name for (name,) in names] == sorted(table.name for table in tables_in("dataset"))
    for (name,) in names:
        [(count,)] = con.execute(f'select count(*) from "{name}"').fetchall()
        # nothing went before, nothing was brought in, and enough fits everybody
        may_be_empty = ("persona_transitions", "import_report", "recommendation_shortfalls")
        assert count or name in may_be_empty, name
    assert con.execute("select count(*) from raw_users").fetchall() == [(100,)]
    con.close()


def test_all_six_personas_are_there_in_both_windows(demo: Path) -> None:
    con = duckdb.connect(str(demo / "spendsense.duckdb"), read_only=True)
    for window in (30, 180):
        found = con.execute(
            "select distinct primary_persona from persona_assignments where window_days = ?",
            [window],
        ).fetchall()
        assert {persona for (persona,) in found} == set(PERSONA_KEYS)
    con.close()


def test_what_is_published_keeps_every_promise_when_asked_again(demo: Path) -> None:
    con = duckdb.connect(str(demo / "spendsense.duckdb"), read_only=True)
    columns = [
        name
        for (name,) in con.execute(
            "select column_name from duckdb_columns() where table_name = 'operator_controls'"
        ).fetchall()
    ]
    rows = con.execute("select * from operator_controls").fetchall()
    resolved = ResolvedConfig.from_rows([dict(zip(columns, row, strict=True)) for row in rows])
    broken = [outcome.sentence() for outcome in run_all(con, resolved) if outcome.blocks]
    con.close()
    assert broken == []


@pytest.mark.long
def test_a_failing_blocking_check_is_an_exit_code_and_touches_nothing(
    demo: Path, tmp_path: Path
) -> None:
    before = (demo / "spendsense.duckdb").stat().st_ino
    demanding = config_file(tmp_path / "c.yaml", expectations={"min_coverage": 1.0})
    result = materialize(demo, "--select", "*", "--config", demanding)
    assert result.returncode == 1
    said = result.stdout + result.stderr
    assert "persona_assignments.coverage_is_sufficient" in said
    assert "Lower expectations.min_coverage" in said
    assert (demo / "spendsense.duckdb").stat().st_ino == before
    # And the next run needs no repair.
    assert materialize(demo, "--select", "*").returncode == 0


@pytest.mark.long
def test_a_wrong_value_is_an_exit_code_and_one_sentence(tmp_path: Path) -> None:
    wrong = config_file(tmp_path / "c.yaml", config={"num_users": 1})
    result = materialize(tmp_path / "data", "--select", "*", "--config", wrong)
    assert result.returncode == 1
    assert "num_users must be between 10 and 1000; it is 1" in result.stdout + result.stderr
    assert not (tmp_path / "data" / "spendsense.duckdb").exists()


@pytest.mark.long
def test_a_data_directory_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a directory")
    result = materialize(tmp_path / "data", "--select", "*")
    assert result.returncode != 0
    said = result.stdout + result.stderr
    assert "SPENDSENSE_DATA_DIR" in said
    assert "Traceback" not in said


@pytest.mark.long
def test_a_warehouse_that_is_no_database_is_named_with_what_to_do(tmp_path: Path) -> None:
    building = tmp_path / "data" / "warehouse" / "building.duckdb"
    building.parent.mkdir(parents=True)
    building.write_text("not a database")
    result = materialize(tmp_path / "data", "--select", "operator_controls")
    assert result.returncode == 1
    assert "building.duckdb is not a DuckDB database: move it away" in result.stdout + result.stderr
