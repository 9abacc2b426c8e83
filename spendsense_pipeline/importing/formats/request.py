"""What a reader of a format is asked for, and what it answers."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol

import duckdb

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.importing.formats.accounts import FoundAccount
from spendsense_pipeline.importing.formats.declaration import ReadyFormat
from spendsense_pipeline.importing.formats.folders import ExportFile
from spendsense_pipeline.importing.formats.sidecars import SaidOfAccount
from spendsense_pipeline.importing.mapping import TableMapping
from spendsense_pipeline.importing.report import ImportReport


@dataclass(frozen=True)
class FormatRequest:
    """The files of a format, whose they are, and what an operator says of their transactions."""

    con: duckdb.DuckDBPyConnection
    path: Path
    ready: ReadyFormat
    files: Sequence[ExportFile]
    transactions: TableMapping
    known: Sequence[SaidOfAccount]
    """What an `accounts.csv` says."""
    as_of: dt.date
    report: ImportReport


class FormatReader(Protocol):
    """Files that have been read: their accounts and, once those have their ids, their rows."""

    accounts: list[FoundAccount]
    people: list[str]
    """Whose the files are, some more than once."""
    paths: list[Path]
    """What was read."""

    def fill(self) -> None:
        """Add the rows to `arrived`."""


def reading_library(module: str, package: str, ready: ReadyFormat) -> ModuleType:
    """A module of a library that only some imports need.

    Raises:
        SpendSenseError: saying how it is installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise SpendSenseError(
            problem=f"{ready.title} is read with {package}, which is not installed",
            remedy=f"install it: pip install '{package}', or spendsense-pipeline[{ready.name}]",
        ) from error
