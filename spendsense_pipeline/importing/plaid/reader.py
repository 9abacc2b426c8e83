"""A folder of Plaid's responses as rows under our names: person by person, in batches."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Sequence
from pathlib import Path

import duckdb

from spendsense_pipeline.importing.layout import read_files
from spendsense_pipeline.importing.mapping import (
    IMPORTABLE_TABLES,
    CsvDialect,
    SourceMapping,
    TableMapping,
)
from spendsense_pipeline.importing.plaid.files import PersonFiles, documents, people
from spendsense_pipeline.importing.plaid.findings import RESPONSES, Findings
from spendsense_pipeline.importing.plaid.person import PersonReplay
from spendsense_pipeline.importing.plaid.responses import read_response
from spendsense_pipeline.importing.plaid.rows import (
    PlaidAccount,
    PlaidLiability,
    PlaidLoan,
    PlaidRow,
    PlaidTransaction,
    columns_of,
)
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.importing.translation import Arrival

_BATCH_ROWS = 20_000
_MOST_PROBLEMS = 20
_ROWS: dict[str, type[PlaidRow]] = {
    "accounts": PlaidAccount,
    "transactions": PlaidTransaction,
    "liabilities": PlaidLiability,
    "loans": PlaidLoan,
}


def read_responses(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    mapping: SourceMapping,
    report: ImportReport,
    *,
    as_of: dt.date,
) -> dict[str, Arrival]:
    """Create `their_<table>` for users, accounts, transactions, liabilities, loans from
    Plaid's responses.

    Plaid says nothing of consent: a `users.csv` beside the folders may, with user_id equal to the
    folder's name.

    Raises:
        ImportProblemsError: naming every file that cannot be read.
    """
    _refuse_what_is_not_plaids(mapping, path)
    writer = _Writer(con)
    findings = Findings()
    named: list[str] = []
    problems: list[Problem] = []
    responses = {True: 0, False: 0}
    unwanted = _unwanted_accounts(mapping)
    for person in people(path):
        replay = PersonReplay(person.user_id, findings, is_dated=person.is_dated)
        found = _replay(person, replay, problems)
        responses[person.is_dated] += found
        if replay.has_rows and not problems:
            named.append(person.user_id)
            standing = replay.standing(as_of, unwanted)
            writer.write("accounts", person.user_id, standing.accounts)
            writer.write("transactions", person.user_id, standing.transactions)
            writer.write("liabilities", person.user_id, standing.liabilities)
            writer.write("loans", person.user_id, standing.loans)
    if not named and not problems:
        text = "holds no Plaid response that lists an account or a transaction"
        remedy = "Save responses as FOLDER/<user_id>/accounts.json and transactions.json."
        problems.append(Problem("missing_file", str(path), text, remedy))
    if problems:
        raise ImportProblemsError(problems[:_MOST_PROBLEMS])
    writer.flush()
    for is_dated, count in responses.items():
        if count:
            by = "the dates in their names" if is_dated else "their names (2 before 10)"
            report.read(RESPONSES, count, f"replayed in the order of {by}")
    arrivals = {}
    for table, count in writer.rows.items():
        columns = IMPORTABLE_TABLES[table].column_names
        arrivals[table] = Arrival(f"Plaid {table}", columns, is_text=False)
        report.read(f"Plaid {table}", count, table)
    findings.tell(report)
    return arrivals | _read_users(con, path, named, mapping, report)


def _replay(person: PersonFiles, replay: PersonReplay, problems: list[Problem]) -> int:
    """Take a person's responses; how many there were."""
    count = 0
    for name, file in person.files:
        try:
            for where, document in documents(file, name):
                replay.take(read_response(document, name, where))
                count += 1
        except ImportProblemsError as error:
            problems += error.problems
    return count


def _refuse_what_is_not_plaids(mapping: SourceMapping, path: Path) -> None:
    """A mapping of files and their dialect speaks of tables that are files."""
    problems = []
    for table, said in mapping.items():
        if table == "users":
            continue
        if table not in _ROWS:
            text = f"{path} holds Plaid's responses, which have none"
            problems.append(Problem("mapping", table, text, "Remove it from the mapping."))
        for key, is_said in (("file", said.file is not None), ("csv", said.csv != CsvDialect())):
            if is_said:
                text = f"{path} holds Plaid's responses, which are no file of {table}"
                remedy = "Remove it; columns, values and set_aside speak of responses too."
                problems.append(Problem("mapping", f"{table}.{key}", text, remedy))
    if problems:
        raise ImportProblemsError(problems)


def _unwanted_accounts(mapping: SourceMapping) -> frozenset[str]:
    """Ids of accounts that the mapping leaves out by name."""
    said = mapping.get("accounts", TableMapping()).set_aside
    return frozenset(
        account_id
        for column, ids in said.items()
        if column.strip().lower() == "account_id"
        for account_id in ids
    )


def _read_users(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    named: list[str],
    mapping: SourceMapping,
    report: ImportReport,
) -> dict[str, Arrival]:
    """The users beside the folders, or else the folders."""
    beside = path if path.is_dir() else path.parent
    said = mapping.get("users", TableMapping()).file
    sidecar = [beside / said] if said else [path / f"users{s}" for s in (".csv", ".parquet")]
    found = [file for file in sidecar if file.is_file()]
    if said and not found:
        text = f"there is no {said} in {beside}"
        problem = Problem("missing_file", "users", text, "Correct users.file in the mapping.")
        raise ImportProblemsError([problem])
    if found:
        return read_files(con, {"users": found[0]}, mapping, report)
    _create(con, "users")
    con.executemany(
        "insert into their_users (user_id, _row) values (?, ?)",
        [(person, f"folder {person}") for person in named],
    )
    return {"users": Arrival("Plaid users", ("user_id",), is_text=False)}


def _create(con: duckdb.DuckDBPyConnection, table: str) -> None:
    columns = ", ".join(f'"{name}" varchar' for name in IMPORTABLE_TABLES[table].column_names)
    con.execute(f'create or replace table "their_{table}" ({columns}, _row varchar)')


class _Writer:
    """Rows to `their_<table>` in batches: memory does not grow with the number of people."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._waiting: dict[str, list[tuple[str, PlaidRow]]] = {table: [] for table in _ROWS}
        self.rows = dict.fromkeys(_ROWS, 0)
        for table in _ROWS:
            _create(con, table)

    def write(self, table: str, user_id: str, rows: Sequence[PlaidRow]) -> None:
        waiting = self._waiting[table]
        waiting.extend((user_id, row) for row in rows)
        self.rows[table] += len(rows)
        if len(waiting) >= _BATCH_ROWS:
            self._insert(table)

    def flush(self) -> None:
        for table in _ROWS:
            self._insert(table)

    def _insert(self, table: str) -> None:
        rows, self._waiting[table] = self._waiting[table], []
        if rows:
            import pyarrow as pa  # a tenth of a second that other imports need not pay

            names = [
                name
                for name in columns_of(_ROWS[table])
                if name in IMPORTABLE_TABLES[table].column_names
            ]
            told = zip(
                *map(operator.attrgetter(*names, "where"), (row for _, row in rows)), strict=True
            )
            columns = dict(zip([*names, "_row"], told, strict=True))
            columns["user_id"] = tuple(user_id for user_id, _ in rows)
            schema = pa.schema([(name, pa.string()) for name in columns])
            self._con.register("arriving_rows", pa.table(columns, schema))
            self._con.execute(f'insert into "their_{table}" by name select * from arriving_rows')
            self._con.unregister("arriving_rows")
