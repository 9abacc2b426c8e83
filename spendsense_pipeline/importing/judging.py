"""From rows that arrived to raw tables: translated, judged, what may be left out filled in.

Nothing that is wrong passes; everything that is odd is in the report.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from spendsense_pipeline.importing.holdings import find_holdings
from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES, SourceMapping, TableMapping
from spendsense_pipeline.importing.oddities import leave_out_odd_values, unmeasured_problems
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.relations import relation_problems
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.importing.spelling import create_vocabulary, read_away_spelling
from spendsense_pipeline.importing.staged import StagedImport
from spendsense_pipeline.importing.translation import (
    Arrival,
    is_held_through_account,
    translate,
)
from spendsense_pipeline.importing.unsaid import note_one_sided_amounts
from spendsense_pipeline.importing.values import typed_select, value_problems
from spendsense_pipeline.tables.raw import GENERATED_TABLES


@dataclass(frozen=True)
class Origin:
    """What is known of data before its rows are looked at, and how strictly they are."""

    source: str
    fingerprint: str
    as_of: dt.date
    history_start: dt.date | None
    all_consented: bool
    is_strict: bool


def judged(
    con: duckdb.DuckDBPyConnection,
    arrivals: Mapping[str, Arrival],
    mapping: SourceMapping,
    report: ImportReport,
    origin: Origin,
) -> StagedImport:
    """Fill the raw tables of `con` from `their_<table>` of every arrival.

    Raises:
        ImportProblemsError: holding every kind of problem found.
    """
    given = translate(con, arrivals, mapping, report)
    files = {table: arrival.where for table, arrival in arrivals.items()}
    create_vocabulary(con)
    read_away_spelling(con)
    problems = list(unmeasured_problems(con, files))
    leave_out_odd_values(con, files, given, report)
    problems += [
        problem
        for table in files
        for problem in value_problems(
            con,
            table,
            files[table],
            as_of=origin.as_of,
            given=given[table],
            is_text=arrivals[table].is_text,
            said=mapping.get(table, TableMapping()),
        )
    ]
    problems += relation_problems(con, files)
    if arrivals["transactions"].is_text:
        note_one_sided_amounts(con, files["transactions"], report)
    if not origin.all_consented:
        problems += _consent_problems(con, files["users"], given["users"])
    if problems:
        raise ImportProblemsError(problems)
    rows = _type_rows(con, all_consented=origin.all_consented)
    _say_what_is_not_given(con, files, report)
    if origin.is_strict and report.notes:
        raise ImportProblemsError([line.problem for line in report.notes])
    return StagedImport(
        fingerprint=origin.fingerprint,
        as_of=origin.as_of,
        history_start=origin.history_start,
        rows=rows,
        holdings=find_holdings(con, mapping),
        report=tuple(report),
        source=origin.source,
    )


def _type_rows(con: duckdb.DuckDBPyConnection, *, all_consented: bool) -> dict[str, int]:
    """Fill what may be left out, give every table its declared types; rows per table."""
    con.execute(
        "update source_users set consent_status = coalesce(consent_status, ?)",
        ["granted" if all_consented else "denied"],
    )
    for table, declared in IMPORTABLE_TABLES.items():
        if not is_held_through_account(declared):
            continue
        con.execute(
            f"update source_{table} set user_id = account.user_id from source_accounts account "
            f"where account.account_id = source_{table}.account_id and source_{table}.user_id is "
            f"null"
        )
    # nobody reads when a person joined a bank, and the checks know generated people by it
    con.execute("update source_users set created_at = null")
    con.execute(
        "update source_transactions set category_primary = category.primary_code "
        "from plaid_category category where category.detailed = category_detailed "
        "and category_primary is distinct from category.primary_code"
    )
    rows: dict[str, int] = {}
    for name, declared in IMPORTABLE_TABLES.items():
        con.execute(declared.create_sql())
        con.execute(
            f'insert into "{declared.name}" {typed_select(name)} from "source_{name}" source '
            f"order by {', '.join(declared.order_by)}"
        )
        con.execute(f'drop table "source_{name}"')
        [(count,)] = con.execute(f'select count(*) from "{declared.name}"').fetchall()
        rows[declared.name] = int(count)
    for declared in GENERATED_TABLES:
        if not declared.stands_in("imports"):
            con.execute(declared.create_sql())
    return rows


def _consent_problems(
    con: duckdb.DuckDBPyConnection, file: str, given: frozenset[str]
) -> list[Problem]:
    [(recorded,)] = con.execute("select count(consent_status) from source_users").fetchall()
    if "consent_status" in given and recorded:
        return []
    text = "nobody's consent is recorded, so nobody may be processed"
    remedy = (
        "Fill consent_status (granted, denied, revoked), or pass --all-consented if you hold "
        "everybody's consent."
    )
    return [Problem("consent_missing", f"{file}, column consent_status", text, remedy)]


def _say_what_is_not_given(
    con: duckdb.DuckDBPyConnection, files: Mapping[str, str], report: ImportReport
) -> None:
    """What the import may leave out and does, and what follows from that."""
    [(rows, categorised)] = con.execute(
        "select count(*), count(category_detailed) from raw_transactions"
    ).fetchall()
    if categorised < rows:
        text = (
            f"{rows - categorised:,} of {rows:,} transactions have no category: what they are is "
            "detected from merchant names only, which finds less"
        )
        report.not_given(files["transactions"], rows - categorised, text)
    [(cards, terms)] = con.execute(
        "select (select count(*) from raw_accounts where type = 'credit'), "
        "(select count(*) from raw_liabilities)"
    ).fetchall()
    if terms < cards:
        text = f"{cards - terms:,} of {cards:,} cards have no liability row: overdue is unknown"
        report.not_given(files.get("liabilities", "liabilities"), cards - terms, text)
    if cards and "card_statements" not in files:
        text = "no card statements: minimum-payment-only is judged from liabilities alone"
        report.not_given("card_statements", cards, text)
