"""Which reader a path is for: a ready format, the raw layout, or Plaid's responses."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from spendsense_pipeline.importing.formats import format_named, read_format
from spendsense_pipeline.importing.layout import find_files, read_files
from spendsense_pipeline.importing.mapping import SourceMapping
from spendsense_pipeline.importing.plaid import has_responses, read_responses
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.importing.translation import Arrival


@dataclass(frozen=True)
class Asked:
    """What is to be read, in which format where somebody says one, as of which day."""

    path: Path
    format: str | None
    as_of: dt.date


def read(
    con: duckdb.DuckDBPyConnection, asked: Asked, mapping: SourceMapping, report: ImportReport
) -> tuple[dict[str, Arrival], SourceMapping]:
    """Create `their_<table>` of every table that was brought.

    Returns:
        The arrivals, and the mapping by which they become ours: a ready format has applied its own.

    Raises:
        ImportProblemsError: naming what is in the way.
    """
    path = asked.path
    if asked.format is not None:
        return read_format(con, path, format_named(asked.format), mapping, asked.as_of, report)
    if _has_layout(path, mapping) or (path.is_dir() and not has_responses(path)):
        return read_files(con, find_files(path, mapping), mapping, report), mapping
    if has_responses(path):
        return read_responses(con, path, mapping, report, as_of=asked.as_of), mapping
    remedy = (
        "Give a folder in the raw layout, or Plaid responses (.json); of an export of a bank or an "
        "app, say which (--format)."
    )
    text = "is not a folder or a .json file"
    raise ImportProblemsError([Problem("unreadable_file", str(path), text, remedy)])


def _has_layout(path: Path, mapping: SourceMapping) -> bool:
    """Whether a folder holds a file of transactions: then JSON beside it is no response."""
    named = mapping["transactions"].file if "transactions" in mapping else None
    names = [f"{p}transactions{s}" for p in ("", "raw_") for s in (".csv", ".parquet")]
    return any((path / name).is_file() for name in [*names, *([named] if named else [])])
