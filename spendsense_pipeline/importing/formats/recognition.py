"""Which layout of a format a file is written in, by the columns it holds; and what to say of a file
that is in none.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spendsense_pipeline.importing.delimited import find_form
from spendsense_pipeline.importing.formats.catalog import FORMATS
from spendsense_pipeline.importing.formats.declaration import Layout, ReadyFormat
from spendsense_pipeline.importing.formats.overlay import overlaid
from spendsense_pipeline.importing.mapping import CsvDialect, TableMapping
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem

# Date, description and amount are many banks' columns; they tell none.
_FEWEST_TELLING = 4
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_NUMBER = re.compile(r"\(?[-+]?\$?[-+]?[\d,]*\.?\d+\)?")


@dataclass(frozen=True)
class Recognised:
    """A layout with the mapping it is read by, an operator's wishes included."""

    layout: Layout
    mapping: TableMapping

    @property
    def header(self) -> tuple[str, ...]:
        """Their names of the columns that must be there."""
        return expected_header(self.layout, self.mapping)


def expected_header(layout: Layout, mapping: TableMapping) -> tuple[str, ...]:
    """The layout's columns, with those that an operator has named otherwise under that name."""
    renamed = {
        theirs: mapping.columns.get(ours)
        for ours, theirs in layout.transactions.columns.items()
        if mapping.columns.get(ours) != theirs
    }
    names = [renamed.get(name, name) for name in layout.header]
    return tuple(name for name in names if name is not None)


def recognised(path: Path, ready: ReadyFormat, said: TableMapping) -> Recognised:
    """The layout of the format that the file is in: of several, the one that asks for most.

    Raises:
        ImportProblemsError: naming the columns it has and those that were expected.
    """
    candidates = [
        Recognised(layout, overlaid(layout.transactions, said)) for layout in ready.layouts
    ]
    fitting = [each for each in candidates if _fits(path, each)]
    if fitting:
        best = max(fitting, key=lambda each: len(each.header))
        if not said.columns:
            _refuse_what_another_fits_better(path, best, ready)
        return best
    wanted = {name for each in candidates for name in each.header}
    found = find_form(path, wanted, said.csv).columns
    expected = "; or ".join(
        f"{', '.join(each.header)} ({each.layout.title})"
        + (" without a line of names" if each.layout.is_headerless else "")
        for each in candidates
    )
    text = f"is no export of {ready.title}: its columns are {', '.join(found) or 'none'}"
    other = _other_format(path, ready, beyond=())
    hint = f"It reads like an export of {other.title}: --format {other.name}. " if other else ""
    remedy = (
        f"{hint}Expected {expected}. Give the format the file is of (--format), or say in a "
        "mapping how its columns are named (--mapping)."
    )
    raise ImportProblemsError([Problem("unknown_layout", path.name, text, remedy)])


def _refuse_what_another_fits_better(path: Path, best: Recognised, ready: ReadyFormat) -> None:
    """Few columns are those of many banks, whose signs differ."""
    other = _other_format(path, ready, beyond=best.header)
    if other is not None:
        text = f"reads like an export of {other.title}, not of {ready.title}"
        remedy = (
            f"Give --format {other.name}; or say with --mapping which columns are meant, "
            f"such as columns: {{date: {best.mapping.theirs('date')}}}."
        )
        raise ImportProblemsError([Problem("unknown_layout", path.name, text, remedy)])


def _other_format(path: Path, ready: ReadyFormat, beyond: Sequence[str]) -> ReadyFormat | None:
    """The format that has all columns of `beyond`, more, and the file's; the most of several."""
    lowered = {name.lower() for name in beyond}
    fitting = [
        (len(layout.header), other.name)
        for other in FORMATS.values()
        if other.name != ready.name
        for layout in other.layouts
        if len(layout.header) >= _FEWEST_TELLING
        and lowered < {name.lower() for name in layout.header}
        and _fits(path, Recognised(layout, layout.transactions))
    ]
    return FORMATS[max(fitting)[1]] if fitting else None


def _fits(path: Path, candidate: Recognised) -> bool:
    if candidate.layout.is_headerless:
        return _begins_with_a_row(path, candidate)
    found = find_form(path, candidate.header, candidate.mapping.csv).columns
    return {name.lower() for name in candidate.header} <= {name.lower() for name in found}


def _begins_with_a_row(path: Path, candidate: Recognised) -> bool:
    """Whether the first line that is not blank is a row: as wide, with a date and an amount."""
    dialect = candidate.mapping.csv
    with path.open(encoding=dialect.encoding or "utf-8-sig", errors="replace", newline="") as lines:
        first = next((line for line in lines if line.strip()), "")
    cells = next(csv.reader([first], delimiter=dialect.delimiter or ","), [])
    header = candidate.header
    while len(cells) > len(header) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(header):
        return False
    date = cells[header.index(candidate.mapping.theirs("date"))]
    amount = cells[header.index(candidate.mapping.theirs("amount"))]
    return bool(_DATE.fullmatch(date.strip()) and _NUMBER.fullmatch(amount.strip()))


def dialect_of(found: Recognised) -> CsvDialect:
    """How the file is written, as the layout and the operator say."""
    if not found.layout.is_headerless:
        return found.mapping.csv
    return found.mapping.csv.model_copy(update={"columns": found.layout.header})
