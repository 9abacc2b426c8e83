"""What a mapping leaves out takes with it what hangs on it: an account its transactions and terms,
a person their accounts.
"""

from __future__ import annotations

import duckdb

from spendsense_pipeline.importing.mapping import importable_name
from spendsense_pipeline.importing.report import SHOWN_ROWS, ImportReport
from spendsense_pipeline.sql import identifier, literal
from spendsense_pipeline.tables.declaration import PipelineTable


def begin_leaving_out(con: duckdb.DuckDBPyConnection) -> None:
    """Nothing is left out yet."""
    con.execute("create or replace temp table left_out (table_name varchar, key varchar)")


def remember_left_out(
    con: duckdb.DuckDBPyConnection, table: str, rows: str, key: str, condition: str
) -> None:
    """Keep the keys of the rows that are about to leave; `key` and `condition` are SQL."""
    con.execute(
        f'insert into left_out select {literal(table)}, {key} from "{rows}" where {condition}'
    )


def leave_out_dependants(
    con: duckdb.DuckDBPyConnection,
    table: str,
    declared: PipelineTable,
    where: str,
    report: ImportReport,
) -> None:
    """Take the rows out of `source_<table>` whose parent was left out, and count them."""
    source = f"source_{table}"
    for foreign in declared.foreign_keys:
        (column,), parent = map(identifier, foreign.columns), importable_name(foreign.table)
        condition = f"{column} in (select key from left_out where table_name = {literal(parent)})"
        rows = con.execute(
            f'select _row, {column}, count(*) over () from "{source}" where {condition} '
            f"limit {SHOWN_ROWS}"
        ).fetchall()
        if rows:
            remember_left_out(con, table, source, identifier(declared.primary_key[0]), condition)
            con.execute(f'delete from "{source}" where {condition}')
            why = f"of {parent} that the mapping sets aside"
            report.set_aside(where, rows[0][2], why, [f"{row} ({key!r})" for row, key, _ in rows])
