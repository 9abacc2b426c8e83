"""Kills the refreshing process at random instants while a reader polls the published database.

Every read must see exactly one complete dataset, and the next refresh must succeed as if nothing
had happened. Five kills here; `make test-crash` does sixty.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
# The child imports once, says so, then refreshes again and again, each time another dataset (its
# population says which), so that a kill falls anywhere in a refresh rather than into imports.
CHILD = """
import sys, warnings
warnings.simplefilter("ignore")
import dagster as dg
import spendsense_pipeline.generation
from spendsense_pipeline.definitions import defs
from spendsense_pipeline_tests.defs import small_world
spendsense_pipeline.generation.generate = small_world.generate
job = defs.resolve_implicit_global_asset_job_def()
first, runs = int(sys.argv[1]), int(sys.argv[2])
with dg.DagsterInstance.ephemeral() as instance:
    print("ready", flush=True)
    for n in range(first, first + runs):
        config = {"num_users": 10 + n % 5, "seed": n, "generation_timestamp": "2026-06-30"}
        controls = {"config": config, "expectations": small_world.ANYTHING_GOES}
        result = job.execute_in_process(
            instance=instance,
            run_config={
                "ops": {"operator_controls": {"config": controls}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            raise_on_error=True,
        )
        print("published", n, flush=True)
"""


def start_refreshing(data_dir: Path, first: int, runs: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(first), str(runs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"SPENDSENSE_DATA_DIR": str(data_dir)},
        cwd=CHECKOUT,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if line != "ready\n":
        pytest.fail(f"the refreshing process did not start: {process.communicate()[1][-2000:]}")
    return process


def problem_of(path: Path) -> str | None:
    """What is incomplete or mixed in the published file; None when it is one whole dataset."""
    con = duckdb.connect(str(path), read_only=True)
    try:
        [(dataset_id, seed)] = con.execute("select dataset_id, seed from dataset").fetchall()
        stamps = con.execute(
            "select table_name, json_extract_string(comment, '$.dataset_id') from duckdb_tables()"
        ).fetchall()
        [(users, consenting)] = con.execute(
            "select count(*), count(*) filter (where consent_status = 'granted') from raw_users"
        ).fetchall()
        [(assigned,)] = con.execute("select count(*) from persona_assignments").fetchall()
        [(traced,)] = con.execute("select count(*) from decision_traces").fetchall()
    finally:
        con.close()
    others = [table for table, stamp in stamps if stamp != dataset_id]
    if others:
        return f"tables of another dataset: {others}"
    if len(stamps) != EXPECTED_TABLES:
        return f"{len(stamps)} tables"
    if users != 10 + seed % 5:
        return f"{users} users for seed {seed}"
    if assigned != traced or assigned != 2 * consenting:
        return f"{consenting} consenting, {assigned} assigned, {traced} traced"
    return None


EXPECTED_TABLES = 15


@dataclass
class Reader:
    """Opens the published database again and again, as readers do, and notes what it saw."""

    path: Path
    reads: int = 0
    problems: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                problem = problem_of(self.path)
            except Exception as error:  # whatever a reader met is a finding
                problem = repr(error)
            self.reads += 1
            if problem:
                self.problems.append(problem)
            time.sleep(0.01)

    def stop(self) -> None:
        self._stop.set()


@pytest.fixture
def data_dir_with_a_dataset(tmp_path: Path) -> Iterator[tuple[Path, Reader]]:
    """A data directory with one published dataset and a reader polling it."""
    directory = tmp_path / "data"
    process = start_refreshing(directory, first=0, runs=1)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err[-2000:]
    assert "published 0" in out
    reader = Reader(directory / "spendsense.duckdb")
    thread = threading.Thread(target=reader.run)
    thread.start()
    yield directory, reader
    reader.stop()
    thread.join()


def crash_and_recover(data_dir: Path, reader: Reader, *, kills: int, seed: int) -> None:
    draw = random.Random(seed)
    published = 0
    for n in range(kills):
        process = start_refreshing(data_dir, first=1 + 10 * n, runs=10)
        time.sleep(draw.uniform(0.0, 3.0))
        process.kill()
        published += process.communicate()[0].count("published")
    process = start_refreshing(data_dir, first=10_000, runs=1)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err[-2000:]
    time.sleep(0.1)
    reader.stop()
    assert not reader.problems, (
        f"{len(reader.problems)} of {reader.reads} reads: {reader.problems[:3]}"
    )
    assert reader.reads > 10 * kills
    con = duckdb.connect(str(data_dir / "spendsense.duckdb"), read_only=True)
    assert con.execute("select seed from dataset").fetchall() == [(10_000,)]
    con.close()
    leftovers = [p.name for p in data_dir.rglob("*.new*")]
    assert not leftovers


@pytest.mark.slow
def test_killed_at_any_instant_a_refresh_costs_readers_nothing(
    data_dir_with_a_dataset: tuple[Path, Reader],
) -> None:
    crash_and_recover(*data_dir_with_a_dataset, kills=5, seed=1)


@pytest.mark.crash
def test_killed_again_and_again(data_dir_with_a_dataset: tuple[Path, Reader]) -> None:
    crash_and_recover(*data_dir_with_a_dataset, kills=60, seed=2)
