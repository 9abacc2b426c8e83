"""Memory is bounded by the shard, not by the population: measured in processes of their own.

The bound is generous, because allocators differ; memory that held the population would be several
times over it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SHARD = 100
LOADS = """
import datetime as dt, os, resource, sys
import duckdb
from spendsense_pipeline.controls import DataGenerationConfig, OperatorConfig, resolve
from spendsense_pipeline.generation import generate
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline.publishing.loading import TableLoader, made_ahead

users, shard_users, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
config = OperatorConfig(config=DataGenerationConfig(num_users=users))
resolved = resolve(config, as_of=dt.date(2026, 6, 30))
# What DuckDB keeps of its own file in memory is a setting; what we keep is what is measured.
con = duckdb.connect(path, config={"memory_limit": "150MB", "threads": 1})
con.execute("set enable_progress_bar = false")
loaders = [TableLoader(con, table) for table in GENERATED_TABLES]
for shard in made_ahead(generate(resolved, shard_users=shard_users)):
    for loader, rows in zip(loaders, shard, strict=True):
        loader.add(rows)
for loader in loaders:
    loader.finish()
[(people,)] = con.execute("select count(*) from raw_users").fetchall()
assert people == users
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak / (1024 if sys.platform == "darwin" else 1) / 1024)
"""


def printed(program: str, *arguments: object) -> float:
    """The number a program prints in a process of its own."""
    result = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=CHECKOUT,
        env={"SPENDSENSE_MAX_USERS": "100000", "PATH": ""},
        check=True,
        capture_output=True,
        text=True,
    )
    return float(result.stdout)


GENERATES = """
import datetime as dt, resource, sys
from spendsense_pipeline.controls import DataGenerationConfig, OperatorConfig, resolve
from spendsense_pipeline.generation import generate

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform == "darwin" else 1
    ) / 1024

config = DataGenerationConfig(num_users=int(sys.argv[1]), months_history=int(sys.argv[2]))
resolved = resolve(OperatorConfig(config=config), as_of=dt.date(2026, 6, 30))
libraries = peak()
people = sum(shard.users.num_rows for shard in generate(resolved))
assert people == int(sys.argv[1])
print(peak() - libraries)
"""
SHARD_MEGABYTES_MAX = 350


@pytest.mark.long
@pytest.mark.parametrize(("users", "months"), [(1_000, 6), (1_000, 15), (1_000, 24)])
def test_a_shard_needs_no_more_memory_however_long_its_history(users: int, months: int) -> None:
    # The one before is still held while the next is made, as by whoever loads it.
    added = printed(GENERATES, users, months)
    assert added <= SHARD_MEGABYTES_MAX, f"{added:.0f} MB beside the libraries"


# Both sizes are beyond what waits for whole row groups before it is written.
@pytest.mark.long
def test_four_times_the_people_load_in_the_same_memory(tmp_path: Path) -> None:
    few, many = (
        printed(LOADS, users, SHARD, tmp_path / f"{users}.duckdb") for users in (1_500, 6_000)
    )
    assert many < few * 1.4, f"{few:.0f} MB at 1,500 people, {many:.0f} MB at 6,000"
