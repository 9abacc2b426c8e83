"""Kills the refreshing process at random instants while a reader polls the published database.

Every read must see exactly one complete dataset, and the next refresh must succeed as if nothing
had happened. Four kills in `make test-long`, fifty in `make test-crash`; that a publication which fails at any
step leaves what is published stands in `publishing/test_publish.py`.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.tables import tables_in

CHECKOUT = Path(__file__).resolve().parents[1]
EXPECTED_TABLES = len(tables_in("dataset"))

# Imports once, then for every line "first runs" forks a process that refreshes again and again,
# each time another dataset (its population says which): kills fall into refreshes, not imports.
NURSERY = """
import os, sys, warnings
warnings.simplefilter("ignore")
import dagster as dg
import holidays, matplotlib.backends.backend_agg, matplotlib.figure, pandas, pyarrow
import spendsense_pipeline.generation
from spendsense_pipeline.definitions import defs
from spendsense_pipeline_tests.fixtures import trivial_households

spendsense_pipeline.generation.generate = trivial_households.generate
job = defs.resolve_implicit_global_asset_job_def()

def refresh(n, instance):
    config = {"num_users": 10 + n % 5, "seed": n, "generation_timestamp": "2026-06-30"}
    controls = {"config": config, "expectations": trivial_households.ANYTHING_GOES}
    job.execute_in_process(
        instance=instance,
        run_config={
            "ops": {"operator_controls": {"config": controls}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
    )

for line in sys.stdin:
    first, runs = map(int, line.split())
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            with dg.DagsterInstance.ephemeral() as instance:
                for n in range(first, first + runs):
                    refresh(n, instance)
                    print("published", n, flush=True)
            status = 0
        finally:
            os._exit(status)
    print("started", pid, flush=True)
    _, status = os.waitpid(pid, 0)
    print("ended", status, flush=True)
"""


class Nursery:
    """Starts refreshing processes quickly."""

    def __init__(self, data_dir: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"SPENDSENSE_DATA_DIR": str(data_dir)},
            cwd=CHECKOUT,
        )
        self.published = 0
        self.refresh_seconds = 0.0

    def start(self, first: int, runs: int) -> int:
        """Begin refreshing in a process of its own; its id."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{first} {runs}\n")
        self._process.stdin.flush()
        word, number = self._line()
        assert word == "started"
        return number

    def ended(self) -> int:
        """Wait for that process to end; its wait status (9: killed)."""
        while True:
            word, number = self._line()
            if word == "ended":
                return number
            self.published += word == "published"

    def _line(self) -> tuple[str, int]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the nursery has died"
        word, _, number = line.partition(" ")
        return word, int(number)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


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


@dataclass
class Reader:
    """Opens the published database again and again, as readers do, and notes what it saw."""

    path: Path
    pause_seconds: float
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
            time.sleep(self.pause_seconds)

    def stop(self) -> None:
        self._stop.set()


@pytest.fixture
def a_watched_dataset(
    tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Path, Nursery, Reader]]:
    """A data directory with one published dataset, and a reader that polls it."""
    # Opening a database takes as long as a look at it: the tests that run beside wait for it.
    pause_seconds = 0.01 if request.node.get_closest_marker("crash") else 0.05
    directory = tmp_path / "data"
    nursery = Nursery(directory)
    reader = Reader(directory / "spendsense.duckdb", pause_seconds)
    thread = threading.Thread(target=reader.run)
    try:
        begun = time.monotonic()
        nursery.start(first=0, runs=1)
        assert nursery.ended() == 0
        nursery.refresh_seconds = time.monotonic() - begun
        thread.start()
        yield directory, nursery, reader
    finally:
        nursery.close()
        reader.stop()
        if thread.ident is not None:
            thread.join()


def crash_and_recover(
    data_dir: Path, nursery: Nursery, reader: Reader, *, kills: int, seed: int
) -> None:
    draw = random.Random(seed)
    # However fast the machine is today: two kills of three fall into a first refresh, the rest
    # into the next one.
    longest = 1.5 * nursery.refresh_seconds
    for n in range(kills):
        process = nursery.start(first=1 + 10 * n, runs=10)
        time.sleep(draw.uniform(0.0, longest))
        os.kill(process, signal.SIGKILL)
        assert nursery.ended() == signal.SIGKILL
    nursery.start(first=10_000, runs=1)
    assert nursery.ended() == 0
    time.sleep(0.1)
    reader.stop()
    assert not reader.problems, (
        f"{len(reader.problems)} of {reader.reads} reads: {reader.problems[:3]}"
    )
    assert reader.reads > kills
    con = duckdb.connect(str(data_dir / "spendsense.duckdb"), read_only=True)
    assert con.execute("select seed from dataset").fetchall() == [(10_000,)]
    con.close()
    assert not [path.name for path in data_dir.rglob("*.new*")]


@pytest.mark.long
def test_killed_at_any_instant_a_refresh_costs_readers_nothing(
    a_watched_dataset: tuple[Path, Nursery, Reader],
) -> None:
    # This seed's first kill falls into the second half of a refresh, the others all over two.
    crash_and_recover(*a_watched_dataset, kills=4, seed=9)


@pytest.mark.crash
def test_killed_again_and_again(a_watched_dataset: tuple[Path, Nursery, Reader]) -> None:
    crash_and_recover(*a_watched_dataset, kills=50, seed=2)
    _, nursery, _ = a_watched_dataset
    assert nursery.published > 10, (
        "hardly any refresh got as far as publishing before it was killed"
    )
