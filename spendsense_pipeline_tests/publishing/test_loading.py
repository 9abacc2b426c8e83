"""Shards arrive in the warehouse in order, whole, and in whole row groups."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pytest

from spendsense_pipeline.publishing import loading
from spendsense_pipeline.publishing.loading import ROW_GROUP, TableLoader, load_rows, made_ahead
from spendsense_pipeline.tables.declaration import Column, Table

NUMBERS = Table("numbers", "Numbers.", (Column("n", "BIGINT", "A number"),), ("n",), ("n",))


@pytest.mark.parametrize("shard", [1, 3, 10, 11, 100])
def test_every_row_arrives_once_and_in_order(shard: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "ROW_GROUP", 10)
    con = duckdb.connect()
    loader = TableLoader(con, NUMBERS)
    for start in range(0, 95, shard):
        loader.add(pa.table({"n": list(range(start, min(95, start + shard)))}))
    loader.finish()
    assert con.execute("select n from numbers").fetchall() == [(n,) for n in range(95)]
    assert loader.row_count == 95


def test_row_groups_are_whole_however_shards_are_cut() -> None:
    con = duckdb.connect()
    loader = TableLoader(con, NUMBERS)
    for _ in range(5):
        loader.add(pa.table({"n": pa.array(range(60_000))}))
    loader.finish()
    groups = con.execute(
        "select row_group_id, max(start + count) - min(start)"
        " from pragma_storage_info('numbers') where segment_type = 'BIGINT' group by all order by all"
    ).fetchall()
    assert [count for _, count in groups] == [ROW_GROUP, ROW_GROUP, 300_000 - 2 * ROW_GROUP]


def test_what_is_made_ahead_is_the_same_and_in_order() -> None:
    assert list(made_ahead(iter(range(20)))) == list(range(20))
    assert list(made_ahead(iter([]))) == []


def test_memory_holds_a_few_shards_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process weighs with 6,000 people is measured in the long tests."""
    monkeypatch.setattr(loading, "ROW_GROUP", 5_000)
    before, held = pa.total_allocated_bytes(), []

    def shards() -> Iterator[pa.Table]:
        for _ in range(60):
            held.append(pa.total_allocated_bytes() - before)
            yield pa.table({"n": pa.array(range(10_000))})

    loader = TableLoader(duckdb.connect(), NUMBERS)
    for shard in made_ahead(shards()):
        loader.add(shard)
    loader.finish()
    assert loader.row_count == 600_000
    one_shard = 10_000 * 8
    assert 0 < max(held) < 10 * one_shard


def test_a_shard_that_fails_fails_the_loading() -> None:
    def shards() -> Iterator[int]:
        yield 1
        msg = "the third household is impossible"
        raise ValueError(msg)

    arriving = made_ahead(shards())
    assert next(arriving) == 1
    with pytest.raises(ValueError, match="impossible"):
        next(arriving)


def test_no_rows_leave_an_empty_table_and_replace_the_old_one() -> None:
    con = duckdb.connect()
    load_rows(con, NUMBERS, [{"n": 1}])
    TableLoader(con, NUMBERS).finish()
    assert con.execute("select count(*) from numbers").fetchall() == [(0,)]
