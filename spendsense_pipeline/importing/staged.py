"""An import set aside: its raw tables as Parquet files under its fingerprint, and what it is.

The pipeline's raw tables are filled from it, so that an import can be run again like any other run.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
from pydantic import TypeAdapter

from spendsense_pipeline.files import new_folder
from spendsense_pipeline.importing.holdings import Holdings
from spendsense_pipeline.importing.report import ReportLine
from spendsense_pipeline.sql import identifier, literal
from spendsense_pipeline.tables.declaration import Table
from spendsense_pipeline.tables.raw import GENERATED_TABLES

_MEMORY_MB = 500  # what reading may hold; beyond it DuckDB uses the scratch folder
DESCRIPTION_FILE = "import.json"


@dataclass(frozen=True)
class StagedImport:
    """Data that passed every test, set aside under its fingerprint."""

    fingerprint: str
    as_of: dt.date
    history_start: dt.date | None
    rows: Mapping[str, int]
    holdings: Holdings
    report: tuple[ReportLine, ...] = ()
    source: str = ""
    folder: Path = field(default=Path(), compare=False)

    def parquet(self, table: Table) -> Path:
        """The staged rows of a raw table."""
        return self.folder / f"{table.name}.parquet"

    def fill(self, con: duckdb.DuckDBPyConnection) -> None:
        """Create every generated table in `con` from the staged rows."""
        for table in GENERATED_TABLES:
            con.execute(table.create_sql())
            columns = ", ".join(f'"{name}"' for name in table.column_names)
            con.execute(
                f'insert into "{table.name}" select {columns} from read_parquet(?)',
                [str(self.parquet(table))],
            )


def load_staged(fingerprint: str, imports_dir: Path) -> StagedImport:
    """A staged import by its fingerprint; FileNotFoundError if it is gone."""
    folder = imports_dir / fingerprint
    staged = _described().validate_json((folder / DESCRIPTION_FILE).read_bytes())
    return replace(staged, folder=folder)


@functools.cache
def _described() -> TypeAdapter[StagedImport]:
    """How a staged import is written into its folder and read from it."""
    return TypeAdapter(StagedImport)


@contextlib.contextmanager
def scratch_database() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """An in-memory DuckDB that spills to a folder which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="spendsense-import-") as scratch:
        con = duckdb.connect(config={"temp_directory": scratch, "memory_limit": f"{_MEMORY_MB}MB"})
        try:
            yield con, Path(scratch)
        finally:
            con.close()


def set_aside(
    con: duckdb.DuckDBPyConnection, staged: StagedImport, scratch: Path, imports_dir: Path
) -> StagedImport:
    """Keep the raw tables of `con` in the staged import's folder."""
    folder = imports_dir / staged.fingerprint
    written = scratch / "staged"
    written.mkdir()
    for table in GENERATED_TABLES:
        target = literal(written / f"{table.name}.parquet")
        con.execute(f"copy {identifier(table.name)} to {target} (format parquet, compression zstd)")
    content = _described().dump_json(staged, indent=2, exclude={"folder"})
    (written / DESCRIPTION_FILE).write_bytes(content)
    with new_folder(folder) as arriving:
        shutil.copytree(written, arriving, dirs_exist_ok=True)
    return replace(staged, folder=folder)
