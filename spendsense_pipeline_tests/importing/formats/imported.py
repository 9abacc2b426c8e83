"""Exports written into a folder, imported, and what came of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from spendsense_pipeline.importing import ImportRequest, StagedImport, stage
from spendsense_pipeline_tests.fixtures.import_folders import AS_OF, filled


@dataclass(frozen=True)
class Imported:
    """An import that passed, and its tables."""

    staged: StagedImport
    con: duckdb.DuckDBPyConnection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.execute(query).fetchall()

    def moves(self, user_id: str = "ann") -> list[tuple[dt.date, int, str]]:
        """Every row of somebody's as date, cents and name."""
        return self.con.execute(
            "select date, (amount * 100)::integer, name from raw_transactions where user_id = ? "
            "order by all",
            [user_id],
        ).fetchall()

    def said(self, outcome: str) -> str:
        return "\n".join(line.sentence for line in self.staged.report if line.outcome == outcome)


def imported(
    folder: Path,
    format_: str,
    files: Mapping[str, str],
    *,
    as_of: dt.date = AS_OF,
    mapping: str | None = None,
    **request: Any,
) -> Imported:
    """Import files by their path below a person's folder `ann`; `mapping` is YAML."""
    root = folder / "ann"
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    path = None
    if mapping is not None:
        path = folder / "mapping.yaml"
        path.write_text(mapping, encoding="utf-8")
    asked = {"all_consented": True, "format": format_, "mapping_path": path, **request}
    staged = stage(ImportRequest(root, as_of, **asked), folder / "imports")
    return Imported(staged, filled(staged))
