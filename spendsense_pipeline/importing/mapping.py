"""How somebody else's files, columns, values, dates and numbers are named in ours: what a mapping
file can say of one table. Reading the file is `mapping_file.py`'s.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import duckdb
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from spendsense_pipeline.plaid.accounts import OWED_TYPES, SUBTYPES
from spendsense_pipeline.tables import tables_in


def importable_name(table: str) -> str:
    """What other people's data calls a raw table of ours."""
    return table.removeprefix("raw_")


IMPORTABLE_TABLES = {importable_name(table.name): table for table in tables_in("imports")}


def _as_text(value: Any) -> Any:
    """A number or a yes of YAML as it was written; what is no scalar is refused later."""
    return str(value) if isinstance(value, int | float) else value


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple | dict) or value is None else [value]


_Text = Annotated[str, BeforeValidator(_as_text)]
_Texts = Annotated[tuple[_Text, ...], BeforeValidator(_as_list)]


class _Declared(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,  # from which docs/mapping.md is derived
    )


class CsvDialect(_Declared):
    """How a CSV is written, where the file itself should not decide."""

    delimiter: str | None = Field(None, min_length=1, max_length=1)
    """Between values: `";"`; else the one the header is written with."""
    quote: str | None = Field(None, min_length=1, max_length=1)
    """Around values that hold a delimiter: `"'"`."""
    escape: str | None = Field(None, min_length=1, max_length=1)
    """What stands before a quote inside a quoted value, where it is not another quote: `'\\'`."""
    encoding: str | None = None
    """Where it is neither UTF-8 nor marked as UTF-16: `cp1252`."""
    header_line: int | None = Field(None, ge=1)
    """Line of the column names, counted from 1; lines above it are set aside."""
    columns: _Texts = ()
    """The column names in order, where no line of the file holds them."""

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str | None) -> str | None:
        if encoding is not None:
            try:
                "".encode(encoding)
            except LookupError as error:
                message = f"{encoding!r} is no encoding: use utf-8, cp1252, latin-1 or utf-16"
                raise ValueError(message) from error
        return encoding


class NumberFormat(_Declared):
    """How a table's amounts of money are written, where they are not plain (-1234.50)."""

    decimal_mark: Literal[".", ","] = "."
    """Between dollars and cents; saying `"."` settles what `1.250` is."""
    thousands_mark: Literal[",", ".", " ", "'", "_"] | None = None
    """Between groups of three digits: `","` reads `1,234.50`."""
    currency_sign: _Texts = ()
    """Signs or words to take off, such as `$` or `USD`."""
    parentheses: Literal["negative"] | None = None
    """`(12.50)` is -12.50."""
    minus: Literal["leading", "trailing"] = "leading"
    """`trailing` reads `12.50-` as -12.50."""

    @model_validator(mode="after")
    def _marks_differ(self) -> NumberFormat:
        if self.decimal_mark == self.thousands_mark:
            message = f"decimal_mark and thousands_mark are both {self.decimal_mark!r}"
            raise ValueError(message)
        return self


class Direction(_Declared):
    """The column that says which way unsigned amounts went."""

    column: _Text
    """Their name of it."""
    out: _Texts = Field(min_length=1)
    """Its words for money out, such as `debit`; compared without regard to case."""
    into: _Texts = Field(alias="in", min_length=1)
    """Its words for money in, such as `credit`."""


@functools.cache
def _is_format(text: str) -> bool:
    """Whether DuckDB reads days in this format."""
    with duckdb.connect() as con:
        try:
            con.execute("select try_strptime('', ?)", [text]).fetchall()
        except duckdb.Error:
            return False
    return True


class TableMapping(_Declared):
    """How one table of theirs becomes one of ours; empty means: exactly as ours."""

    file: str | None = None
    """The file that holds it, where it is not called as ours: `bank_export.csv`."""
    csv: CsvDialect = CsvDialect()
    """How that file is written, where it should not decide itself."""
    columns: Mapping[str, _Text] = Field(default_factory=dict)
    """Our column: theirs. `{date: Posted On, amount: Amt}`."""
    constants: Mapping[str, _Text] = Field(default_factory=dict)
    """Our column: the value every row has. `{account_id: a1}`."""
    values: Mapping[str, Mapping[_Text, _Text]] = Field(default_factory=dict)
    """Our column: {theirs: ours}. `{payment_channel: {ach: other}}`."""
    date_format: _Texts = ()
    """How all dates of the table are written, in the words of `strptime`; of several the first that
    reads a value counts. `"%m/%d/%Y"`."""
    numbers: NumberFormat = NumberFormat()
    """How all amounts of the table are written."""
    negate: Mapping[str, frozenset[str]] = Field(default_factory=dict)
    """Our columns of money whose sign is the other way round: `[amount]`, or by type of account,
    `{amount: [credit]}`. Of balances a list turns those of accounts that owe."""
    debit: _Text | None = None
    """Their column of money out, where money in stands in another; in the place of
    `columns.amount`."""
    credit: _Text | None = None
    """Their column of money in, beside `debit`."""
    direction: Direction | None = None
    """A column that says which way amounts without a sign went:
    `{column: Type, out: [debit], in: [credit]}`."""
    set_aside: Mapping[_Text, _Texts] = Field(default_factory=dict)
    """Their column: values whose rows are left out and counted, with what hangs on them.
    `{Status: [Pending]}`."""

    @field_validator("date_format")
    @classmethod
    def _says_a_day(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for each in formats:
            if not _is_format(each):
                message = f"{each!r} is no format of strptime: write one such as %m/%d/%Y"
                raise ValueError(message)
            if not re.search(r"%-?[dDxcj]", each) or not re.search(r"%[yYDxc]", each):
                message = f"{each!r} names no day of a year: write a format such as %m/%d/%Y"
                raise ValueError(message)
        return formats

    @field_validator("negate", mode="before")
    @classmethod
    def _by_type(cls, negate: Any) -> Any:
        """A list says: whatever the account; of a balance, whatever account owes it.

        Nobody writes money held as negative: a balance of the other sign is one of debt.
        """
        if isinstance(negate, list | tuple):
            return {
                column: OWED_TYPES if str(column).startswith("balance_") else tuple(SUBTYPES)
                for column in negate
            }
        if isinstance(negate, dict):
            return {column: _as_list(types) for column, types in negate.items()}
        return negate

    def theirs(self, column: str) -> str:
        """Their name of our column."""
        return self.columns.get(column, column)


SourceMapping = Mapping[str, TableMapping]
