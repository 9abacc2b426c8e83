"""Streaming shards of Arrow tables into the warehouse in whole row groups.

DuckDB compresses a table in groups of 122,880 rows and rewrites the partial ones at a checkpoint;
shards handed over as they come cost nine times the checkpoint and half as much disk again. So rows
wait until they fill groups. Memory is bounded by the shard and the group, not by the population.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.tables.declaration import Table

ROW_GROUP = 122_880
# As many groups at once as keep every core of a small machine compressing to the end.
_GROUPS_AT_ONCE = 4
# Of small tables: a statement per row would take longer than the table.
_ROWS_A_STATEMENT = 100
_NO_MORE = object()


def made_ahead(shards: Iterator[Any]) -> Iterator[Any]:
    """The same shards, the next one made in a thread while the one before is loaded.

    Both numpy and DuckDB let go of Python's lock, so a second core generates while the first
    compresses; at most two shards are in memory.

    Args:
        shards: makes one whenever it is asked.

    Yields:
        The shards in their order.

    Raises:
        Exception: whatever making one raised, where it would have been yielded.
    """
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, shards, _NO_MORE)
        while (shard := coming.result()) is not _NO_MORE:
            coming = maker.submit(next, shards, _NO_MORE)
            yield shard


class TableLoader:
    """Fills one declared table with Arrow tables in its schema, in the order given."""

    def __init__(self, con: duckdb.DuckDBPyConnection, table: Table) -> None:
        """Create the table empty, replacing the one there was."""
        self._con = con
        self._table = table
        self._waiting: list[Any] = []
        self._waiting_rows = 0
        self.row_count = 0
        con.execute(table.create_sql())

    def add(self, rows: Any) -> None:
        """Take rows; write what fills whole row groups, several at once.

        Args:
            rows: a `pyarrow.Table` with the declared columns.
        """
        self._waiting.append(rows)
        self._waiting_rows += rows.num_rows
        self.row_count += rows.num_rows
        if self._waiting_rows >= _GROUPS_AT_ONCE * ROW_GROUP:
            self._write(self._waiting_rows - self._waiting_rows % ROW_GROUP)

    def finish(self) -> None:
        """Write the rest, in a last group that may be partial."""
        if self._waiting_rows:
            self._write(self._waiting_rows)

    def _write(self, count: int) -> None:
        import pyarrow as pa

        # In one piece: of several, DuckDB's threads would each take some, and a group per thread
        # is a partial group again (half as much CPU and two thirds as much disk again).
        together = pa.concat_tables(self._waiting).combine_chunks()
        self._con.register("arriving", together.slice(0, count))
        columns = ", ".join(f'"{name}"' for name in self._table.column_names)
        self._con.execute(f'insert into "{self._table.name}" select {columns} from arriving')
        self._con.unregister("arriving")
        rest = together.slice(count)
        self._waiting, self._waiting_rows = ([rest] if rest.num_rows else []), rest.num_rows


def clear_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Drop every table, so that what is made next takes their place in the file.

    Replaced one by one, the old tables would lie beside the new ones until the run ends: the file
    would grow by half, and with it every copy of it.

    Args:
        con: the warehouse being built.
    """
    names = con.execute(
        "select table_name from duckdb_tables() where database_name = current_database()"
    ).fetchall()
    for (name,) in names:
        con.execute(f'drop table "{name}"')
    con.execute("checkpoint")


def load_rows(con: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Replace a small declared table by these rows.

    Args:
        con: the warehouse being built.
        table: its declaration.
        rows: by column name; a column that is left out is null.
    """
    con.execute(table.create_sql())
    insert_rows(con, table, rows)


def insert_rows(
    con: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[dict[str, Any]]
) -> None:
    """Add these rows to a small declared table; a column a row does not name is null.

    Args:
        con: the warehouse being built.
        table: the declaration.
        rows: a dict per row, by column.
    """
    marks = f"({', '.join('?' for _ in table.columns)})"
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        some = rows[start : start + _ROWS_A_STATEMENT]
        values = [row.get(name) for row in some for name in table.column_names]
        con.execute(f'insert into "{table.name}" values {", ".join([marks] * len(some))}', values)
