"""How a CSV is written: its encoding, delimiter and quote, and the line of its column names.

The header is the first line that holds the columns we need, and what it is written with holds for
the whole file; a mapping may say otherwise. A sample of values decides nothing.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from spendsense_pipeline.importing.mapping import CsvDialect
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem

DELIMITERS = (",", ";", "\t", "|")
_QUOTES = ('"', "'")
# A bank's summary above the header is a dozen lines; a header further down is no header.
_HEADER_WITHIN_LINES = 60
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


@dataclass(frozen=True)
class Form:
    """How a file is written, and its columns, as they stand on `header_line` (from 1)."""

    encoding: str
    delimiter: str
    quote: str
    escape: str | None
    header_line: int = 0
    columns: tuple[str, ...] = ()

    def reader(self, lines: Iterator[str], *, strict: bool = True) -> Any:
        """A `csv.reader` of this form."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            doublequote=self.escape is None,
            strict=strict,
        )

    def names_in(self, line: str) -> tuple[str, ...]:
        """The column names a line would hold."""
        cells: list[str] = next(self.reader(iter([line]), strict=False), [])
        return tuple(cell.strip() for cell in cells)


def find_form(path: Path, wanted: Collection[str], said: CsvDialect) -> Form:
    """The form in which one of the first lines holds the `wanted` columns, or most of them.

    Raises:
        ImportProblemsError: for an empty file, a header line that is not there, two columns of one
            name.
        UnicodeError: when the beginning is not of its encoding.
    """
    encoding = said.encoding or _byte_order(path) or "utf-8"
    with path.open(encoding=encoding, newline="") as lines:
        form = _found(lines, path, wanted, said, encoding)
    _refuse_twins(path, form)
    return form


def refused(path: Path, kind: str, text: str, remedy: str) -> ImportProblemsError:
    """The refusal of a whole file."""
    return ImportProblemsError([Problem(kind, path.name, text, remedy)])


def _byte_order(path: Path) -> str | None:
    with path.open("rb") as file:
        beginning = file.read(4)
    return next((e for mark, e in _BYTE_ORDER_MARKS.items() if beginning.startswith(mark)), None)


def _found(
    lines: TextIO, path: Path, wanted: Collection[str], said: CsvDialect, encoding: str
) -> Form:
    beginning = list(itertools.islice(lines, _HEADER_WITHIN_LINES))
    if not any(line.strip() for line in beginning):
        raise refused(path, "unreadable_file", "is empty", "Give at least a header line.")
    if said.columns:
        return _without_names(said, encoding)
    numbers = range(1, len(beginning) + 1)
    if said.header_line is not None:
        if said.header_line not in numbers:
            text = f"has no line {said.header_line} among its first {_HEADER_WITHIN_LINES}"
            raise refused(path, "unreadable_file", text, "Correct csv.header_line in the mapping.")
        numbers = range(said.header_line, said.header_line + 1)
    sought = {name.strip().lower() for name in wanted}

    def fit(form: Form) -> tuple[int, int, int]:
        """Most of what we need; then the earliest line; then most columns."""
        found = len(sought & {name.lower() for name in form.columns})
        return found, -form.header_line, len(form.columns)

    forms = [
        Form(encoding, delimiter, quote, said.escape)
        for delimiter in ([said.delimiter] if said.delimiter else DELIMITERS)
        for quote in ([said.quote] if said.quote else _QUOTES)
    ]
    best = max(
        (
            replace(form, header_line=number, columns=form.names_in(beginning[number - 1]))
            for form in forms
            for number in numbers
            if beginning[number - 1].strip()
        ),
        key=fit,
    )
    if fit(best)[0] or said.header_line is not None:
        return best
    # None of our columns anywhere: the first line speaks for the file, and what it lacks is named.
    first = next(number for number in numbers if beginning[number - 1].strip())
    return replace(best, header_line=first, columns=best.names_in(beginning[first - 1]))


def _without_names(said: CsvDialect, encoding: str) -> Form:
    """The form of a file whose first line is a row already."""
    quote, delimiter = said.quote or _QUOTES[0], said.delimiter or DELIMITERS[0]
    return Form(encoding, delimiter, quote, said.escape, 0, said.columns)


def _refuse_twins(path: Path, form: Form) -> None:
    """Two columns of one name: which of them is meant cannot be known."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(form.columns, 1):
        if name:
            places.setdefault(name.lower(), []).append(place)
    twins = [found for found in places.values() if len(found) > 1]
    if twins:
        listed = "; ".join(
            " and ".join(f"column {place} {form.columns[place - 1]!r}" for place in found)
            for found in twins
        )
        text = f"line {form.header_line}: columns share a name: {listed}"
        remedy = "Rename or remove all but one: which is meant cannot be told."
        raise refused(path, "duplicate_column", text, remedy)
