"""The raw layout: which file holds which table, and its rows as text under our column names.

Everything is read as text first, so that a value of the wrong type is a named problem with its row
and not a reader's crash. What the values mean is judged in `values.py` and `relations.py`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES, SourceMapping, TableMapping
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.sql import identifier, literal
from spendsense_pipeline.tables.declaration import MONEY, Column, PipelineTable

# Of what may not be missing, what an import fills in: as nobody has said otherwise.
_FILLED_IN = ("consent_status", "pending")
_SUFFIXES = (".csv", ".parquet")


def is_held_through_account(table: PipelineTable) -> bool:
    """Whether a row that does not say whose it is belongs to the holder of its account."""
    names_account = any(key.columns == ("account_id",) for key in table.foreign_keys)
    return names_account and "user_id" in table.column_names


def required_columns(table: PipelineTable) -> tuple[str, ...]:
    """What other people's data must say: all that may not be missing and cannot be filled in, and
    what a bank may leave blank but an export has a column for.
    """
    filled_in = (*_FILLED_IN, "user_id") if is_held_through_account(table) else _FILLED_IN
    return tuple(
        column.name
        for column in table.columns
        if (column.is_import_needed or not column.nullable) and column.name not in filled_in
    )


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
    con: duckdb.DuckDBPyConnection, files: Mapping[str, Path], mapping: SourceMapping
) -> dict[str, frozenset[str]]:
    """Create `source_<table>` (text columns plus `_row`) for every table; returns the columns
    given.
    """
    problems: list[Problem] = []
    given: dict[str, frozenset[str]] = {}
    for table, path in files.items():
        try:
            con.execute(f"create or replace temp view their_rows as select * from {_scan(path)}")
            names = [name for name, *_ in con.execute("describe their_rows").fetchall()]
            given[table] = _create_source(
                con, table, path.name, names, mapping.get(table, TableMapping()), problems
            )
        except duckdb.Error as error:
            reason = str(error).strip().splitlines()[0]
            remedy = "Save it again as UTF-8 CSV with a header line, or as Parquet."
            problems.append(
                Problem("unreadable_file", path.name, f"cannot be read: {reason}", remedy)
            )
    if problems:
        raise ImportProblemsError(problems)
    return given


def create_empty_source(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """`source_<table>` without rows, for a table that was not brought."""
    columns = ", ".join(f'"{name}" varchar' for name in IMPORTABLE_TABLES[table].column_names)
    con.execute(f'create or replace table "source_{table}" ({columns}, _row varchar)')


def _create_source(
    con: duckdb.DuckDBPyConnection,
    table: str,
    where: str,
    their_columns: Iterable[str],
    mapping: TableMapping,
    problems: list[Problem],
) -> frozenset[str]:
    declared = IMPORTABLE_TABLES[table]
    theirs = {name.strip().lower(): name for name in their_columns}
    given = frozenset(c for c in declared.column_names if mapping.theirs(c).lower() in theirs)
    wanted = {*required_columns(declared), *mapping.columns}
    for column in sorted(wanted - given):
        name = mapping.theirs(column)
        close = difflib.get_close_matches(name.lower(), list(theirs), n=1)
        hint = f"Did you mean {theirs[close[0]]!r}? " if close else ""
        text = f"has no column {name!r}" + (f" (our {column})" if name != column else "")
        remedy = f"{hint}Add it, or map it in a mapping file (--mapping)."
        problems.append(Problem("missing_column", where, text, remedy))
    if not wanted <= given:
        return given
    values = {
        column.name: _text(identifier(theirs[mapping.theirs(column.name).lower()]), column, mapping)
        for column in declared.columns
        if column.name in given
    }
    columns = ", ".join(
        f'{values.get(name, "null::varchar")} as "{name}"' for name in declared.column_names
    )
    con.execute(
        f'create or replace table "source_{table}" as '
        f"select {columns}, 'row ' || row_number() over () as _row from their_rows"
    )
    return given


def _text(source: str, column: Column, mapping: TableMapping) -> str:
    """SQL of a value as trimmed text (blank is null) with the mapping's values and sign."""
    text = f"nullif(trim({source}::varchar), '')"
    changes = mapping.values.get(column.name)
    if changes:
        whens = " ".join(f"when {literal(a)} then {literal(b)}" for a, b in changes.items())
        text = f"case {text} {whens} else {text} end"
    if column.type == MONEY and column.name in mapping.negate:
        text = f"coalesce((-try_cast({text} as double))::varchar, {text})"
    return text


def _scan(path: Path) -> str:
    if path.suffix == ".parquet":
        return f"read_parquet({literal(path)})"
    return f"read_csv({literal(path)}, all_varchar=true, header=true, null_padding=false)"
