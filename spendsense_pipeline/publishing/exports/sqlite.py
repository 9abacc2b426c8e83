"""`users.sqlite`: one relational SQLite file with keys and indexes, for programs that read the
earlier systems'.

Written by Python's own sqlite3 (DuckDB's SQLite extension would have to be downloaded). SQLite
knows no decimals: amounts are numbers of at most two places.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from spendsense_pipeline.publishing.exports.selection import BATCH_ROWS, Selection
from spendsense_pipeline.tables.declaration import Column, ForeignKey, Table

FILE_NAME = "users.sqlite"
_AFFINITY = {"BIGINT": "INTEGER", "INTEGER": "INTEGER", "SMALLINT": "INTEGER", "BOOLEAN": "INTEGER"}
_RAW = "raw_"  # the earlier systems called these tables by the rest of the name
_DATED_COLUMNS = ("date", "issued_on")  # what a reader filters by, besides keys


def write_sqlite(selection: Selection, directory: Path) -> None:
    """Every selected table, parents first, plus views under the earlier systems' short names.

    Args:
        selection: whose rows.
        directory: an empty one.

    Raises:
        sqlite3.Error: when the file cannot be written.
    """
    tables = _parents_first(selection.tables)
    names = {table.name for table in tables}
    with contextlib.closing(sqlite3.connect(directory / FILE_NAME)) as db:
        # the directory appears only when complete, so a journal would protect nothing
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")
        for table in tables:
            db.execute(_create(table, names))
            marks = ", ".join("?" for _ in table.columns)
            rows = selection.rows(selection.query(table))
            for batch in _batches(rows):
                db.executemany(f'insert into "{table.name}" values ({marks})', batch)
            for index, columns in _indexes(table, names):
                listed = ", ".join(f'"{column}"' for column in columns)
                db.execute(f'create index "{index}" on "{table.name}" ({listed})')
        for name in sorted(name for name in names if name.startswith(_RAW)):
            db.execute(f'create view "{name.removeprefix(_RAW)}" as select * from "{name}"')
        _describe_columns(db, tables)
        db.commit()
        db.execute("analyze")
        db.commit()


def _create(table: Table, present: set[str]) -> str:
    lines = [f'"{c.name}" {_type(c)}{"" if c.nullable else " not null"}' for c in table.columns]
    if table.primary_key:
        lines.append(f"primary key ({_listed(table.primary_key)})")
    lines += [
        f'foreign key ({_listed(key.columns)}) references "{key.table}" ({_listed(key.references)})'
        for key in _kept_keys(table, present)
    ]
    return f'create table "{table.name}" (\n  ' + ",\n  ".join(lines) + "\n)"


def _type(column: Column) -> str:
    if column.type.startswith("DECIMAL"):
        return "NUMERIC"
    return _AFFINITY.get(column.type, "REAL" if column.type == "DOUBLE" else "TEXT")


def _kept_keys(table: Table, present: set[str]) -> list[ForeignKey]:
    return [key for key in table.foreign_keys if key.table in present]


def _indexes(table: Table, present: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    dated = tuple(c for c in _DATED_COLUMNS if c in table.column_names)
    for key in _kept_keys(table, present):
        if key.columns != table.primary_key[: len(key.columns)]:
            columns = (*key.columns, *dated)
            yield f"{table.name}_by_{'_'.join(columns)}", columns


def _parents_first(tables: Iterable[Table]) -> list[Table]:
    waiting, placed = list(tables), list[Table]()
    while waiting:
        names = {table.name for table in waiting}
        free = [t for t in waiting if not {k.table for k in t.foreign_keys} & (names - {t.name})]
        placed += free or waiting  # a cycle of keys cannot be ordered; SQLite does not mind
        waiting = [table for table in waiting if free and table not in free]
    return placed


def _batches(rows: Iterable[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    batch = []
    for row in rows:
        batch.append(tuple(_plain(value) for value in row))
        if len(batch) == BATCH_ROWS:
            yield batch
            batch = []
    yield batch


def _plain(value: object) -> object:
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, default=_in_json) if isinstance(value, (list, dict)) else value


def _in_json(value: object) -> object:
    """A value inside a list, as JSON can hold it."""
    return float(value) if isinstance(value, decimal.Decimal) else str(value)


def _describe_columns(db: sqlite3.Connection, tables: Iterable[Table]) -> None:
    db.execute(
        "create table column_descriptions (table_name text, column_name text, unit text, "
        "description text, primary key (table_name, column_name))"
    )
    db.executemany(
        "insert into column_descriptions values (?, ?, ?, ?)",
        [(t.name, c.name, c.unit, c.full_description) for t in tables for c in t.columns],
    )


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
