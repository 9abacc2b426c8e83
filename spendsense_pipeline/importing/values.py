"""From text to declared types: a whole column is either understood or named as a problem with its
rows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES
from spendsense_pipeline.importing.problems import Problem, count_of
from spendsense_pipeline.tables.declaration import MONEY, Column

EARLIEST_DATE = dt.date(1990, 1, 1)  # no bank feed reaches further back; earlier is a broken export
_LARGEST_AMOUNT = 10**10  # what DECIMAL(12,2) holds
_SHOWN_ROWS = 3
_DEFAULTS = {  # what Plaid means by leaving the field out
    ("accounts", "holder_category"): "'personal'",
    ("accounts", "ownership"): "'sole'",
    ("accounts", "iso_currency_code"): "'USD'",
    ("transactions", "iso_currency_code"): "'USD'",
    ("transactions", "pending"): "false",
}
# columns not declared nullable that an import may leave out: filled from elsewhere (see staging.py)
_FILLED_LATER = {
    ("transactions", "user_id"),
    ("liabilities", "user_id"),
    ("users", "consent_status"),
}


@dataclass(frozen=True)
class _Mistake:
    kind: str
    condition: str
    noun: str
    remedy: str


def value_problems(
    con: duckdb.DuckDBPyConnection, table: str, where: str, *, as_of: dt.date
) -> list[Problem]:
    """Every kind of unusable value in `source_<table>`, column by column."""
    problems = []
    for column in IMPORTABLE_TABLES[table].columns:
        for mistake in _mistakes(table, column, as_of):
            rows = con.execute(
                f'select _row, "{column.name}", count(*) over () from "source_{table}" '
                f"where {mistake.condition} limit {_SHOWN_ROWS}"
            ).fetchall()
            if rows:
                problems.append(
                    Problem(
                        mistake.kind,
                        f"{where}, column {column.name}",
                        mistake.noun.format(n=count_of(rows[0][2], "value")),
                        mistake.remedy,
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


def _typed(table: str, column: Column) -> str:
    source, type_ = f'source."{column.name}"', column.type
    if type_ == MONEY or type_.startswith("DECIMAL("):
        value = f"round({source}::double, 2)::{type_}"
    elif type_ == "DATE":
        value = f"{source}::timestamp::date"
    else:
        value = f"{source}::{type_}"
    default = _DEFAULTS.get((table, column.name))
    return f"coalesce({value}, {default})" if default else value


def _mistakes(table: str, column: Column, as_of: dt.date) -> list[_Mistake]:
    name, found = f'"{column.name}"', []
    has_default = (table, column.name) in _DEFAULTS or (table, column.name) in _FILLED_LATER
    if not column.nullable and not has_default:
        found.append(_Mistake("blank", f"{name} is null", "{n} missing", "Fill every row."))
    if column.type == MONEY or column.type.startswith("DECIMAL("):
        found += _number_mistakes(name, is_money=column.type == MONEY)
    elif column.type == "DATE":
        found += _date_mistakes(column.name, as_of)
    elif column.type != "VARCHAR":
        kind = {"BOOLEAN": "true or false", "INTEGER": "a whole number"}.get(column.type, "a time")
        condition = f"{name} is not null and try_cast({name} as {column.type}) is null"
        found.append(_Mistake("unreadable_value", condition, f"{{n}} not {kind}", "Correct it."))
    if column.allowed:
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


def _number_mistakes(name: str, *, is_money: bool) -> list[_Mistake]:
    number = f"try_cast({name} as double)"
    found = [
        _Mistake(
            "unreadable_value",
            f"{name} is not null and {number} is null",
            "{n} not a number",
            "Write plain numbers such as -1234.50, without currency signs or thousands separators.",
        ),
        _Mistake(
            "non_finite_amount",
            f"{number} is not null and not isfinite({number})",
            "{n} not finite",
            "Replace NaN and infinity with the amount, or leave the row out.",
        ),
        _Mistake(
            "absurd_amount",
            f"isfinite({number}) and abs({number}) >= {_LARGEST_AMOUNT}",
            "{n} beyond ten billion",
            "Correct it.",
        ),
    ]
    if is_money:
        # the tolerance forgives a float's last bit (0.1 + 0.2), not a third decimal
        fraction = f"abs({number} * 100 - round({number} * 100)) > 1e-4"
        condition = f"isfinite({number}) and abs({number}) < {_LARGEST_AMOUNT} and {fraction}"
        found.append(
            _Mistake("fractional_cents", condition, "{n} not in whole cents", "Round to cents.")
        )
    return found


def _date_mistakes(column: str, as_of: dt.date) -> list[_Mistake]:
    name = f'"{column}"'
    date = f"try_cast({name} as timestamp)::date"
    found = [
        _Mistake(
            "unreadable_value",
            f"{name} is not null and {date} is null",
            "{n} not a date",
            "Write dates as 2026-06-30.",
        ),
        _Mistake(
            "absurd_date",
            f"{date} < date '{EARLIEST_DATE}'",
            f"{{n}} before {EARLIEST_DATE.year}",
            "Correct the date.",
        ),
    ]
    if column in ("due_on", "next_payment_due_date"):  # due dates lie ahead by nature
        latest, remedy = as_of + dt.timedelta(days=366), "Correct the date."
    else:
        latest, remedy = as_of, "Leave later rows out, or give a later --as-of."
    found.append(
        _Mistake("absurd_date", f"{date} > date '{latest}'", f"{{n}} after {latest}", remedy)
    )
    return found
