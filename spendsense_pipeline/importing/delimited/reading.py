"""The rows of a CSV as `their_<table>`: by DuckDB where every reader agrees, else by Python's."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import duckdb

from spendsense_pipeline.importing.delimited.form import Form, find_form, refused
from spendsense_pipeline.importing.delimited.survey import LONGEST_VALUE, Survey, survey_lines
from spendsense_pipeline.importing.mapping import CsvDialect
from spendsense_pipeline.importing.problems import ImportProblemsError
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.importing.translation import Arrival
from spendsense_pipeline.sql import identifier, literal

_BATCH_ROWS = 50_000
_MOST_OFFSETS = 100  # places where lines and rows fall further apart: blank lines, long values
_UTF_8 = ("utf-8", "utf-8-sig", "utf8")


def read_delimited(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    table: str,
    wanted: Collection[str],
    said: CsvDialect,
    report: ImportReport,
) -> Arrival:
    """Create `their_<table>` from a CSV whose header holds the `wanted` columns.

    Raises:
        ImportProblemsError: naming the lines that are in the way.
    """
    try:
        form = find_form(path, wanted, said)
        survey = survey_lines(path, form, wanted)
        is_fast = (
            form.encoding.lower() in _UTF_8
            and survey.is_plain
            and len(survey.offsets) <= _MOST_OFFSETS
        )
        if not (is_fast and _read_fast(con, path, table, form, survey)):
            _read_slowly(con, path, table, form)
    except UnicodeError as error:
        raise _undecodable(path, said, error) from error
    _say(path, table, form, survey, report)
    return Arrival(path.name, tuple(name for name in form.columns if name))


def _read_fast(
    con: duckdb.DuckDBPyConnection, path: Path, table: str, form: Form, survey: Survey
) -> bool:
    """Let DuckDB read the rows in the form that was found; False where it finds other rows."""
    columns = [f"c{place}" for place in range(survey.widest)]
    types = ", ".join(f"{name}: 'varchar'" for name in columns)
    selected = ", ".join(
        f"{columns[place]} as {identifier(name)}" for place, name in enumerate(form.columns) if name
    )
    padded = survey.widest > len(form.columns)  # some rows end in one delimiter more, some do not
    blank = f"trim(concat({', '.join(columns)})) = ''" if survey.empty_rows else "false"
    try:
        con.execute(
            f'create or replace table "their_{table}" as '
            f"select {selected}, {_row_sql(survey)} as _row from (select *, row_number() over () "
            f"as row_no from read_csv({literal(path)}, "
            f"auto_detect=false, header=false, skip={form.header_line}, columns={{{types}}}, "
            f"delim={literal(form.delimiter)}, quote={literal(form.quote)}, "
            f"escape={literal(form.escape or form.quote)}, max_line_size={LONGEST_VALUE}, "
            f"null_padding={padded}, parallel={not padded}) where not {blank})"
        )
    except duckdb.Error:
        return False
    [(rows,)] = con.execute(f'select count(*) from "their_{table}"').fetchall()
    return bool(rows == survey.rows)


def _read_slowly(con: duckdb.DuckDBPyConnection, path: Path, table: str, form: Form) -> None:
    """The same rows by the reader the survey was made with."""
    import pyarrow as pa  # a tenth of a second that other commands need not pay

    named = [place for place, name in enumerate(form.columns) if name]
    columns = ", ".join(f"{identifier(form.columns[place])} varchar" for place in named)
    con.execute(f'create or replace table "their_{table}" ({columns}, _row varchar)')
    with path.open(encoding=form.encoding, newline="") as lines:
        for _ in range(form.header_line):
            next(lines)
        rows = _numbered(form.reader(lines), form.header_line)
        while batch := list(itertools.islice(rows, _BATCH_ROWS)):
            arrays = [pa.array([row[place] for row in batch], pa.string()) for place in named]
            arrays.append(pa.array([row[-1] for row in batch], pa.string()))
            names = [f"c{place}" for place in range(len(arrays))]
            con.register("arriving_rows", pa.table(arrays, names=names))
            con.execute(f'insert into "their_{table}" select * from arriving_rows')
            con.unregister("arriving_rows")


def _numbered(reader: Any, line: int) -> Iterator[list[str]]:
    """The cells of every row, then where it stands; `line` is the last line before the first."""
    row = 0
    start = line
    for cells in reader:
        first, start = start + 1, line + reader.line_num
        if any(cell.strip() for cell in cells):
            row += 1
            yield [*cells, f"line {first}, row {row}"]


def _row_sql(survey: Survey) -> str:
    """SQL of where a row stands: the line it begins on, and its number."""
    lines = "1"
    if survey.offsets:
        *earlier, (_, lines_last) = survey.offsets
        nexts = [row for row, _ in survey.offsets[1:]]
        whens = " ".join(
            f"when row_no < {until} then {lines}"
            for (_, lines), until in zip(earlier, nexts, strict=True)
        )
        lines = f"case {whens} else {lines_last} end" if whens else str(lines_last)
    return f"concat('line ', row_no + {lines}, ', row ', row_no)"


def _say(path: Path, table: str, form: Form, survey: Survey, report: ImportReport) -> None:
    report.read(path.name, survey.rows, table)
    above = form.header_line - 1
    if above > 0:
        report.set_aside(path.name, above, "above the column names", [f"lines 1 to {above}"])
    if survey.blank_lines:
        report.set_aside(path.name, survey.blank_lines, "blank")


def _undecodable(path: Path, said: CsvDialect, error: UnicodeError) -> ImportProblemsError:
    """The first line that is not of the encoding, and the encodings it may be of."""
    encoding = said.encoding or "utf-8"
    text = f"is not {encoding} ({error})"
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(encoding)
            except UnicodeError:
                text = f"line {number} is not {encoding}: {line.strip()[:60]!r}"
                break
    remedy = "Save it as UTF-8, or say its encoding in the mapping: csv: {encoding: cp1252}."
    return refused(path, "unreadable_file", text, remedy)
