"""`users.csv` and `accounts.csv` beside the exports: who consents, and what an export does not say
of its account. Both are optional, and so is every column but the one that says which row is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from spendsense_pipeline.importing.delimited import read_delimited
from spendsense_pipeline.importing.formats.folders import ACCOUNTS_FILE, USERS_FILE, sidecars
from spendsense_pipeline.importing.layout import read_files
from spendsense_pipeline.importing.mapping import (
    IMPORTABLE_TABLES,
    CsvDialect,
    SourceMapping,
    TableMapping,
)
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.importing.translation import Arrival
from spendsense_pipeline.sql import identifier

_FILE = "file"


@dataclass(frozen=True)
class SaidOfAccount:
    """A row of `accounts.csv`."""

    where: str
    file: str | None
    user_id: str | None
    values: Mapping[str, str | None]
    """By our column, what is blank left out."""


def sole_user(con: duckdb.DuckDBPyConnection, path: Path, mapping: SourceMapping) -> str | None:
    """The person of a `users.csv` that holds exactly one."""
    found = sidecars(path, USERS_FILE)
    if not found:
        return None
    arrival = read_files(con, {"users": found[0]}, mapping, ImportReport())["users"]
    theirs = mapping.get("users", TableMapping()).theirs("user_id")
    name = next((each for each in arrival.columns if each.lower() == theirs.lower()), None)
    if name is None:
        return None
    people = con.execute(f'select distinct trim({identifier(name)}) from "their_users"').fetchall()
    return str(people[0][0]) if len(people) == 1 else None


def read_users(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    people: list[str],
    mapping: SourceMapping,
    report: ImportReport,
) -> Arrival:
    """Create `their_users` from the `users.csv` of the folder, or else of the people found."""
    found = sidecars(path, USERS_FILE)
    if found:
        return read_files(con, {"users": found[0]}, mapping, report)["users"]
    con.execute('create or replace table "their_users" (user_id varchar, _row varchar)')
    con.executemany(
        'insert into "their_users" values (?, ?)', [(person, f"of {person}") for person in people]
    )
    return Arrival("the exports' folder", ("user_id",), is_text=False)


def read_accounts(
    con: duckdb.DuckDBPyConnection, path: Path, mapping: SourceMapping, report: ImportReport
) -> list[SaidOfAccount]:
    """The rows of every `accounts.csv`; one in a person's folder is of that person."""
    said = mapping.get("accounts", TableMapping())
    ours = IMPORTABLE_TABLES["accounts"].column_names
    rows: list[SaidOfAccount] = []
    problems: list[Problem] = []
    for file in sidecars(path, ACCOUNTS_FILE):
        owner = file.parent.name if path.is_dir() and file.parent != path else None
        wanted = [*(said.theirs(column) for column in ours), _FILE]
        dialect = said.csv if said.csv != CsvDialect() else CsvDialect(header_line=1)
        arrival = read_delimited(con, file, "accounts", wanted, dialect, report)
        spellings = {name.lower(): name for name in arrival.columns}
        if not {_FILE, "account_id", "name", "mask"} & set(spellings):
            remedy = "Add a column file (the export's name), name, mask or account_id."
            text = "does not say which account a row is about"
            problems.append(Problem("missing_column", file.name, text, remedy))
            continue
        theirs = {c: spellings.get(said.theirs(c).lower()) for c in ours} | {
            _FILE: spellings.get(_FILE)
        }
        given = {column: name for column, name in theirs.items() if name is not None}
        selected = ", ".join(f"nullif(trim({identifier(name)}), '')" for name in given.values())
        for *values, row in con.execute(
            f'select {selected}, _row from "their_accounts"'
        ).fetchall():
            known = {k: v for k, v in zip(given, values, strict=True) if v is not None}
            rows.append(
                SaidOfAccount(
                    f"{file.name} {row}",
                    known.pop(_FILE, None),
                    known.pop("user_id", owner),
                    known,
                )
            )
    if problems:
        raise ImportProblemsError(problems)
    return rows
