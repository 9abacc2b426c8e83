"""What the stages are held against: the least any program could do with the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def in_memory(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """The transactions as one Arrow table."""
    return con.sql("select * from raw_transactions").to_arrow_table()


def write(rows: pa.Table, path: Path) -> None:
    """DuckDB writes the transactions, already in memory, to a file of its own and checkpoints."""
    import duckdb

    with duckdb.connect(str(path)) as other:
        other.register("arriving", rows)
        other.execute("create table transactions as from arriving")
        other.execute("checkpoint")


def write_parquet(rows: pa.Table, path: Path) -> None:
    """Arrow writes the transactions, already in memory, as one Parquet file."""
    import pyarrow.parquet as pq

    pq.write_table(rows, path, compression="zstd")


def read(con: duckdb.DuckDBPyConnection) -> None:
    """DuckDB scans the transactions once and passes one window over them."""
    con.execute(
        "select user_id, sum(amount), max(date) from raw_transactions group by user_id"
    ).fetchall()
    con.execute(
        "select sum(gap) from (select date - lag(date) over "
        "(partition by account_id order by date, transaction_id) as gap from raw_transactions)"
    ).fetchall()
