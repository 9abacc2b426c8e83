"""Whose data a data directory holds: people made up here, or an import, which made-up people never
replace unasked; and which command refreshes it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.controls.resolved import IMPORTED
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.commands import refresh_command
from spendsense_pipeline.publishing.retention import current_dataset
from spendsense_pipeline.publishing.warehouse import WarehouseError

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.settings import Settings

REPLACE_OPTION = "--replace-import"
REPLACE_FIELD = "replace_import"
"""In a run's config, what `REPLACE_OPTION` is on the command line."""


@dataclass(frozen=True)
class HeldImport:
    """An import that is published, or whose raw tables are in the warehouse.

    Attributes:
        as_of: the day its balances are of.
        source: name of the folder or file it came from; None when that is not known any more.
        dataset_id: the published dataset it is; None while it is only in the warehouse.
    """

    as_of: dt.date
    source: str | None
    dataset_id: str | None

    def __str__(self) -> str:
        """In a sentence."""
        of = f" of {self.source!r}" if self.source else ""
        where = f"dataset {self.dataset_id}" if self.dataset_id else "in the warehouse"
        return f"the import{of} as of {self.as_of} ({where})"


class ImportHeldError(SpendSenseError):
    """Made-up people would take the place of an import."""


def find_import(
    settings: Settings, building: duckdb.DuckDBPyConnection | None = None
) -> HeldImport | None:
    """The import that a run which makes people would replace.

    Args:
        settings: where the files are.
        building: the warehouse being built, where a run has it open; opened to read otherwise. A
            warehouse that another process is writing is not looked into: who writes it next asks
            again.

    Returns:
        The import, the published one first; None where there is none.
    """
    with contextlib.suppress(WarehouseError):
        published = current_dataset(settings)
        if published.is_imported:
            source = _source_of(settings, published.seed)
            return HeldImport(published.as_of, source, published.dataset_id)
    if building is not None:
        return _import_in(settings, building)
    return _import_in_warehouse(settings)


def require_no_import(
    settings: Settings, remedy: str, building: duckdb.DuckDBPyConnection | None = None
) -> None:
    """Refuse to make people where they would replace an import.

    Args:
        settings: where the files are.
        remedy: how to say that they shall.
        building: the warehouse being built, where a run has it open.

    Raises:
        ImportHeldError: naming the import, how to measure it again, and the remedy.
    """
    held = find_import(settings, building)
    if held is not None:
        raise ImportHeldError(
            problem=f"{held} is what is here, and made-up people would replace it",
            remedy=f"run `{refresh_command(is_imported=True)}` to measure it again; {remedy}",
        )


def command_for(settings: Settings) -> str:
    """The command that refreshes what is in the data directory.

    Args:
        settings: where that is.

    Returns:
        The command as one would type it.
    """
    return refresh_command(is_imported=find_import(settings) is not None)


def _import_in_warehouse(settings: Settings) -> HeldImport | None:
    import duckdb

    if not settings.building_path.exists():
        return None
    try:
        con = duckdb.connect(str(settings.building_path), read_only=True)
    except duckdb.Error:
        return None
    with con:
        return _import_in(settings, con)


def _import_in(settings: Settings, con: duckdb.DuckDBPyConnection) -> HeldImport | None:
    """The import whose raw tables these are, by the operator controls beside them."""
    import duckdb

    try:
        rows = con.execute(
            "select name, value from operator_controls"
            " where section = 'run' or (section = 'config' and name = 'seed')"
        ).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return None
    stated = {name: json.loads(value) for name, value in rows}
    if stated.get("preset") != IMPORTED:
        return None
    as_of = dt.date.fromisoformat(stated["as_of"])
    return HeldImport(as_of, _source_of(settings, stated["seed"]), None)


def _source_of(settings: Settings, seed: int) -> str | None:
    """Where an import came from, as set aside: its seed is how its fingerprint begins."""
    from spendsense_pipeline.importing.staged import DESCRIPTION_FILE
    from spendsense_pipeline.importing.warehouse import imports_dir

    for path in imports_dir(settings).glob(f"{seed:08x}*/{DESCRIPTION_FILE}"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return str(json.loads(path.read_text(encoding="utf-8"))["source"]) or None
    return None
