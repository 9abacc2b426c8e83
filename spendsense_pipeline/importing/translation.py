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

from spendsense_pipeline.importing.dependants import (
    begin_leaving_out,
    leave_out_dependants,
    remember_left_out,
)
from spendsense_pipeline.importing.mapping import (
    IMPORTABLE_TABLES,
    NumberFormat,
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
PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)$"
"""A number in plain digits."""
UNCLEAR = " | "
"""Between an amount and what makes its direction unclear."""
NOT_AS_SAID = " (not as said)"
"""Behind a number that is written otherwise than the mapping says."""
_BLANKS = " \t\u00a0\u2007\u202f"


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
            value = _split_amount(debit, credit, said)
        elif column.name in given:
            source = identifier(theirs[said.theirs(column.name).strip().lower()])
            value = _text(source, column, said)
            if column.name == "amount" and said.direction:
                value = _directed(value, theirs, said)
        selected.append(f"{value} as {identifier(column.name)}")
    con.execute(
        f'create or replace table "source_{table}" as '
        f'select {", ".join(selected)}, _row from "their_{table}"'
    )


def _text(source: str, column: Column, said: TableMapping) -> str:
    """SQL of a value as trimmed text (blank is null) in our words, numbers and dates."""
    text = _trimmed(source)
    changes = said.values.get(column.name)
    if changes:
        whens = " ".join(f"when {literal(a)} then {literal(b)}" for a, b in changes.items())
        text = f"case {text} {whens} else {text} end"
    if column.type == MONEY:
        return plain_number(_with_ascii_minus(text), said.numbers)
    if column.type == "DATE" and said.date_format:
        formats = ", ".join(literal(each) for each in said.date_format)
        return f"coalesce(try_strptime({text}, [{formats}])::date::varchar, {text})"
    return text


def _trimmed(source: str) -> str:
    """SQL of a text without blanks around it, those that do not break included; blank is null."""
    return f"nullif(trim({source}, {literal(_BLANKS)}), '')"


def _with_ascii_minus(text: str) -> str:
    return f"replace({text}, '\u2212', '-')"


def plain_number(text: str, numbers: NumberFormat) -> str:
    """SQL of a number as it is said to be written in plain digits.

    What is not written so keeps its text and is marked: `12.5` is no number where points part
    thousands, although it would be a plain one.
    """
    if numbers == NumberFormat():
        return text
    bare = text
    for sign in sorted(numbers.currency_sign, key=len, reverse=True):
        bare = f"replace({bare}, {literal(sign)}, '')"
    blanks = literal(f"[\\s{_BLANKS}]+")
    bare = f"regexp_replace({bare}, {blanks}, ' ', 'g')"
    if numbers.parentheses:
        bare = rf"regexp_replace({bare}, '^\s*\((.*)\)\s*$', '-\1')"
    if numbers.minus == "trailing":
        bare = rf"regexp_replace({bare}, '^(.*[0-9])\s*-\s*$', '-\1')"
    mark = numbers.thousands_mark
    decimal = r"\." if numbers.decimal_mark == "." else ","
    whole = r"\d+"
    if mark is not None:
        escaped = rf"\{mark}" if mark == "." else mark
        whole = rf"(\d+|\d{{1,3}}({escaped}\d{{3}})+)"
    # Only what is wholly written that way: `1,23` is no number where commas stand for thousands.
    form = literal(rf"^[+-]?\s?({whole}({decimal}\d*)?|{decimal}\d+)$")
    bare = f"trim({bare})"
    digits = bare if mark in (None, " ") else f"replace({bare}, {literal(mark)}, '')"
    digits = f"replace({digits}, ' ', '')"
    if numbers.decimal_mark == ",":
        digits = f"replace({digits}, ',', '.')"
    other = f"{text} || {literal(NOT_AS_SAID)}"
    return f"case when regexp_matches({bare}, {form}) then {digits} else {other} end"


def _split_amount(debit: str, credit: str, said: TableMapping) -> str:
    """Money out positive, money in negative; the one that is blank or zero says nothing.

    Both columns may carry a sign of their own (a debit of -20.00 is still money out). A row that
    fills both keeps both, for `values.py` to name.
    """
    out, into = (
        plain_number(_with_ascii_minus(_trimmed(column)), said.numbers)
        for column in (debit, credit)
    )
    zero = literal(r"^[+-]?0*\.?0*$")
    is_out, is_in = (
        f"({text} is not null and not regexp_matches({text}, {zero}))" for text in (out, into)
    )
    plain = literal(PLAIN)
    unsigned = {text: f"ltrim({text}, '+-')" for text in (out, into)}
    return (
        f"case when {is_out} and {is_in} then {out} || {literal(UNCLEAR + 'credit ')} || {into} "
        f"when {is_out} then case when regexp_matches({out}, {plain}) "
        f"then {unsigned[out]} else {out} end "
        f"when {is_in} then case when regexp_matches({into}, {plain}) "
        f"then '-' || {unsigned[into]} else {into} end "
        f"else coalesce({out}, {into}) end"
    )


def _directed(amount: str, theirs: Mapping[str, str], said: TableMapping) -> str:
    """The amount with the sign its direction says; of a word nobody named: nothing readable."""
    assert said.direction is not None
    column = identifier(theirs[said.direction.column.strip().lower()])
    word = f"lower(trim({column}))"
    out, into = (
        ", ".join(literal(each.strip().lower()) for each in words)
        for words in (said.direction.out, said.direction.into)
    )
    plain = f"regexp_matches({amount}, {literal(PLAIN)})"
    return (
        f"case when {amount} is null or not {plain} then {amount} "
        f"when {word} in ({out}) then ltrim({amount}, '+-') "
        f"when {word} in ({into}) then '-' || ltrim({amount}, '+-') "
        f"else {amount} || {literal(UNCLEAR)} || coalesce(trim({column}), 'no direction') end"
    )


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
