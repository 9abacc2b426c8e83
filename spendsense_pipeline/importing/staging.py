"""Bring data in: read, judge, and set aside as the raw tables, before anything of ours is touched.

A staged import is a folder of Parquet files named by a fingerprint of what was read. The
pipeline's raw tables are filled from it, so that an import can be run again from the UI like any
other run.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from spendsense_pipeline.disk import full_disk_named
from spendsense_pipeline.importing.formats.folders import sidecar_files
from spendsense_pipeline.importing.judging import Origin, judged
from spendsense_pipeline.importing.layout import EXPORT_DESCRIPTION_FILE
from spendsense_pipeline.importing.mapping_file import load_mapping
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.readers import Asked, read
from spendsense_pipeline.importing.report import ImportReport, ReportLine
from spendsense_pipeline.importing.staged import StagedImport, scratch_database, set_aside
from spendsense_pipeline.importing.translation import (
    Arrival,
)


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


def _refused(problem: Problem) -> ImportProblemsError:
    return ImportProblemsError([problem])
