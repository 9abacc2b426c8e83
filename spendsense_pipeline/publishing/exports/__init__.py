"""Taking a dataset away in the form another program needs. Complete or absent, streamed, and
without anybody who has not consented.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spendsense_pipeline.publishing.exports.columnar import write_csv, write_parquet
from spendsense_pipeline.publishing.exports.directory import complete_or_absent, describe
from spendsense_pipeline.publishing.exports.documents import write_json
from spendsense_pipeline.publishing.exports.evaluation import write_evaluation
from spendsense_pipeline.publishing.exports.ledgers import (
    write_beancount,
    write_ofx,
    write_qif,
)
from spendsense_pipeline.publishing.exports.plaid import write_plaid
from spendsense_pipeline.publishing.exports.selection import NOTHING_APPROVED, Selection
from spendsense_pipeline.publishing.exports.shifting import (
    Shift,
    list_rows_on_holidays,
    shifted,
)
from spendsense_pipeline.publishing.exports.sqlite import write_sqlite

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.review.standing import Standing
    from spendsense_pipeline.tables.declaration import Table

__all__ = ["FORMATS", "Exported", "export_dataset"]

FORMATS: Mapping[str, str] = {
    "parquet": "one typed file per table, column descriptions in the metadata",
    "csv": "one file per table, and columns.csv that says what each column is",
    "json": "one file per table, traces/{user_id}.json and recommendations/{user_id}.json",
    "sqlite": "users.sqlite with keys and indexes",
    "plaid": "per person Plaid's response bodies and a Sandbox custom user",
    "beancount": "a ledger per person, balanced at every month's end",
    "ofx": "a bank's or card's statement per account",
    "qif": "a register per account",
}
_WRITERS: Mapping[str, Callable[[Selection, Path], None]] = {
    "parquet": write_parquet,
    "csv": write_csv,
    "json": write_json,
    "sqlite": write_sqlite,
}

_EVALUATED = ("parquet", "csv", "json")
"""Formats that say how well the dataset does; the others are one program's input."""

# Bytes an export takes for each of the published file, rounded up from 300 people and 24 months:
# text says in full what columns compress, and Plaid's responses repeat their field names by row.
_WEIGHT: Mapping[str, float] = {
    "parquet": 0.6,
    "csv": 4,
    "json": 10,
    "sqlite": 6,
    "plaid": 21,
    "beancount": 8,
    "ofx": 9,
    "qif": 5,
}

# Enough to sort a million transactions without the disk; more only buys speed nobody waits for.
_MEMORY_LIMIT = "256MB"


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        directory: where it is.
        format: a key of FORMATS.
        people: how many are in it.
        left_out: how many are not, without consent.
        files: how many it has.
        bytes: of all of them.
        shift: how far its days were moved; None where they are the dataset's.
        rows_on_holidays: how many rows that put on a federal holiday.
    """

    directory: Path
    format: str
    people: int
    left_out: int
    files: int
    bytes: int
    shift: Shift | None = None
    rows_on_holidays: int = 0


def export_dataset(
    con: duckdb.DuckDBPyConnection,
    tables: Iterable[Table],
    directory: Path,
    format_: str,
    *,
    withdrawn: Iterable[str] = (),
    include_unconsented: bool = False,
    shift_to: dt.date | None = None,
    where: Standing = NOTHING_APPROVED,
) -> Exported:
    """Write the published dataset `con` is connected to into `directory`.

    Args:
        con: the published dataset, read-only is enough.
        tables: the tables as declared.
        directory: becomes the export in one step; an earlier export there is replaced.
        format_: a key of FORMATS.
        withdrawn: people who took consent back since the dataset was made.
        include_unconsented: take everybody.
        shift_to: move it by whole weeks so that its last day is as near this one as can be.
        where: where recommendations stand; only what is approved is taken along.

    Returns:
        how many people, files and bytes were written, and how many people were left out.

    Raises:
        SpendSenseError: when the directory is taken or cannot be written.
    """
    everything = tuple(tables)
    shift = Shift(dt.date.fromisoformat(str(_about(con)["as_of"])), shift_to) if shift_to else None
    moved = shifted(con, everything, shift) if shift else contextlib.nullcontext(con)
    with moved as source, _bounded_memory(source):
        selection = Selection.of(
            source,
            everything,
            withdrawn=tuple(withdrawn),
            include_unconsented=include_unconsented,
            where=where,
        )
        return _export(selection, directory, format_, shift)


@contextlib.contextmanager
def _bounded_memory(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Sort on disk rather than in memory that grows with the population."""
    with tempfile.TemporaryDirectory(prefix="spendsense-export-") as scratch:
        con.execute(f"set temp_directory = '{scratch}'")
        con.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
        try:
            yield
        finally:
            con.execute("reset memory_limit")  # the directory cannot be changed once used


def _export(selection: Selection, directory: Path, format_: str, shift: Shift | None) -> Exported:
    con = selection.con
    about = _about(con)
    people = len(selection.user_ids())
    [(everybody,)] = con.execute("select count(*) from raw_users").fetchall()
    expected = round(_WEIGHT[format_] * _file_size(con))
    with complete_or_absent(directory, expected_bytes=expected) as work:
        _write(format_, selection, work, about)
        on_holidays = list_rows_on_holidays(selection, work, shift) if shift else 0
        said = {"shifted": {**shift.description, "rows_on_holidays": on_holidays}} if shift else {}
        describe(
            work,
            {
                "format": format_,
                **about,
                "people": people,
                "people_left_out": everybody - people,
                "includes_people_without_consent": selection.include_unconsented,
                **said,
            },
        )
        written = [path for path in work.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in written)
    left_out = everybody - people
    return Exported(directory, format_, people, left_out, len(written), size, shift, on_holidays)


def _write(
    format_: str, selection: Selection, directory: Path, about: Mapping[str, object]
) -> None:
    """Let the form's writer fill the directory, with what it needs to know of the dataset."""
    as_of, start = (dt.date.fromisoformat(str(about[key])) for key in ("as_of", "history_start"))
    match format_:
        case "plaid":
            write_plaid(selection, directory, dataset_id=str(about["dataset_id"]), as_of=as_of)
        case "beancount":
            write_beancount(selection, directory, as_of=as_of, history_start=start)
        case "ofx":
            write_ofx(selection, directory, as_of=as_of)
        case "qif":
            write_qif(selection, directory, history_start=start)
        case _:
            _WRITERS[format_](selection, directory)
    if format_ in _EVALUATED:
        write_evaluation(selection, directory, about)


def _file_size(con: duckdb.DuckDBPyConnection) -> int:
    """Bytes of the file behind a connection; 0 in memory."""
    [(path,)] = con.execute(
        "select path from duckdb_databases() where database_name = current_database()"
    ).fetchall()
    return Path(path).stat().st_size if path else 0


def _about(con: duckdb.DuckDBPyConnection) -> dict[str, object]:
    """The `dataset` row, without the run it came from and the clock: an export is its content."""
    cursor = con.execute("select * exclude (run_id, published_at) from dataset")
    names = [column[0] for column in cursor.description]
    [row] = cursor.fetchall()
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in zip(names, row, strict=True)
    }
