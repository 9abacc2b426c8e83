"""Shards made anywhere, in any size and order, are the dataset that one machine makes in one piece."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pickle
import shutil
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.consent import Decision, apply_decisions
from spendsense_pipeline.scaling import partitions as module
from spendsense_pipeline.scaling.engines import Engine
from spendsense_pipeline.scaling.partitions import (
    Partitions,
    make_partitions,
    remove_others,
    results,
)
from spendsense_pipeline.scaling.shard import SHARD_TABLES, ShardTask, make_shard
from spendsense_pipeline_tests.fixtures.generated_people import (
    a_population,
    every_row,
    explain,
    judge,
    some_people,
)

RESOLVED = some_people(20)
LOCAL = Engine("local")


@pytest.fixture(scope="module")
def in_one_piece(kept_in_one_piece: Path) -> dict[str, list[tuple[Any, ...]]]:
    with duckdb.connect(kept_in_one_piece, read_only=True) as con:
        return {table.name: every_row(con, table.name) for table in SHARD_TABLES}


@pytest.fixture(scope="module")
def three_shards(tmp_path_factory: pytest.TempPathFactory) -> Partitions:
    """The same people in shards of eight; to read only."""
    return make_partitions(RESOLVED, tmp_path_factory.mktemp("shards"), engine=LOCAL, shard_users=8)


def agrees(made: Partitions, in_one_piece: dict[str, list[tuple[Any, ...]]]) -> None:
    """Make sure that every table is the one made in one piece."""
    con = duckdb.connect()
    made.attach(con)
    for table, expected in in_one_piece.items():
        assert every_row(con, table) == expected, table
    assert sum(part.users for part in results(made)) == 20
    assert sum(part.transactions for part in results(made)) == len(in_one_piece["raw_transactions"])


def test_three_shards_read_as_the_tables_made_in_one_piece(
    three_shards: Partitions, in_one_piece: dict[str, list[tuple[Any, ...]]]
) -> None:
    agrees(three_shards, in_one_piece)


@pytest.mark.parametrize(
    ("engine", "shard_users"),
    [
        pytest.param(
            Engine("processes", workers=2), 10, id="two processes", marks=pytest.mark.long
        ),
        pytest.param(Engine("local"), 20, id="local, one shard", marks=pytest.mark.long),
        pytest.param(
            Engine("dask", workers=2), 10, id="Dask with two workers", marks=pytest.mark.long
        ),
    ],
)
def test_partitions_read_as_the_tables_made_in_one_piece(
    engine: Engine,
    shard_users: int,
    tmp_path: Path,
    in_one_piece: dict[str, list[tuple[Any, ...]]],
) -> None:
    agrees(
        make_partitions(RESOLVED, tmp_path, engine=engine, shard_users=shard_users), in_one_piece
    )


def test_loaded_partitions_have_the_declared_types_and_order(three_shards: Partitions) -> None:
    con = a_population(RESOLVED)
    in_order = con.execute("select transaction_id from raw_transactions").fetchall()
    for table in SHARD_TABLES:
        three_shards.load(con, table)
        types = con.execute(
            "select column_name, data_type from duckdb_columns() where table_name = ?", [table.name]
        ).fetchall()
        assert dict(types) == {column.name: column.type for column in table.columns}
    assert con.execute("select transaction_id from raw_transactions").fetchall() == in_order


def test_an_interrupted_making_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def fails_on_the_second(task: ShardTask) -> Any:
        if len(made) == 1:
            msg = "the machine is gone"
            raise RuntimeError(msg)
        made.append(task.first_user)
        return make_shard(task)

    monkeypatch.setattr(module, "make_shard", fails_on_the_second)
    with pytest.raises(RuntimeError, match="gone"):
        make_partitions(RESOLVED, tmp_path, engine=LOCAL, shard_users=10)
    assert made == [0]
    made.clear()
    partitions = make_partitions(RESOLVED, tmp_path, engine=LOCAL, shard_users=10)
    assert made == [10], "only the shard that was missing is made"
    con = duckdb.connect()
    partitions.attach(con)
    assert con.execute("select count(*) from raw_users").fetchall() == [(20,)]
    assert not list(tmp_path.rglob("*.new"))


def test_a_shard_is_not_done_before_all_of_its_files_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = ShardTask(some_people(10), 0, 10, str(tmp_path), {}, module.code_version())

    def disk_is_full(*_: object) -> None:
        msg = "no space left"
        raise OSError(msg)

    monkeypatch.setattr("spendsense_pipeline.files.os.fsync", disk_is_full)
    with pytest.raises(OSError, match="no space"):
        make_shard(task)
    assert not task.done_path.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_consent_is_applied_before_anything_is_measured(
    tmp_path: Path, three_shards: Partitions, twenty_people: duckdb.DuckDBPyConnection
) -> None:
    con = twenty_people
    [(user,)] = con.execute(
        "select min(user_id) from raw_users where consent_status = 'granted'"
    ).fetchall()
    decisions = {user: Decision("revoked", dt.datetime(2026, 6, 1, tzinfo=dt.UTC))}
    apply_decisions(con, decisions)
    judge(con, RESOLVED)
    explain(con, RESOLVED)
    made = make_partitions(RESOLVED, tmp_path, engine=LOCAL, decisions=decisions, shard_users=12)
    other = duckdb.connect()
    made.attach(other)
    for table in ("raw_users", "features_30d", "persona_assignments", "decision_traces"):
        assert every_row(other, table) == every_row(con, table)
    assert user not in {row[0] for row in every_row(other, "features_30d")}
    shutil.copytree(three_shards.folder, tmp_path / three_shards.folder.name)
    without = make_partitions(RESOLVED, tmp_path, engine=LOCAL, shard_users=8)
    assert without.folder != made.folder
    remove_others(made)
    assert list(tmp_path.iterdir()) == [made.folder]


def twice(number: int) -> int:
    return 2 * number


def test_dask_does_every_task_once() -> None:
    """Whole shards on it are made in the long tests."""
    assert sorted(Engine("dask", workers=1).run(twice, range(3))) == [0, 2, 4]


def test_a_worker_with_other_code_refuses(tmp_path: Path) -> None:
    task = ShardTask(some_people(10), 0, 10, str(tmp_path), {}, "another version")
    with pytest.raises(SpendSenseError, match="install the same version on every machine"):
        make_shard(task)


def test_a_task_travels() -> None:
    """An engine pickles it; the machine at the other end need not allow as many people itself."""
    task = ShardTask(RESOLVED, 0, 10, "anywhere", {}, "version")
    assert pickle.loads(pickle.dumps(task)) == task
    assert dataclasses.replace(task, first_user=20).part > task.part


@pytest.mark.parametrize(
    ("chosen", "complaint"),
    [
        ({"kind": "spark"}, "choose one of local, processes, dask"),
        ({"kind": "processes", "address": "tcp://there:8786"}, "has no address"),
    ],
)
def test_an_engine_that_is_not_there_is_named(chosen: dict[str, str], complaint: str) -> None:
    with pytest.raises(SpendSenseError, match=complaint):
        Engine(**chosen)


def test_without_dask_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SpendSenseError, match=r"pip install 'spendsense-pipeline\[scale\]'"):
        make_partitions(some_people(10), tmp_path, engine=Engine("dask"))
