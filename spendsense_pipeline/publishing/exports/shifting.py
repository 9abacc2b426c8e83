"""A dataset moved by whole weeks, so that its last day is near another and an export does not age.

Weekdays and the days between rows stay what they were; days of the month and holidays do not, so an
export says that it was shifted and lists the rows that now fall on a holiday. Every column declared
as a date moves, and the dates inside traces and the operator's values.
"""

from __future__ import annotations

import calendar
import contextlib
import csv
import datetime as dt
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spendsense_pipeline.checks.calendar import federal_holidays
from spendsense_pipeline.publishing.exports.selection import BATCH_ROWS, Selection
from spendsense_pipeline.sql import identifier
from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS
from spendsense_pipeline.tables.dataset import DATASET
from spendsense_pipeline.tables.raw import RAW_TRANSACTIONS
from spendsense_pipeline.tables.traces import DECISION_TRACES

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.tables.declaration import Column, Table

HOLIDAYS_FILE = "shifted_rows_on_holidays.csv"
_DAYS = ("DATE", "TIMESTAMP", "DATE[]")
_CLOCKS = {(DATASET.name, "published_at")}
"""What a clock said when the dataset was published is no day of its world."""
_TEXTS = {
    (DECISION_TRACES.name, "trace"),
    (OPERATOR_CONTROLS.name, "value"),
    (OPERATOR_CONTROLS.name, "default_value"),
}
"""Texts that name days of the world, as 2026-06-30 or June 30, 2026."""
_MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}
_NAMED_DAY = re.compile(
    rf"\b(\d{{4}})-(\d{{2}})-(\d{{2}})|\b({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}})\b"
)


@dataclass(frozen=True)
class Shift:
    """How far a dataset is moved.

    Attributes:
        as_of: the day it is of.
        asked: the day its last was to be near.
    """

    as_of: dt.date
    asked: dt.date

    @property
    def weeks(self) -> int:
        """Whole weeks later (earlier where negative): no other number comes nearer."""
        return round((self.asked - self.as_of).days / 7)

    @property
    def days(self) -> dt.timedelta:
        """The same in days."""
        return dt.timedelta(weeks=self.weeks)

    @property
    def description(self) -> dict[str, object]:
        """What an export says of it."""
        return {
            "weeks": self.weeks,
            "asked": self.asked.isoformat(),
            "from_as_of": self.as_of.isoformat(),
            "to_as_of": (self.as_of + self.days).isoformat(),
            "identifiers": "those of the original dataset, of traces too",
        }

    def text(self, text: str) -> str:
        """A text with the days it names moved.

        Args:
            text: any; what names no day stays.

        Returns:
            The same with other days.
        """
        return _NAMED_DAY.sub(self._named_day, text)

    def _named_day(self, found: re.Match[str]) -> str:
        year, month, day, name, named_day, named_year = found.groups()
        try:
            if name is None:
                return (dt.date(int(year), int(month), int(day)) + self.days).isoformat()
            moved = dt.date(int(named_year), _MONTHS[name], int(named_day)) + self.days
        except ValueError:  # digits that only look like a day
            return found[0]
        return f"{calendar.month_name[moved.month]} {moved.day}, {moved.year}"


@contextlib.contextmanager
def shifted(
    con: duckdb.DuckDBPyConnection, tables: Iterable[Table], shift: Shift
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the dataset with every day moved, gone when the block ends.

    Args:
        con: the published dataset.
        tables: those to copy; what the dataset lacks is left out.
        shift: how far.

    Yields:
        A connection to the copy.
    """
    import duckdb

    with tempfile.TemporaryDirectory(prefix="spendsense-shift-") as scratch:
        copy = duckdb.connect(str(Path(scratch) / "shifted.duckdb"))
        try:
            for table in Selection.of(con, tables, include_unconsented=True).tables:
                _copy(con, copy, table, shift)
            yield copy
        finally:
            copy.close()


def _copy(
    con: duckdb.DuckDBPyConnection, copy: duckdb.DuckDBPyConnection, table: Table, shift: Shift
) -> None:
    copy.execute(table.create_sql())
    selected = ", ".join(_moved(table, column, shift) for column in table.columns)
    cursor = con.cursor()
    try:
        selection = cursor.sql(f'select {selected} from main."{table.name}"')
        batches = selection.to_arrow_reader(BATCH_ROWS)
        copy.register("arriving_rows", batches)
        copy.execute(f'insert into "{table.name}" select * from arriving_rows')
        copy.unregister("arriving_rows")
    finally:
        cursor.close()
    for column in table.column_names:
        if (table.name, column) in _TEXTS:
            _move_texts(copy, table.name, column, shift)


def _moved(table: Table, column: Column, shift: Shift) -> str:
    """SQL of a column with its days moved."""
    name = identifier(column.name)
    if column.type not in _DAYS or (table.name, column.name) in _CLOCKS:
        return name
    if column.type == "DATE[]":
        return f"list_transform({name}, lambda day: day + {shift.days.days}) as {name}"
    if column.type == "DATE":
        return f"{name} + {shift.days.days} as {name}"
    return f"{name} + to_days({shift.days.days}) as {name}"


def _move_texts(copy: duckdb.DuckDBPyConnection, table: str, column: str, shift: Shift) -> None:
    """Each text that differs once: there are two traces a person, and few values."""
    name = identifier(column)
    rows = copy.execute(f'select rowid, {name} from "{table}" where {name} is not null').fetchall()
    moved = [(shift.text(text), row) for row, text in rows if shift.text(text) != text]
    if moved:
        copy.executemany(f'update "{table}" set {name} = ? where rowid = ?', moved)


def list_rows_on_holidays(selection: Selection, directory: Path, shift: Shift) -> int:
    """Write the posted rows of a shifted dataset that now fall on a federal holiday and did not.

    Args:
        selection: whose rows, of the shifted dataset.
        directory: where `shifted_rows_on_holidays.csv` goes.
        shift: how far it was moved.

    Returns:
        How many there are.
    """
    table = selection.table(RAW_TRANSACTIONS.name)
    if table is None:
        return 0
    columns = ("transaction_id", "account_id", "date", "name")
    sql = selection.query(table, f"{', '.join(columns)}, pending") + " order by date, account_id"
    count = 0
    with (directory / HOLIDAYS_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for *values, pending in selection.rows(sql):
            day = values[2]
            assert isinstance(day, dt.date)
            if not pending and _is_holiday(day) and not _is_holiday(day - shift.days):
                writer.writerow(values)
                count += 1
    return count


def _is_holiday(day: dt.date) -> bool:
    # The first of January observed on the last of December belongs to the year after.
    return day in federal_holidays(day.year, day.year + 1)
