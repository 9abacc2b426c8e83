"""Bring data in: read, judge, and set aside as the raw tables, before anything of ours is touched.

A staged import is a folder of Parquet files named by a fingerprint of what was read. The
pipeline's raw tables are filled from it, so that an import can be run again from the UI like any
other run.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
from pydantic import TypeAdapter

from spendsense_pipeline.disk import full_disk_named
from spendsense_pipeline.files import new_folder
from spendsense_pipeline.importing.formats.folders import sidecar_files
from spendsense_pipeline.importing.holdings import Holdings, find_holdings
from spendsense_pipeline.importing.layout import EXPORT_DESCRIPTION_FILE
from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES, SourceMapping
from spendsense_pipeline.importing.mapping_file import load_mapping
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.readers import Asked, read
from spendsense_pipeline.importing.relations import relation_problems
from spendsense_pipeline.importing.report import ImportReport, ReportLine
from spendsense_pipeline.importing.translation import (
    Arrival,
    is_held_through_account,
    translate,
)
from spendsense_pipeline.importing.values import typed_select, value_problems
from spendsense_pipeline.sql import identifier, literal
from spendsense_pipeline.tables.declaration import Table
from spendsense_pipeline.tables.raw import GENERATED_TABLES

_MEMORY_MB = 500  # what reading may hold; beyond it DuckDB uses the scratch folder
DESCRIPTION_FILE = "import.json"


@dataclass(frozen=True)
class ImportRequest:
    """What to bring in and how to read it."""

    path: Path
    as_of: dt.date | None = None
    mapping_path: Path | None = None
    all_consented: bool = False
    is_strict: bool = False
    """Whether what is odd refuses, instead of costing a value."""
    format: str | None = None
    """Name of the ready format that the files are in; the raw layout or Plaid's where none is."""


@dataclass(frozen=True)
class StagedImport:
    """Data that passed every test, set aside under its fingerprint."""

    fingerprint: str
    as_of: dt.date
    history_start: dt.date | None
    rows: Mapping[str, int]
    holdings: Holdings
    report: tuple[ReportLine, ...] = ()
    source: str = ""
    folder: Path = field(default=Path(), compare=False)

    def parquet(self, table: Table) -> Path:
        """The staged rows of a raw table."""
        return self.folder / f"{table.name}.parquet"

    def fill(self, con: duckdb.DuckDBPyConnection) -> None:
        """Create every generated table in `con` from the staged rows."""
        for table in GENERATED_TABLES:
            con.execute(table.create_sql())
            columns = ", ".join(f'"{name}"' for name in table.column_names)
            con.execute(
                f'insert into "{table.name}" select {columns} from read_parquet(?)',
                [str(self.parquet(table))],
            )


def stage(request: ImportRequest, imports_dir: Path) -> StagedImport:
    """Read and judge `request.path` and set it aside under `imports_dir`.

    Raises:
        ImportProblemsError: holding every kind of problem found.
        DiskFullError: when a disk fills up that it is read or set aside on.
    """
    path = request.path
    if not path.exists():
        raise _refused(Problem("missing_file", str(path), "does not exist", "Check the path."))
    mapping = load_mapping(request.mapping_path) if request.mapping_path else {}
    report = ImportReport()
    described = _own_description(path)
    as_of = request.as_of or described.get("as_of")
    if as_of is None:
        text = "does not say which day its balances are of"
        remedy = "Give that day: --as-of 2026-06-30."
        raise _refused(Problem("as_of_missing", str(path), text, remedy))
    with full_disk_named(imports_dir), scratch_database() as (con, scratch):
        asked = Asked(path, request.format, as_of)
        arrivals, mapping = read(con, asked, mapping, report)
        origin = Origin(
            source=path.resolve().name,
            fingerprint=_fingerprint(path, request, as_of),
            as_of=as_of,
            history_start=described.get("history_start"),
            all_consented=request.all_consented,
            is_strict=request.is_strict,
        )
        staged = judged(con, arrivals, mapping, report, origin)
        if path.is_dir() and request.format is None:
            staged = replace(staged, report=(*staged.report, *_files_not_read(path, arrivals)))
        return set_aside(con, staged, scratch, imports_dir)


@dataclass(frozen=True)
class Origin:
    """What is known of data before its rows are looked at, and how strictly they are."""

    source: str
    fingerprint: str
    as_of: dt.date
    history_start: dt.date | None
    all_consented: bool
    is_strict: bool


def judged(
    con: duckdb.DuckDBPyConnection,
    arrivals: Mapping[str, Arrival],
    mapping: SourceMapping,
    report: ImportReport,
    origin: Origin,
) -> StagedImport:
    """Fill the raw tables of `con` from `their_<table>` of every arrival.

    Raises:
        ImportProblemsError: holding every kind of problem found.
    """
    given = translate(con, arrivals, mapping, report)
    files = {table: arrival.where for table, arrival in arrivals.items()}
    problems = [
        problem
        for table in files
        for problem in value_problems(con, table, files[table], as_of=origin.as_of)
    ]
    problems += relation_problems(con, files)
    if not origin.all_consented:
        problems += _consent_problems(con, files["users"], given["users"])
    if problems:
        raise ImportProblemsError(problems)
    rows = _type_rows(con, all_consented=origin.all_consented)
    _say_what_is_not_given(con, files, report)
    if origin.is_strict and report.notes:
        raise ImportProblemsError([line.problem for line in report.notes])
    return StagedImport(
        fingerprint=origin.fingerprint,
        as_of=origin.as_of,
        history_start=origin.history_start,
        rows=rows,
        holdings=find_holdings(con, mapping),
        report=tuple(report),
        source=origin.source,
    )


def load_staged(fingerprint: str, imports_dir: Path) -> StagedImport:
    """A staged import by its fingerprint; FileNotFoundError if it is gone."""
    folder = imports_dir / fingerprint
    staged = _described().validate_json((folder / DESCRIPTION_FILE).read_bytes())
    return replace(staged, folder=folder)


@functools.cache
def _described() -> TypeAdapter[StagedImport]:
    """How a staged import is written into its folder and read from it."""
    return TypeAdapter(StagedImport)


@contextlib.contextmanager
def scratch_database() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """An in-memory DuckDB that spills to a folder which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="spendsense-import-") as scratch:
        con = duckdb.connect(config={"temp_directory": scratch, "memory_limit": f"{_MEMORY_MB}MB"})
        try:
            yield con, Path(scratch)
        finally:
            con.close()


def _type_rows(con: duckdb.DuckDBPyConnection, *, all_consented: bool) -> dict[str, int]:
    """Fill what may be left out, give every table its declared types; rows per table."""
    con.execute(
        "update source_users set consent_status = coalesce(consent_status, ?)",
        ["granted" if all_consented else "denied"],
    )
    for table, declared in IMPORTABLE_TABLES.items():
        if not is_held_through_account(declared):
            continue
        con.execute(
            f"update source_{table} set user_id = account.user_id from source_accounts account "
            f"where account.account_id = source_{table}.account_id and source_{table}.user_id is "
            f"null"
        )
    # nobody reads when a person joined a bank, and the checks know generated people by it
    con.execute("update source_users set created_at = null")
    con.execute(
        "update source_transactions set category_primary = category.primary_code "
        "from plaid_category category where category.detailed = category_detailed"
    )
    rows: dict[str, int] = {}
    for name, declared in IMPORTABLE_TABLES.items():
        con.execute(declared.create_sql())
        con.execute(
            f'insert into "{declared.name}" {typed_select(name)} from "source_{name}" source '
            f"order by {', '.join(declared.order_by)}"
        )
        con.execute(f'drop table "source_{name}"')
        [(count,)] = con.execute(f'select count(*) from "{declared.name}"').fetchall()
        rows[declared.name] = int(count)
    for declared in GENERATED_TABLES:
        if not declared.stands_in("imports"):
            con.execute(declared.create_sql())
    return rows


def _consent_problems(
    con: duckdb.DuckDBPyConnection, file: str, given: frozenset[str]
) -> list[Problem]:
    [(recorded,)] = con.execute("select count(consent_status) from source_users").fetchall()
    if "consent_status" in given and recorded:
        return []
    text = "nobody's consent is recorded, so nobody may be processed"
    remedy = (
        "Fill consent_status (granted, denied, revoked), or pass --all-consented if you hold "
        "everybody's consent."
    )
    return [Problem("consent_missing", f"{file}, column consent_status", text, remedy)]


def _say_what_is_not_given(
    con: duckdb.DuckDBPyConnection, files: Mapping[str, str], report: ImportReport
) -> None:
    """What the import may leave out and does, and what follows from that."""
    [(rows, categorised)] = con.execute(
        "select count(*), count(category_detailed) from raw_transactions"
    ).fetchall()
    if categorised < rows:
        text = (
            f"{rows - categorised:,} of {rows:,} transactions have no category: what they are is "
            "detected from merchant names only, which finds less"
        )
        report.not_given(files["transactions"], rows - categorised, text)
    [(cards, terms)] = con.execute(
        "select (select count(*) from raw_accounts where type = 'credit'), "
        "(select count(*) from raw_liabilities)"
    ).fetchall()
    if terms < cards:
        text = f"{cards - terms:,} of {cards:,} cards have no liability row: overdue is unknown"
        report.not_given(files.get("liabilities", "liabilities"), cards - terms, text)
    if cards and "card_statements" not in files:
        text = "no card statements: minimum-payment-only is judged from liabilities alone"
        report.not_given("card_statements", cards, text)


def _files_not_read(folder: Path, arrivals: Mapping[str, Arrival]) -> Iterator[ReportLine]:
    """Tables of the folder that no raw table was read from: our exports bring what is measured."""
    read = {arrival.where for arrival in arrivals.values()}
    for file in sorted(folder.iterdir()):
        if file.suffix in (".csv", ".parquet") and file.name not in read:
            yield ReportLine("set aside", file.name, 0, "not read: it is no raw table")


def _own_description(path: Path) -> dict[str, dt.date]:
    """as_of and history_start, when the folder is one of our exports; else empty."""
    file = path / EXPORT_DESCRIPTION_FILE
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {
            key: dt.date.fromisoformat(content[key])
            for key in ("as_of", "history_start")
            if content.get(key)
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _fingerprint(path: Path, request: ImportRequest, as_of: dt.date) -> str:
    said = f"{as_of}:{request.all_consented}"
    if request.format is not None:
        said = f"{said}:{request.format}"
    digest = hashlib.sha256(said.encode())
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    if request.format is not None and path.is_file():
        files += sidecar_files(path)
    if request.mapping_path:
        files.append(request.mapping_path)
    for file in files:
        # a folder's name may be a person's
        is_inside = path.is_dir() and file.is_relative_to(path)
        digest.update((file.relative_to(path).as_posix() if is_inside else file.name).encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()[:16]


def set_aside(
    con: duckdb.DuckDBPyConnection, staged: StagedImport, scratch: Path, imports_dir: Path
) -> StagedImport:
    """Keep the raw tables of `con` in the staged import's folder."""
    folder = imports_dir / staged.fingerprint
    written = scratch / "staged"
    written.mkdir()
    for table in GENERATED_TABLES:
        target = literal(written / f"{table.name}.parquet")
        con.execute(f"copy {identifier(table.name)} to {target} (format parquet, compression zstd)")
    content = _described().dump_json(staged, indent=2, exclude={"folder"})
    (written / DESCRIPTION_FILE).write_bytes(content)
    with new_folder(folder) as arriving:
        shutil.copytree(written, arriving, dirs_exist_ok=True)
    return replace(staged, folder=folder)


def _refused(problem: Problem) -> ImportProblemsError:
    return ImportProblemsError([problem])
