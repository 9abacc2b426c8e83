"""The rows of a format's files, gathered by layout: one table of text per layout, under their
names, with whose file a row stands in and where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from spendsense_pipeline.importing.delimited import read_delimited
from spendsense_pipeline.importing.formats.declaration import Layout, ReadyFormat
from spendsense_pipeline.importing.formats.folders import ExportFile
from spendsense_pipeline.importing.formats.recognition import (
    Recognised,
    dialect_of,
    recognised,
)
from spendsense_pipeline.importing.mapping import TableMapping
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.sql import identifier, literal

_MOST_PROBLEMS = 20
# Some exports indent their rows by tabs.
BLANKS = r"e' \t\r\n'"


@dataclass
class Batch:
    """The rows of every file of one layout, in `table`."""

    table: str
    layout: Layout
    mapping: TableMapping
    columns: tuple[str, ...]
    """Their columns that the layout or the mapping speak of, in their spelling."""
    files: list[str] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    """Those of them, in lower case, that some file holds."""

    @property
    def where(self) -> str:
        """What messages call it."""
        return self.files[0] if len(self.files) == 1 else f"{len(self.files)} files"

    def column(self, name: str) -> str:
        """SQL of their column, which is null where no file holds it."""
        spelt = next((each for each in self.columns if each.lower() == name.lower()), name)
        return identifier(spelt)


def load_batches(
    con: duckdb.DuckDBPyConnection,
    ready: ReadyFormat,
    files: Sequence[ExportFile],
    said: TableMapping,
    report: ImportReport,
) -> list[Batch]:
    """Read every file into the table of its layout.

    Raises:
        ImportProblemsError: naming the files that are in no layout of the format, and the lines
            that are in the way.
    """
    batches: dict[str, Batch] = {}
    problems: list[Problem] = []
    for number, file in enumerate(files):
        try:
            found = _recognised(file.path, ready, said)
            arrival = read_delimited(
                con, file.path, "transactions", found.header, dialect_of(found), report
            )
        except ImportProblemsError as error:
            problems += error.problems
            continue
        batch = batches.get(found.layout.title)
        if batch is None:
            batch = _new_batch(con, len(batches), found)
            batches[found.layout.title] = batch
        batch.files.append(file.name)
        _append(con, batch, arrival.columns, file, number, is_only=len(files) == 1)
    if problems:
        raise ImportProblemsError(problems[:_MOST_PROBLEMS])
    return list(batches.values())


def _recognised(path: Path, ready: ReadyFormat, said: TableMapping) -> Recognised:
    try:
        return recognised(path, ready, said)
    except UnicodeError:
        # What cannot be decoded is named by whoever reads the rows.
        layout = ready.layouts[0]
        return Recognised(layout, layout.transactions.model_copy(update={"csv": said.csv}))


def _new_batch(con: duckdb.DuckDBPyConnection, number: int, found: Recognised) -> Batch:
    said = found.mapping
    named = [
        *found.header,
        *found.layout.named_columns(),
        *said.columns.values(),
        *said.set_aside,
        *(name for name in (said.debit, said.credit) if name),
        *([said.direction.column] if said.direction else []),
    ]
    columns = {name.strip().lower(): name.strip() for name in reversed(named)}
    batch = Batch(f"export_{number}", found.layout, said, tuple(columns.values()))
    declared = ", ".join(f"{identifier(name)} varchar" for name in batch.columns)
    con.execute(
        f"create or replace table {batch.table} ({declared}, _user varchar, _file integer, "
        "_line bigint, _row varchar)"
    )
    return batch


def _append(
    con: duckdb.DuckDBPyConnection,
    batch: Batch,
    columns: Sequence[str],
    file: ExportFile,
    number: int,
    *,
    is_only: bool,
) -> None:
    spellings = {name.strip().lower(): name for name in columns}
    batch.present |= {name.lower() for name in batch.columns if name.lower() in spellings}
    selected = ", ".join(
        f"nullif(trim({identifier(spellings[name.lower()])}, {BLANKS}), '')"
        if name.lower() in spellings
        else "null"
        for name in batch.columns
    )
    row = "_row" if is_only else f"concat({literal(file.name)}, ' ', _row)"
    con.execute(
        f"insert into {batch.table} select {selected}, {literal(file.user_id)}, {number}, "
        f'row_number() over (), {row} from "their_transactions"'
    )
    con.execute('drop table "their_transactions"')
