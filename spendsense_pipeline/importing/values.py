"""From text to declared types: a whole column is either understood or named as a problem with its
rows.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from spendsense_pipeline.importing.amounts import NOT_AS_SAID, PLAIN, UNCLEAR
from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES, TableMapping
from spendsense_pipeline.importing.problems import Problem, count_of
from spendsense_pipeline.importing.suggestions import date_remedy, number_remedy
from spendsense_pipeline.importing.translation import is_held_through_account
from spendsense_pipeline.sql import literal
from spendsense_pipeline.tables.declaration import MONEY, Column

EARLIEST_DATE = dt.date(1990, 1, 1)  # no bank feed reaches further back; earlier is a broken export
# No loan to a household is made for longer; it may have begun, or be due, so far from as_of.
_LONGEST_LOAN = dt.timedelta(days=50 * 366)
_LARGEST_AMOUNT = 10**10  # what DECIMAL(12,2) holds
_SHOWN_ROWS = 3
_BLANK = "blank"
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_DAY_AND_TIME = (
    r"^(\d{4}[-/]\d{1,2}[-/]\d{1,2})([T ]([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?"
    r" ?(Z|UTC|[+-]\d{2}(:?\d{2})?)?)?$"
)
# Remedies that are found by trying, once there is something to remedy.
NUMBER_REMEDY, DATE_REMEDY = "how numbers are written", "how dates are written"
_DEFAULTS = {  # what Plaid means by leaving the field out
    ("accounts", "holder_category"): "'personal'",
    ("accounts", "ownership"): "'sole'",
    ("accounts", "iso_currency_code"): "'USD'",
    ("transactions", "iso_currency_code"): "'USD'",
    ("transactions", "pending"): "false",
}
# columns not declared nullable that an import may leave out: filled from elsewhere (see staging.py)
_FILLED_LATER = {
    ("users", "consent_status"),
    *(
        (name, "user_id")
        for name, table in IMPORTABLE_TABLES.items()
        if is_held_through_account(table)
    ),
}


@dataclass(frozen=True)
class _Mistake:
    kind: str
    condition: str
    noun: str
    remedy: str


def value_problems(
    con: duckdb.DuckDBPyConnection,
    table: str,
    where: str,
    *,
    as_of: dt.date,
    given: Collection[str],
    is_text: bool,
    said: TableMapping,
) -> list[Problem]:
    """Every kind of unusable value in `source_<table>`, column by column.

    Args:
        con: holds the table.
        table: its name, without `source_`.
        where: what messages call its origin.
        as_of: no row may be later.
        given: the columns that were brought; of others only that they are missing can be wrong.
        is_text: whether its numbers were text before they were read.
        said: the table's mapping.
    """
    possible = [
        (column.name, mistake)
        for column in IMPORTABLE_TABLES[table].columns
        for mistake in _mistakes(table, column, as_of, said, is_text=is_text)
        if column.name in given or mistake.kind == _BLANK
    ]
    # One look at all rows for every kind of mistake; nearly all imports have none.
    if not possible:
        return []
    asked = ", ".join(f"coalesce(bool_or({mistake.condition}), false)" for _, mistake in possible)
    [are_made] = con.execute(f'select {asked} from "source_{table}"').fetchall()
    problems = []
    for column, mistake in itertools.compress(possible, are_made):
        rows = con.execute(
            f'select _row, "{column}", count(*) over () from "source_{table}" '
            f"where {mistake.condition} limit {_SHOWN_ROWS}"
        ).fetchall()
        remedy = mistake.remedy
        if remedy == NUMBER_REMEDY:
            remedy = number_remedy(con, table, column)
        elif remedy == DATE_REMEDY:
            remedy = date_remedy(con, table, column, as_of)
        problems.append(
            Problem(
                mistake.kind,
                f"{where}, column {column}",
                mistake.noun.format(n=count_of(rows[0][2], "value")),
                remedy,
                rows[0][2],
                tuple(f"{row} ({value!r})" if value else row for row, value, _ in rows),
            )
        )
    return problems


def typed_select(table: str) -> str:
    """The query that turns `source_<table>`, once it has no problems, into declared types."""
    return "select " + ", ".join(
        f'{_typed(table, column)} as "{column.name}"' for column in IMPORTABLE_TABLES[table].columns
    )


def day_of(text: str) -> str:
    """SQL of the day a text says: the day as written, whatever time and zone stand behind it."""
    written = f"regexp_extract({text}, {literal(_DAY_AND_TIME)}, 1)"
    return (
        f"coalesce(case when regexp_matches({text}, {literal(_DAY)}) then try_cast({text} as date) "
        f"end, try_strptime(nullif({written}, ''), ['%Y-%m-%d', '%Y/%m/%d'])::date)"
    )


def _typed(table: str, column: Column) -> str:
    source, type_ = f'source."{column.name}"', column.type
    if type_.startswith("DECIMAL("):
        scale = type_.removesuffix(")").rpartition(",")[2]
        value = f"round({source}::double, {scale})::{type_}"
    elif type_ == "DATE":
        value = day_of(source)
    else:
        value = f"{source}::{type_}"
    default = _DEFAULTS.get((table, column.name))
    return f"coalesce({value}, {default})" if default else value


def _mistakes(
    table: str, column: Column, as_of: dt.date, said: TableMapping, *, is_text: bool
) -> list[_Mistake]:
    name, found = f'"{column.name}"', []
    has_default = (table, column.name) in _DEFAULTS or (table, column.name) in _FILLED_LATER
    if not column.nullable and not has_default:
        found.append(_Mistake(_BLANK, f"{name} is null", "{n} missing", "Fill every row."))
    if column.type == MONEY or column.type.startswith("DECIMAL("):
        is_money = column.type == MONEY
        found += _number_mistakes(name, is_money=is_money, is_text=is_text)
        is_settled = {"decimal_mark", "thousands_mark"} & said.numbers.model_fields_set
        if is_money and is_text and not is_settled:
            found.append(_ambiguous_decimals(table, name))
    elif column.type == "DATE":
        found += _date_mistakes(table, column.name, as_of)
    elif column.type != "VARCHAR":
        kind = {"BOOLEAN": "true or false", "INTEGER": "a whole number"}.get(column.type, "a time")
        condition = f"{name} is not null and try_cast({name} as {column.type}) is null"
        found.append(_Mistake("unreadable_value", condition, f"{{n}} not {kind}", "Correct it."))
    if column.allowed and not column.nullable:
        allowed = ", ".join(f"'{value}'" for value in column.allowed)
        remedy = f"Use one of {', '.join(column.allowed)}, or map the values (--mapping)."
        found.append(_Mistake("unknown_value", f"{name} not in ({allowed})", "{n} unknown", remedy))
    if column.name == "iso_currency_code":
        remedy = (
            "Every figure is in USD. Leave other currencies out by a mapping (--mapping), such as "
            f"{table}: {{set_aside: {{iso_currency_code: [GBP]}}}}."
        )
        found.append(_Mistake("currency", f"upper({name}) <> 'USD'", "{n} not USD", remedy))
    return found


def _number_mistakes(name: str, *, is_money: bool, is_text: bool) -> list[_Mistake]:
    number = f"try_cast({name} as double)"
    # DuckDB reads more than people mean: `1_000`, `0x10`. What was a number before may be `1e-05`.
    form = PLAIN if is_text else r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
    is_plain = f"regexp_matches({name}, {literal(form)})"
    is_other = rf"regexp_matches(lower({name}), '^[+-]?(nan|inf|infinity)$')"
    is_unclear = f"contains({name}, {literal(UNCLEAR)})"
    is_otherwise = f"ends_with({name}, {literal(NOT_AS_SAID)})"
    found = [
        _Mistake(
            "unclear_direction",
            is_unclear,
            "{n} of which it is unclear whether they went in or out",
            "Fill one of debit and credit; name every word of the direction in the mapping: "
            "direction: {column: …, out: […], in: […]}.",
        ),
        _Mistake(
            "unreadable_value",
            is_otherwise,
            "{n} not written as the mapping says numbers are",
            "Correct them, or numbers in the mapping.",
        ),
        _Mistake(
            "unreadable_value",
            f"{name} is not null and not {is_plain} and not {is_other} and not {is_unclear} "
            f"and not {is_otherwise}",
            "{n} not a number",
            NUMBER_REMEDY if is_money and is_text else "Write plain numbers such as -1234.50.",
        ),
        _Mistake(
            "non_finite_amount",
            is_other,
            "{n} not finite",
            "Replace NaN and infinity with the amount, or leave the row out.",
        ),
        _Mistake(
            "absurd_amount",
            f"{is_plain} and abs({number}) >= {_LARGEST_AMOUNT}",
            "{n} beyond ten billion",
            "Correct it.",
        ),
    ]
    if is_money:
        # the tolerance forgives a float's last bit (0.1 + 0.2), not a third decimal
        fraction = f"abs({number} * 100 - round({number} * 100)) > 1e-4"
        condition = f"{is_plain} and abs({number}) < {_LARGEST_AMOUNT} and {fraction}"
        remedy = "Round to cents" + (
            ', or say in the mapping that points part thousands: numbers: {thousands_mark: ".", '
            'decimal_mark: ","}.'
            if is_text
            else "."
        )
        found.append(_Mistake("fractional_cents", condition, "{n} not in whole cents", remedy))
    return found


def _ambiguous_decimals(table: str, name: str) -> _Mistake:
    """`1.250` is one and a quarter or a thousand and more, unless other values tell.

    A value that can only be decimals (0.500, 1234.500) tells where all have three of them.
    """
    source = f'"source_{table}"'
    three = rf"regexp_matches({name}, '^[+-]?\d{{1,3}}\.\d{{2}}0$')"
    zeros = rf"regexp_matches({name}, '^[+-]?0+\.\d{{3}}$')"
    certain = (
        f"exists (select 1 from {source} where regexp_matches({name}, "
        rf"'^[+-]?(0+|\d{{4,}})\.\d{{3}}$')) and not exists (select 1 from {source} where {name} "
        rf"is not null and not regexp_matches({name}, '^[+-]?\d*\.\d{{3}}$'))"
    )
    return _Mistake(
        "ambiguous_decimals",
        f"{three} and not {zeros} and not ({certain})",
        "{n} with three digits after the point: thousands or decimals",
        "Say which in a mapping: "
        f'{table}: {{numbers: {{thousands_mark: ".", decimal_mark: ","}}}} if 1.250 is more than a '
        f'thousand, {table}: {{numbers: {{decimal_mark: "."}}}} if it is one and a quarter.',
    )


def _date_mistakes(table: str, column: str, as_of: dt.date) -> list[_Mistake]:
    name = f'"{column}"'
    date = day_of(name)
    earliest = EARLIEST_DATE
    if column == "origination_date":
        earliest = min(earliest, as_of - _LONGEST_LOAN)
    found = [
        _Mistake(
            "unreadable_value",
            f"{name} is not null and {date} is null",
            "{n} not a date",
            DATE_REMEDY,
        ),
        _Mistake(
            "absurd_date",
            f"{date} < date '{earliest}'",
            f"{{n}} before {earliest.year}",
            "Correct the date.",
        ),
    ]
    is_due_on_a_loan = table == "loans" and column == "next_payment_due_date"
    if column == "maturity_date" or is_due_on_a_loan:  # a student pays years from now
        latest, remedy = as_of + _LONGEST_LOAN, "Correct the date."
    elif column in ("due_on", "next_payment_due_date"):  # due dates lie ahead by nature
        latest, remedy = as_of + dt.timedelta(days=366), "Correct the date."
    else:
        latest, remedy = as_of, "Leave later rows out, or give a later --as-of."
    found.append(
        _Mistake("absurd_date", f"{date} > date '{latest}'", f"{{n}} after {latest}", remedy)
    )
    return found
