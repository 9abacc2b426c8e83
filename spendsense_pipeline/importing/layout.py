"""The raw layout: which file holds which table, and its rows as text under their names.

Everything is read as text first, so that a value of the wrong type is a named problem with its row
and not a reader's crash. What the values mean is judged in `values.py` and `relations.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from spendsense_pipeline.importing.delimited import read_delimited
from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES, SourceMapping, TableMapping
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.importing.translation import Arrival, required_columns
from spendsense_pipeline.sql import identifier, literal

EXPORT_DESCRIPTION_FILE = "export.json"  # what our own exports say about themselves
_SUFFIXES = (".csv", ".parquet")


def find_files(folder: Path, mapping: SourceMapping) -> dict[str, Path]:
    """The file of every table: `name` or `raw_name`, .csv or .parquet, or as mapped."""
    problems, files = [], {}
    for table, declared in IMPORTABLE_TABLES.items():
        named = mapping.get(table, TableMapping()).file
        candidates = (
            [folder / named]
            if named
            else [folder / f"{p}{table}{s}" for p in ("", "raw_") for s in _SUFFIXES]
        )
        found = [path for path in candidates if path.is_file()]
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            remedy = f"Keep one, or name it under {table}.file in a mapping file."
            problems.append(Problem("ambiguous_file", table, f"both {names} hold it", remedy))
        elif found:
            files[table] = found[0]
        elif named or declared.is_import_needed:
            wanted = named or f"{table}.csv or {table}.parquet"
            text = f"there is no {wanted} in {folder}"
            remedy = "Add it, or name the file in a mapping file (--mapping)."
            problems.append(Problem("missing_file", table, text, remedy))
    if problems:
        raise ImportProblemsError(problems)
    return files


def read_files(
    con: duckdb.DuckDBPyConnection,
    files: Mapping[str, Path],
    mapping: SourceMapping,
    report: ImportReport,
) -> dict[str, Arrival]:
    """Create `their_<table>` from the file of every table.

    Raises:
        ImportProblemsError: naming what is in the way of any of them.
    """
    problems: list[Problem] = []
    arrivals: dict[str, Arrival] = {}
    for table, path in files.items():
        said = mapping.get(table, TableMapping())
        try:
            if path.suffix == ".parquet":
                arrivals[table] = _read_parquet(con, path, table, report)
            else:
                wanted = _wanted(table, said)
                arrivals[table] = read_delimited(con, path, table, wanted, said.csv, report)
        except ImportProblemsError as error:
            problems += error.problems
    if problems:
        raise ImportProblemsError(problems)
    return arrivals


def _wanted(table: str, said: TableMapping) -> list[str]:
    """Their names of the columns a header must hold."""
    needed = [
        said.theirs(column)
        for column in required_columns(IMPORTABLE_TABLES[table])
        if column not in said.constants and not (column == "amount" and said.debit is not None)
    ]
    return [*needed, *(name for name in (said.debit, said.credit) if name is not None)]


def _read_parquet(
    con: duckdb.DuckDBPyConnection, path: Path, table: str, report: ImportReport
) -> Arrival:
    scan = f"read_parquet({literal(path)})"
    try:
        described = con.execute(f"describe select * from {scan}").fetchall()
        columns = tuple(name for name, *_ in described)
        selected = ", ".join(f"{name}::varchar as {name}" for name in map(identifier, columns))
        con.execute(
            f'create or replace table "their_{table}" as '
            f"select {selected}, 'row ' || row_number() over () as _row from {scan}"
        )
    except duckdb.Error as error:
        reason = str(error).strip().splitlines()[0]
        remedy = "Save it again as Parquet, or as UTF-8 CSV with a header line."
        problem = Problem("unreadable_file", path.name, f"cannot be read: {reason}", remedy)
        raise ImportProblemsError([problem]) from error
    lowered = [name.lower() for name in columns]
    twins = {name for name in lowered if lowered.count(name) > 1}
    if twins:
        text = f"two columns share a name: {', '.join(sorted(twins))}"
        raise ImportProblemsError(
            [Problem("duplicate_column", path.name, text, "Rename or remove one of them.")]
        )
    [(rows,)] = con.execute(f'select count(*) from "their_{table}"').fetchall()
    report.read(path.name, rows, table)
    return Arrival(path.name, columns, is_text=False)
