"""A CSV read by one dialect over the whole file: every line is a row, set aside, or named.

The header is the first line that holds the columns we need; the delimiter and quote it is written
with are the file's, unless the mapping says otherwise. From there on the file is read strictly: a
line of another width, a second header, or a quote that swallows lines refuses the file by line.
"""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import duckdb

from spendsense_pipeline.importing.mapping import CsvDialect
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem, count_of
from spendsense_pipeline.importing.report import SHOWN_ROWS, ImportReport
from spendsense_pipeline.importing.translation import Arrival
from spendsense_pipeline.sql import identifier

DELIMITERS = (",", ";", "\t", "|")
_QUOTES = ('"', "'")
_BATCH_ROWS = 50_000
# A bank's summary above the header is a dozen lines; a header further down is no header.
_HEADER_WITHIN_LINES = 60
_LONGEST_VALUE = 1_000_000
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


@dataclass(frozen=True)
class _Form:
    """How a file is written and which line holds its column names."""

    delimiter: str
    quote: str
    escape: str | None
    header_line: int
    columns: tuple[str, ...]

    def reader(self, lines: Iterator[str], *, strict: bool = True) -> Any:
        """A `csv.reader` of this form, which knows the line it has come to."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            doublequote=self.escape is None,
            strict=strict,
        )


@dataclass
class _Faults:
    """Lines that are no rows, by what is wrong with them: how many, and the first."""

    count: Counter[str] = field(default_factory=Counter)
    first: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, at: str) -> None:
        self.count[kind] += 1
        shown = self.first.setdefault(kind, [])
        if len(shown) < SHOWN_ROWS:
            shown.append(at)


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
    csv.field_size_limit(_LONGEST_VALUE)
    encoding = said.encoding or _byte_order(path) or "utf-8"
    try:
        with path.open(encoding=encoding, newline="") as lines:
            form = _form(lines, path, wanted, said)
        _refuse_twins(path, form)
        with path.open(encoding=encoding, newline="") as lines:
            _read_rows(con, lines, path, table, form, wanted, report)
    except UnicodeError as error:
        raise _undecodable(path, encoding, error) from error
    return Arrival(path.name, tuple(name for name in form.columns if name))


def _byte_order(path: Path) -> str | None:
    with path.open("rb") as file:
        beginning = file.read(4)
    return next((e for mark, e in _BYTE_ORDER_MARKS.items() if beginning.startswith(mark)), None)


def _form(lines: TextIO, path: Path, wanted: Collection[str], said: CsvDialect) -> _Form:
    """The dialect in which one of the first lines holds most of the columns we need."""
    beginning = list(itertools.islice(lines, _HEADER_WITHIN_LINES))
    if not any(line.strip() for line in beginning):
        raise _refused(path, "unreadable_file", "is empty", "Give at least a header line.")
    sought = {name.strip().lower() for name in wanted}
    best: tuple[tuple[int, int, int], _Form] | None = None
    for delimiter in [said.delimiter] if said.delimiter else DELIMITERS:
        for quote in [said.quote] if said.quote else _QUOTES:
            form = _Form(delimiter, quote, said.escape, 0, ())
            for number, line in enumerate(beginning, 1):
                if said.header_line not in (None, number) or not line.strip():
                    continue
                cells: list[str] = next(form.reader(iter([line]), strict=False), [])
                names = tuple(name.strip() for name in cells)
                # Most of what we need; then most columns; then the earliest line.
                fit = (len(sought & {name.lower() for name in names}), len(names), -number)
                if best is None or fit > best[0]:
                    best = fit, _Form(delimiter, quote, said.escape, number, names)
                if fit[0] == len(sought):
                    break
    if best is None:
        text = f"has no line {said.header_line} among its first {_HEADER_WITHIN_LINES}"
        raise _refused(path, "unreadable_file", text, "Correct csv.header_line in the mapping.")
    (found, _, _), form = best
    if found or said.header_line:
        return form
    # None of our columns anywhere: the first line speaks for the file, and what it lacks is named.
    first = next(number for number, line in enumerate(beginning, 1) if line.strip())
    names = tuple(next(form.reader(iter([beginning[first - 1]]), strict=False)))
    return _Form(form.delimiter, form.quote, form.escape, first, tuple(n.strip() for n in names))


def _refuse_twins(path: Path, form: _Form) -> None:
    """Two columns of one name: which of them is meant cannot be known."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(form.columns, 1):
        if name:
            places.setdefault(name.lower(), []).append(place)
    twins = {name: found for name, found in places.items() if len(found) > 1}
    if twins:
        listed = "; ".join(
            f"{' and '.join(repr(form.columns[place - 1]) for place in found)} are columns "
            f"{' and '.join(map(str, found))}"
            for found in twins.values()
        )
        text = f"line {form.header_line}: two columns share a name: {listed}"
        remedy = "Rename or remove one of them: which is meant cannot be told."
        raise _refused(path, "duplicate_column", text, remedy)


def _read_rows(
    con: duckdb.DuckDBPyConnection,
    lines: TextIO,
    path: Path,
    table: str,
    form: _Form,
    wanted: Collection[str],
    report: ImportReport,
) -> None:
    for _ in range(form.header_line - 1):
        next(lines)
    named = [place for place, name in enumerate(form.columns) if name]
    columns = ", ".join(f"{identifier(form.columns[place])} varchar" for place in named)
    con.execute(f'create or replace table "their_{table}" ({columns}, _row varchar)')
    faults = _Faults()
    rows = _rows(lines, path, form, wanted, faults)
    next(rows, None)  # the header
    count = 0
    while batch := list(itertools.islice(rows, _BATCH_ROWS)):
        count += len(batch)
        _append(con, table, batch, [*named, len(form.columns)])
    if faults.count:
        raise ImportProblemsError(_fault_problems(path, form, faults))
    report.read(path.name, count, table)
    if form.header_line > 1:
        first = f"line 1 to {form.header_line - 1}" if form.header_line > 2 else "line 1"
        report.set_aside(path.name, form.header_line - 1, "above the header", [first])


def _rows(
    lines: TextIO, path: Path, form: _Form, wanted: Collection[str], faults: _Faults
) -> Iterator[list[str]]:
    """Every line from the header on as its cells and where it stands; blank lines are no rows."""
    width = len(form.columns)
    header = [name.lower() for name in form.columns]
    sought = {name.strip().lower() for name in wanted}
    reader = form.reader(lines)
    before = form.header_line - 1
    row = -1
    while True:
        start = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _broken_quote(path, form, start, error) from error
        if not any(cells):
            continue
        row += 1
        at = f"line {start}, row {row}"
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            del cells[width:]
        if row and _is_header(cells, header, sought):
            faults.add("second_header", at)
        elif len(cells) != width:
            shown = f"{count_of(len(cells), 'value')}: {_shortened(cells, form)}"
            faults.add("width", f"{at} ({shown})")
        elif before + reader.line_num > start and _swallows_rows(cells, form):
            faults.add("swallowed", f"lines {start} to {before + reader.line_num}")
        else:
            cells.append(at)
            yield cells


def _is_header(cells: Sequence[str], header: Sequence[str], sought: set[str]) -> bool:
    lowered = [cell.strip().lower() for cell in cells]
    return lowered == header or (bool(sought) and sought <= set(lowered))


def _swallows_rows(cells: Sequence[str], form: _Form) -> bool:
    """Whether a value of several lines holds what reads like a row of the file."""
    return any(
        inner.count(form.delimiter) >= len(form.columns) - 1
        for cell in cells
        if "\n" in cell
        for inner in cell.splitlines()
    )


def _append(
    con: duckdb.DuckDBPyConnection, table: str, batch: list[list[str]], places: Sequence[int]
) -> None:
    import pyarrow as pa  # a tenth of a second that other commands need not pay

    columns = list(zip(*batch, strict=True))
    arrays = [pa.array(columns[place], pa.string()) for place in places]
    con.register("arriving_rows", pa.table(arrays, names=[f"c{place}" for place in places]))
    con.execute(f'insert into "their_{table}" select * from arriving_rows')
    con.unregister("arriving_rows")


def _fault_problems(path: Path, form: _Form, faults: _Faults) -> list[Problem]:
    said = {
        "second_header": (
            "{n} that repeat the header: more than one export stands in this file",
            "Give each export a file of its own, or remove the header between them.",
        ),
        "width": (
            f"{{n}} of another width than the {len(form.columns)} columns of the header",
            f"Quote values that hold the delimiter {form.delimiter!r}, or remove these lines.",
        ),
        "swallowed": (
            "{n} whose quoted value holds whole rows: a quote is missing or one too many",
            'Correct the quotes there, or say another in the mapping: csv: {quote: "\'"}.',
        ),
    }
    return [
        Problem(
            kind,
            path.name,
            said[kind][0].format(n=count_of(count, "line")),
            said[kind][1],
            count,
            tuple(faults.first[kind]),
        )
        for kind, count in faults.count.items()
    ]


def _shortened(cells: Sequence[str], form: _Form) -> str:
    text = form.delimiter.join(cells)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _broken_quote(path: Path, form: _Form, line: int, error: csv.Error) -> ImportProblemsError:
    text = f"line {line}: a quoted value is not closed as it was opened ({error})"
    remedy = (
        f"Write quotes inside a value twice ({form.quote * 2}), or say how they are written in the "
        'mapping: csv: {escape: "\\\\"}.'
    )
    return _refused(path, "broken_quote", text, remedy)


def _undecodable(path: Path, encoding: str, error: UnicodeError) -> ImportProblemsError:
    """The first line that is not of the encoding, and the encodings it may be of."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(encoding)
            except UnicodeError:
                text = f"line {number} is not {encoding}: {line.strip()[:60]!r}"
                break
        else:
            text = f"is not {encoding} ({error})"
    remedy = "Save it as UTF-8, or say its encoding in the mapping: csv: {encoding: cp1252}."
    return _refused(path, "unreadable_file", text, remedy)


def _refused(path: Path, kind: str, text: str, remedy: str) -> ImportProblemsError:
    return ImportProblemsError([Problem(kind, path.name, text, remedy)])
