"""A format's files as the tables of an import: accounts found, rows translated, doubles taken once,
balances and own transfers as far as the files say them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from spendsense_pipeline.importing.formats.accounts import merged_rows, settle
from spendsense_pipeline.importing.formats.arrived import (
    TRANSACTIONS,
    create_arrived,
    create_their_accounts,
    join_splits,
)
from spendsense_pipeline.importing.formats.balances import state_balances
from spendsense_pipeline.importing.formats.declaration import Reader, ReadyFormat
from spendsense_pipeline.importing.formats.exports import Delimited
from spendsense_pipeline.importing.formats.folders import export_files, left_over
from spendsense_pipeline.importing.formats.ledger import BeancountLedgers
from spendsense_pipeline.importing.formats.ofx import OfxFiles
from spendsense_pipeline.importing.formats.request import FormatReader, FormatRequest
from spendsense_pipeline.importing.formats.sidecars import read_accounts, read_users, sole_user
from spendsense_pipeline.importing.formats.transfers import create_own_accounts, pair_transfers
from spendsense_pipeline.importing.mapping import SourceMapping, TableMapping
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.importing.translation import Arrival
from spendsense_pipeline.sql import QueryFolder, identifier

_QUERIES = QueryFolder(__package__)
_READERS: Mapping[Reader, Callable[[FormatRequest], FormatReader]] = {
    "delimited": Delimited,
    "ofx": OfxFiles,
    "beancount": BeancountLedgers,
}


def read_format(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    ready: ReadyFormat,
    mapping: SourceMapping,
    as_of: dt.date,
    report: ImportReport,
) -> tuple[dict[str, Arrival], SourceMapping]:
    """Create `their_<table>` for users, accounts and transactions, in our words.

    Returns:
        The arrivals, and what of the mapping is still to be applied to them.

    Raises:
        ImportProblemsError: naming what is in the way in any of the files.
    """
    holder = sole_user(con, path, mapping)
    is_person = ready.is_file_a_person
    files = export_files(path, ready.suffixes, holder, is_file_a_person=is_person)
    if not files:
        endings = ", ".join(ready.suffixes)
        text = f"holds no export of {ready.title} ({endings})"
        remedy = "Give one export, or a folder of them: FOLDER/<user_id>/<export>."
        raise ImportProblemsError([Problem("missing_file", str(path), text, remedy)])
    said = mapping.get("transactions", TableMapping())
    known = read_accounts(con, path, mapping, report)
    request = FormatRequest(con, path, ready, files, said, known, as_of, report)
    reader = _READERS[ready.reader](request)
    accounts = reader.accounts
    where = files[0].name if len(files) == 1 else f"the exports of {ready.title}"
    settle(accounts, known, where, report)
    create_arrived(con)
    create_own_accounts(con, accounts)
    reader.fill()
    join_splits(con)
    arrival = _create_transactions(con, where, report)
    state_balances(con, accounts, as_of, where, report)
    people = list(dict.fromkeys(reader.people))
    for name in left_over(path, reader.paths):
        report.set_aside(name, 0, f"not read: no export of {ready.title}")
    arrivals = {
        "users": read_users(con, path, people, mapping, report),
        "accounts": create_their_accounts(con, merged_rows(accounts), where),
        "transactions": arrival,
    }
    return arrivals, _still_to_apply(ready, mapping)


def _still_to_apply(ready: ReadyFormat, mapping: SourceMapping) -> SourceMapping:
    """What of a mapping comes after a format: columns are ours by now, and tables are done with."""
    return {
        table: said if table == "users" else said.model_copy(update={"columns": {}})
        for table, said in mapping.items()
        if not (table == "transactions" and ready.reader == "delimited")
    }


def _create_transactions(
    con: duckdb.DuckDBPyConnection, where: str, report: ImportReport
) -> Arrival:
    """Create `their_transactions` of what `arrived`, every transaction once."""
    _QUERIES.create(con, "occurrences", "occurrences.sql", {})
    con.execute("update occurrences set transaction_id = concat(account_id, ':', identity)")
    pair_transfers(con)
    columns = ", ".join(identifier(name) for name in (*TRANSACTIONS, "_row"))
    con.execute(
        f'create or replace table "their_transactions" as select {columns} from occurrences '
        "where not _opening order by _file, _line"
    )
    [(arrived, once, openings, passing)] = con.execute(
        "select (select count(*) from arrived), count(*), count(*) filter (where _opening), "
        "count(distinct account_id) filter (where has_passing_ids) from occurrences"
    ).fetchall()
    if arrived > once:
        report.set_aside(where, arrived - once, "in another export too, or pending in an older one")
    if openings:
        report.set_aside(where, openings, "opens or corrects an account: part of its balance")
    if passing:
        report.note(
            where,
            "downloads that overlap never agree on a row's identifier: rows of one day, amount and "
            "name are taken for the same",
            "Import the newest download alone if rows are missing.",
            rows=passing,
        )
    return Arrival(where, TRANSACTIONS, is_text=False)
