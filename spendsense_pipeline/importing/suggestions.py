"""How a column of text that is not plain could be read: the lines of a mapping that would read all
its values, found by trying. Nothing is read by them until they are said.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

import duckdb

from spendsense_pipeline.importing.amounts import PLAIN, plain_number
from spendsense_pipeline.importing.mapping import NumberFormat
from spendsense_pipeline.sql import identifier, literal

# More distinct values than these do not make a form more certain.
_TRIED_VALUES = 5_000
DATE_FORMATS = (
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%Y.%m.%d",
    "%Y%m%d",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
)
# Days since the end of 1899, as spreadsheets count them: 1990 to 2064.
_SERIAL_DAYS = (32_874, 60_000)


def number_remedy(con: duckdb.DuckDBPyConnection, table: str, column: str) -> str:
    """What to write in a mapping so that every amount of `source_<table>`'s column is read."""
    _try_values(con, table, column)
    for numbers in _number_formats(con):
        said = plain_number("value", numbers)
        [(reads_all,)] = con.execute(
            f"select bool_and(regexp_matches({said}, {literal(PLAIN)}) "
            f"and not regexp_matches({said}, '[.][0-9]{{3,}}$')) from tried_values"
        ).fetchall()
        if reads_all:
            return f"Say in a mapping how they are written: {table}: {{numbers: {_flow(numbers)}}}."
    return "Write plain numbers such as -1234.50, without currency signs or thousands separators."


def date_remedy(con: duckdb.DuckDBPyConnection, table: str, column: str, as_of: dt.date) -> str:
    """What to write in a mapping so that every date of `source_<table>`'s column is read."""
    _try_values(con, table, column)
    reading = [each for each in DATE_FORMATS if _reads_all_days(con, each)]
    timely = [each for each in reading if _reads_all_days(con, each, until=as_of)] or reading
    if timely:
        lines = " or ".join(f'{table}: {{date_format: "{each}"}}' for each in timely)
        which = "" if len(timely) == 1 else "; the values do not tell which"
        return f"Say in a mapping how they are written: {lines}{which}."
    [(are_serials,)] = con.execute(
        "select bool_and(try_cast(value as double) between ? and ?) from tried_values",
        list(_SERIAL_DAYS),
    ).fetchall()
    if are_serials:
        return (
            "They are days as spreadsheets count them: give the column a date format there, "
            "and save it again."
        )
    return "Write dates as 2026-06-30, or say their date_format in a mapping."


def _try_values(con: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    name = identifier(column)
    con.execute(
        f"create or replace temp table tried_values as select distinct {name} as value "
        f'from "source_{table}" where {name} is not null limit {_TRIED_VALUES}'
    )


def _number_formats(con: duckdb.DuckDBPyConnection) -> Iterator[NumberFormat]:
    """Formats with just what the values show, the plainest first."""
    [(signs, has_parentheses, ends_in_minus)] = con.execute(
        r"select list_distinct(flatten(list(regexp_extract_all(value, '[^\d\s.,''()+_-]+')))), "
        r"bool_or(contains(value, '(')), bool_or(regexp_matches(value, '\d\s*-\s*\D*$')) "
        "from tried_values"
    ).fetchall()
    for decimal_mark, thousands_mark in itertools.product((".", ","), (None, ",", ".", " ", "'")):
        if decimal_mark != thousands_mark:
            yield NumberFormat.model_validate(
                {
                    "decimal_mark": decimal_mark,
                    "thousands_mark": thousands_mark,
                    "currency_sign": sorted(signs or ()),
                    "parentheses": "negative" if has_parentheses else None,
                    "minus": "trailing" if ends_in_minus else "leading",
                }
            )


def _flow(numbers: NumberFormat) -> str:
    """The format as a flow mapping of YAML, without what is the default."""
    said = numbers.model_dump(exclude_defaults=True)
    parts = []
    for key, value in said.items():
        if isinstance(value, tuple):
            shown = "[" + ", ".join(f'"{each}"' for each in value) + "]"
        else:
            shown = f'"{value}"'
        parts.append(f"{key}: {shown}")
    return "{" + ", ".join(parts) + "}"


def _reads_all_days(
    con: duckdb.DuckDBPyConnection, date_format: str, until: dt.date = dt.date.max
) -> bool:
    [(reads,)] = con.execute(
        "select coalesce(bool_and(coalesce(try_strptime(value, $form)::date between "
        "date '1990-01-01' and $until::date, false)), false) from tried_values",
        {"form": date_format, "until": until},
    ).fetchall()
    return bool(reads)
