"""Every line of a CSV below its header: a row, blank, or a fault that is named by its line.

Nearly every line costs one count of the delimiter; only those with a quote are taken apart.
"""

from __future__ import annotations

import csv
import itertools
import string
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spendsense_pipeline.importing.delimited.form import Form, refused
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem, count_of
from spendsense_pipeline.importing.report import SHOWN_ROWS

LONGEST_VALUE = 1_000_000


@dataclass
class Survey:
    """What the lines were found to be."""

    rows: int = 0
    blank_lines: int = 0
    empty_rows: int = 0
    """Of the blank lines those that hold delimiters."""
    widest: int = 0
    """Cells of the widest row; those beyond the header's columns are blank."""
    is_plain: bool = True
    """Whether no quote stands inside a value, where readers differ."""
    offsets: list[tuple[int, int]] = field(default_factory=list)
    """From which row on a row stands how many lines below its own number."""
    fault_counts: Counter[str] = field(default_factory=Counter)
    first_faults: dict[str, list[str]] = field(default_factory=dict)

    def count_row(self, line: int) -> None:
        """A row that begins on that line of the file."""
        self.rows += 1
        if not self.offsets or self.offsets[-1][1] != line - self.rows:
            self.offsets.append((self.rows, line - self.rows))

    def add_fault(self, kind: str, at: str) -> None:
        """A line that is in the way."""
        self.fault_counts[kind] += 1
        shown = self.first_faults.setdefault(kind, [])
        if len(shown) < SHOWN_ROWS:
            shown.append(at)


def survey_lines(path: Path, form: Form, wanted: Collection[str]) -> Survey:
    """Look at every line below the header.

    Raises:
        ImportProblemsError: naming the lines that are no rows.
        UnicodeError: when a line is not of the file's encoding.
    """
    csv.field_size_limit(LONGEST_VALUE)
    with path.open(encoding=form.encoding, newline="") as lines:
        survey = _surveyed(lines, path, form, _SecondHeader(form, wanted))
    if survey.fault_counts:
        raise ImportProblemsError(list(_problems(path, form, survey)))
    return survey


class _SecondHeader:
    """How a repeated header would be told from a row."""

    def __init__(self, form: Form, wanted: Collection[str]) -> None:
        self._columns = [name.lower() for name in form.columns]
        self._sought = {name.strip().lower() for name in wanted}
        # The longest name is the one least likely to stand in a row.
        mark = max(self._sought or self._columns, key=lambda name: (len(name), name))
        written = next((name for name in form.columns if name.lower() == mark), mark)
        self._written, self._lower, self._upper = written, mark, mark.upper()

    def may_be(self, line: str) -> bool:
        """Whether a line deserves a closer look."""
        return self._written in line or self._lower in line or self._upper in line

    def is_one(self, cells: Sequence[str]) -> bool:
        """Whether these are the column names again, or all of those that we need."""
        lowered = [cell.strip().lower() for cell in cells]
        return lowered == self._columns or (bool(self._sought) and self._sought <= set(lowered))


def _surveyed(lines: Iterator[str], path: Path, form: Form, header: _SecondHeader) -> Survey:
    width = len(form.columns)
    survey = Survey(widest=width)
    for _ in range(form.header_line):
        next(lines)
    number = form.header_line
    delimiter, quote, escape = form.delimiter, form.quote, form.escape or form.quote
    empty = string.whitespace + delimiter
    for line in lines:
        number += 1
        start = number
        cells: list[str] | None = None
        if quote in line or escape in line:
            cells, length = _taken_apart(line, lines, path, form, start)
            number += length - 1
            together = "".join(cells)
            count, is_blank = len(cells), not together.strip()
            survey.is_plain = survey.is_plain and quote not in together
        else:
            count, is_blank = line.count(delimiter) + 1, not line.strip(empty)
        if is_blank:
            survey.blank_lines += 1
            survey.empty_rows += bool(line.strip())
            continue
        survey.count_row(start)
        if count == width and number == start and not header.may_be(line):
            continue
        cells = cells or line.rstrip("\r\n").split(delimiter)
        at = f"line {start}, row {survey.rows}"
        if header.is_one(cells):
            survey.add_fault("second_header", at)
        elif count < width or any(cell.strip() for cell in cells[width:]):
            shown = f"{count_of(count, 'value')}: {_shortened(cells, form)}"
            survey.add_fault("width", f"{at} ({shown})")
        elif number > start and _swallows_rows(cells, form):
            survey.add_fault("swallowed", f"lines {start} to {number}")
        survey.widest = max(survey.widest, count)
    return survey


def _taken_apart(
    line: str, following: Iterator[str], path: Path, form: Form, start: int
) -> tuple[list[str], int]:
    """The cells of a row that begins with this line, and how many lines it is long."""
    reader = form.reader(itertools.chain([line], following))
    try:
        return next(reader), reader.line_num
    except csv.Error as error:
        text = f"line {start}: a quoted value is not closed as it was opened ({error})"
        remedy = (
            f"Write a quote inside a value twice ({form.quote * 2}), or say how it is written in "
            f"the mapping: csv: {{escape: '\\'}}, or csv: {{quote: \"'\"}}."
        )
        raise refused(path, "broken_quote", text, remedy) from error


def _swallows_rows(cells: Sequence[str], form: Form) -> bool:
    """Whether a value of several lines holds what reads like a row of the file."""
    return any(
        inner.count(form.delimiter) >= len(form.columns) - 1
        for cell in cells
        if "\n" in cell
        for inner in cell.splitlines()
    )


def _problems(path: Path, form: Form, survey: Survey) -> Iterator[Problem]:
    said = {
        "second_header": (
            "{n} that repeat the column names: more than one export stands in this file",
            "Give each export a file of its own, or remove the lines between them.",
        ),
        "width": (
            f"{{n}} of another width than the {len(form.columns)} columns of line "
            f"{form.header_line}",
            f"Quote values that hold the delimiter {form.delimiter!r}, or remove these lines.",
        ),
        "swallowed": (
            "{n} where a quoted value holds whole rows: a quote is missing or one too many",
            'Correct the quotes there, or say another in the mapping: csv: {quote: "\'"}.',
        ),
    }
    for kind, count in survey.fault_counts.items():
        text, remedy = said[kind]
        noun = count_of(count, "place" if kind == "swallowed" else "line")
        first = tuple(survey.first_faults[kind])
        yield Problem(kind, path.name, text.format(n=noun), remedy, count, first)


def _shortened(cells: Sequence[str], form: Form) -> str:
    text = form.delimiter.join(cells)
    return repr(text if len(text) <= 60 else text[:57] + "...")
