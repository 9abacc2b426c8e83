"""From their rows to ours, still as text: a mapping's columns, constants, values, dates, numbers,
directions and signs.

A reader leaves what it read as `their_<table>`: text columns under their names, and `_row`, which
says where a row stands. Here `source_<table>` is made of it: text columns under our names, plain
numbers, dates as 2026-06-30. What a mapping does not explain stays as it is written, so that
`values.py` can name it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from spendsense_pipeline.importing.amounts import (
    PLAIN,
    directed,
    plain_number,
    split_amount,
    trimmed,
    with_ascii_minus,
)
from spendsense_pipeline.importing.dependants import (
    begin_leaving_out,
    leave_out_dependants,
    remember_left_out,
)
from spendsense_pipeline.importing.mapping import (
    IMPORTABLE_TABLES,
    SourceMapping,
    TableMapping,
)
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.report import SHOWN_ROWS, ImportReport
from spendsense_pipeline.importing.unsaid import unsaid_problems
from spendsense_pipeline.sql import identifier, literal
from spendsense_pipeline.tables.declaration import MONEY, Column, PipelineTable

# Of what may not be missing, what an import fills in: as nobody has said otherwise.
_FILLED_IN = ("consent_status", "pending")
# What an account may be without: its balance figures are then unknown.
_MAY_BE_UNKNOWN = ("subtype", "balance_current")


@dataclass(frozen=True)
class Arrival:
    """Rows of one table of ours in `their_<table>`.

    Attributes:
        where: what messages call their origin, a file's name mostly.
        columns: their columns, as they are written; without `_row`.
        is_text: whether numbers were text before we read them, so that how they are written is a
            question (`1.250`); those of JSON and Parquet were numbers.
    """

    where: str
    columns: tuple[str, ...]
    is_text: bool = True


def is_held_through_account(table: PipelineTable) -> bool:
    """Whether a row that does not say whose it is belongs to the holder of its account."""
    names_account = any(key.columns == ("account_id",) for key in table.foreign_keys)
    return names_account and "user_id" in table.column_names


def required_columns(table: PipelineTable) -> tuple[str, ...]:
    """What other people's data must say: all that may not be missing and cannot be filled in.

    An account's columns of type, subtype and balance are asked for although single values of them
    may be unknown: a whole column of them is seldom left out on purpose.
    """
    filled_in = (*_FILLED_IN, "user_id") if is_held_through_account(table) else _FILLED_IN
    return tuple(
        column.name
        for column in table.columns
        if (not column.nullable or column.name in _MAY_BE_UNKNOWN) and column.name not in filled_in
    )


def translate(
    con: duckdb.DuckDBPyConnection,
    arrivals: Mapping[str, Arrival],
    mapping: SourceMapping,
    report: ImportReport,
) -> dict[str, frozenset[str]]:
    """Create `source_<table>` for every importable table; returns the columns given of each.

    Raises:
        ImportProblemsError: where a column that is needed or named is not there.
    """
    problems: list[Problem] = []
    begin_leaving_out(con)
    given: dict[str, frozenset[str]] = {}
    for table, declared in IMPORTABLE_TABLES.items():
        arrival = arrivals.get(table)
        said = mapping.get(table, TableMapping())
        if arrival is None:
            _create_empty(con, declared, table)
            continue
        found = list(_column_problems(declared, arrival, said))
        if "amount" in declared.column_names and arrival.is_text:
            unsaid = unsaid_problems(con, table, arrival.where, arrival.columns, said)
            # Of a column that is asked for by name it need not be said that it is missing.
            asked = list(unsaid)
            found = [p for p in found if not (asked and "'amount'" in p.text)] + asked
        problems += found
        given[table] = _given(declared, arrival, said)
        if not found:
            _set_aside(con, table, declared, arrival, said, report)
            _create_source(con, table, declared, arrival, said, given[table])
            leave_out_dependants(con, table, declared, arrival.where, report)
            con.execute(f'drop table "their_{table}"')
    if problems:
        raise ImportProblemsError(problems)
    for table in arrivals:
        _turn_signs(con, table, mapping.get(table, TableMapping()))
    return given


def _create_empty(con: duckdb.DuckDBPyConnection, declared: PipelineTable, table: str) -> None:
    columns = ", ".join(f"{identifier(name)} varchar" for name in declared.column_names)
    con.execute(f'create or replace table "source_{table}" ({columns}, _row varchar)')


def _given(declared: PipelineTable, arrival: Arrival, said: TableMapping) -> frozenset[str]:
    theirs = _spellings(arrival.columns)
    is_amount_said = said.debit is not None
    return frozenset(
        column
        for column in declared.column_names
        if said.theirs(column).lower() in theirs
        or column in said.constants
        or (column == "amount" and is_amount_said)
    )


def _spellings(columns: Iterable[str]) -> dict[str, str]:
    """Their columns by how they are looked for: without regard to case or outer blanks."""
    return {name.strip().lower(): name for name in columns}


def _column_problems(
    declared: PipelineTable, arrival: Arrival, said: TableMapping
) -> Iterable[Problem]:
    theirs = _spellings(arrival.columns)
    given = _given(declared, arrival, said)
    for column in sorted({*required_columns(declared), *said.columns} - given):
        yield _no_column(arrival, theirs, said.theirs(column), column)
    named = [said.debit, said.credit, said.direction.column if said.direction else None]
    for name in (*named, *said.set_aside):
        if name is not None and name.strip().lower() not in theirs:
            yield _no_column(arrival, theirs, name, name)


def _no_column(arrival: Arrival, theirs: Mapping[str, str], name: str, ours: str) -> Problem:
    close = difflib.get_close_matches(name.lower(), list(theirs), n=1)
    hint = f"Did you mean {theirs[close[0]]!r}? " if close else ""
    text = f"has no column {name!r}" + (f" (our {ours})" if name != ours else "")
    found = f"Its columns: {', '.join(arrival.columns)}. " if len(arrival.columns) <= 20 else ""
    remedy = f"{hint}{found}Add it, or map it in a mapping file (--mapping)."
    return Problem("missing_column", arrival.where, text, remedy)


def _set_aside(
    con: duckdb.DuckDBPyConnection,
    table: str,
    declared: PipelineTable,
    arrival: Arrival,
    said: TableMapping,
    report: ImportReport,
) -> None:
    """Take the rows out of `their_<table>` that the mapping leaves out, and count them."""
    theirs = _spellings(arrival.columns)
    for name, values in said.set_aside.items():
        column = identifier(theirs[name.strip().lower()])
        wanted = ", ".join(literal(value.strip().lower()) for value in values)
        condition = f"lower(trim({column})) in ({wanted})"
        rows = con.execute(
            f'select _row, {column}, count(*) over () from "their_{table}" where {condition} '
            f"limit {SHOWN_ROWS}"
        ).fetchall()
        if rows:
            key = declared.column(declared.primary_key[0])
            written = theirs.get(said.theirs(key.name).strip().lower())
            if written is not None:
                spelled = _text(identifier(written), key, said)
                remember_left_out(con, table, f"their_{table}", spelled, condition)
            con.execute(f'delete from "their_{table}" where {condition}')
            why = f"the mapping sets aside {name} {', '.join(values)}"
            report.set_aside(
                arrival.where, rows[0][2], why, [f"{row} ({value!r})" for row, value, _ in rows]
            )


def _create_source(
    con: duckdb.DuckDBPyConnection,
    table: str,
    declared: PipelineTable,
    arrival: Arrival,
    said: TableMapping,
    given: frozenset[str],
) -> None:
    theirs = _spellings(arrival.columns)
    selected = []
    for column in declared.columns:
        value = "null::varchar"
        if column.name in said.constants:
            value = literal(said.constants[column.name])
        elif column.name == "amount" and said.debit is not None and said.credit is not None:
            debit, credit = (
                identifier(theirs[name.strip().lower()]) for name in (said.debit, said.credit)
            )
            value = split_amount(debit, credit, said)
        elif column.name in given:
            source = identifier(theirs[said.theirs(column.name).strip().lower()])
            value = _text(source, column, said)
            if column.name == "amount" and said.direction:
                value = directed(value, theirs, said)
        selected.append(f"{value} as {identifier(column.name)}")
    con.execute(
        f'create or replace table "source_{table}" as '
        f'select {", ".join(selected)}, _row from "their_{table}"'
    )


def _text(source: str, column: Column, said: TableMapping) -> str:
    """SQL of a value as trimmed text (blank is null) in our words, numbers and dates."""
    # Blanks that do not break stand around figures; to look for them elsewhere costs seconds.
    is_figure = column.type in (MONEY, "DATE")
    text = trimmed(source) if is_figure else f"nullif(trim({source}), '')"
    changes = said.values.get(column.name)
    if changes:
        whens = " ".join(f"when {literal(a)} then {literal(b)}" for a, b in changes.items())
        text = f"case {text} {whens} else {text} end"
    if column.type == MONEY:
        return plain_number(with_ascii_minus(text), said.numbers)
    if column.type == "DATE" and said.date_format:
        formats = ", ".join(literal(each) for each in said.date_format)
        return f"coalesce(try_strptime({text}, [{formats}])::date::varchar, {text})"
    return text


def _turn_signs(con: duckdb.DuckDBPyConnection, table: str, said: TableMapping) -> None:
    """Turn the sign of the columns that the mapping negates, where the account is of its types."""
    for column, types in said.negate.items():
        name, listed = identifier(column), ", ".join(literal(each) for each in sorted(types))
        owner = "source_accounts" if table == "accounts" else "account"
        of_type = f"lower({owner}.type) in ({listed})"
        turned = (
            f"case when {name} like '-%' then substr({name}, 2) else '-' || ltrim({name}, '+') end"
        )
        held = ""
        if table != "accounts":
            of_row = f'"source_{table}".account_id'
            held = f"from source_accounts account where account.account_id = {of_row}"
        con.execute(
            f'update "source_{table}" set {name} = {turned} {held} {"and" if held else "where"} '
            f'{of_type} and regexp_matches("source_{table}".{name}, {literal(PLAIN)})'
        )
