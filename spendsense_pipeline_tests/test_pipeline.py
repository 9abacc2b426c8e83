"""The whole pipeline once, from a command line to the published dataset: here by our own command, with
few people, in the long tests as `make demo` runs it, with all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from spendsense_pipeline.checks import run_all
from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.tables import tables_in
from spendsense_pipeline_tests.fixtures.dagster_books import kept_engines
from spendsense_pipeline_tests.fixtures.refreshed_directory import published, refreshed
from spendsense_pipeline_tests.fixtures.undrawn_pictures import undrawn_pictures

__all__ = ["kept_engines", "published", "refreshed", "undrawn_pictures"]

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


@pytest.fixture(params=["few", pytest.param("everybody", marks=pytest.mark.long)])
def dataset(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """What was published, of few people by our command or of all by Dagster's."""
    data_dir = request.getfixturevalue("published" if request.param == "few" else "demo")
    with duckdb.connect(str(data_dir / "spendsense.duckdb"), read_only=True) as con:
        yield con


def test_every_table_of_the_picture_is_published(dataset: duckdb.DuckDBPyConnection) -> None:
    names = dataset.execute("select table_name from duckdb_tables() order by all").fetchall()
    assert [name for (name,) in names] == sorted(table.name for table in tables_in("dataset"))
    # nothing went before, nothing was brought in, and enough fits everybody
    may_be_empty = {"persona_transitions", "import_report", "recommendation_shortfalls"}
    counts = dict(
        dataset.execute(
            " union all ".join(f"select '{name}', count(*) from \"{name}\"" for (name,) in names)
        ).fetchall()
    )
    if counts["raw_users"] < 100:  # nothing has happened to so few yet
        may_be_empty |= {"life_events", "event_detection"}
    assert {name for name, count in counts.items() if not count} <= may_be_empty


def test_what_is_published_keeps_every_promise_when_asked_again(
    dataset: duckdb.DuckDBPyConnection,
) -> None:
    columns = [
        name
        for (name,) in dataset.execute(
            "select column_name from duckdb_columns() where table_name = 'operator_controls'"
        ).fetchall()
    ]
    rows = dataset.execute("select * from operator_controls").fetchall()
    resolved = ResolvedConfig.from_rows([dict(zip(columns, row, strict=True)) for row in rows])
    broken = [outcome.sentence() for outcome in run_all(dataset, resolved) if outcome.blocks]
    assert broken == []


@pytest.mark.long
def test_all_people_and_personas_are_there_in_both_windows(demo: Path) -> None:
    con = duckdb.connect(str(demo / "spendsense.duckdb"), read_only=True)
    assert con.execute("select count(*) from raw_users").fetchall() == [(100,)]
    for window in (30, 180):
        found = con.execute(
            "select distinct primary_persona from persona_assignments where window_days = ?",
            [window],
        ).fetchall()
        assert {persona for (persona,) in found} == set(PERSONA_KEYS)
    con.close()


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
