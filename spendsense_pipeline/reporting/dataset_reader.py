"""Opening the published dataset to read it, or saying why it cannot be read."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.publishing.commands import remake_command
from spendsense_pipeline.publishing.publish import Dataset
from spendsense_pipeline.publishing.retention import read_dataset
from spendsense_pipeline.publishing.warehouse import (
    WarehouseError,
    current_dataset_path,
    named_errors,
)
from spendsense_pipeline.tables import tables_in

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig
    from spendsense_pipeline.settings import Settings


@dataclass(frozen=True)
class DatasetReader:
    """A published dataset, open read-only."""

    con: duckdb.DuckDBPyConnection
    dataset: Dataset

    @functools.cached_property
    def resolved(self) -> ResolvedConfig:
        """The configuration it was made from."""
        from spendsense_pipeline.controls import ResolvedConfig
        from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS

        rows = self.rows(
            f"select {', '.join(OPERATOR_CONTROLS.column_names)} from operator_controls"
        )
        try:
            return ResolvedConfig.from_rows(rows)
        except (KeyError, ValueError) as error:
            raise _outdated(
                self.dataset, f"its operator controls cannot be read ({error})"
            ) from error

    def rows(self, sql: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query as dicts."""
        cursor = self.con.execute(sql, parameters or {})
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_FOUND_SOUND: dict[Path, tuple[int, int, int]] = {}
"""Datasets whose columns are those declared, and which file each was then."""


@contextlib.contextmanager
def open_dataset(settings: Settings, path: Path | None = None) -> Iterator[DatasetReader]:
    """The dataset readers see now, or the one at `path`.

    Raises:
        WarehouseError: no dataset yet, not a dataset, or one of another version; says what to do.
    """
    import duckdb

    path = path or current_dataset_path(settings)
    if not path.exists():
        raise WarehouseError(problem=f"{path} does not exist", remedy="check the path")
    with named_errors(path):
        con = duckdb.connect(str(path), read_only=True)
    try:
        dataset = read_dataset(path)  # while the file is open, opening it again is nothing
        _require_declared_columns(con, dataset)
        yield DatasetReader(con, dataset)
    finally:
        con.close()


def _require_declared_columns(con: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
    """Refuse a dataset whose tables are not those this version reads.

    A file that was found to hold them is not asked again while it is the same: to list columns
    takes a third as long as to open it.
    """
    file = dataset.path.stat()
    identity = (file.st_ino, file.st_size, file.st_mtime_ns)
    if _FOUND_SOUND.get(dataset.path) == identity:
        return
    declared = tables_in("dataset")
    present = _columns_of(con, [table.name for table in declared])
    for table in declared:
        missing = [c for c in table.column_names if c not in present.get(table.name, set())]
        if missing:
            what = (
                f"{table.name} lacks {', '.join(missing[:3])}"
                if table.name in present
                else f"it has no {table.name}"
            )
            raise _outdated(dataset, what)
    _FOUND_SOUND[dataset.path] = identity


def _columns_of(con: duckdb.DuckDBPyConnection, tables: list[str]) -> dict[str, set[str]]:
    """The columns of each of the tables that are there."""
    import duckdb

    each = (f"select '{table}', name from pragma_table_info('{table}')" for table in tables)
    try:
        found = con.execute(" union all ".join(each)).fetchall()
    except duckdb.CatalogException:
        # One is not there. To list every column makes all of DuckDB's own views and takes three
        # times as long.
        found = con.execute(
            "select table_name, column_name from duckdb_columns()"
            " where database_name = current_database() and schema_name = 'main'"
        ).fetchall()
    present: dict[str, set[str]] = {}
    for table, column in found:
        present.setdefault(table, set()).add(column)
    return present


def _outdated(dataset: Dataset, what: str) -> WarehouseError:
    return WarehouseError(
        problem=(
            f"the dataset at {dataset.path} was made by another version of the program "
            f"(code {dataset.code_version}; {what})"
        ),
        remedy=f"make it anew with `{remake_command(is_imported=dataset.is_imported)}`",
    )
