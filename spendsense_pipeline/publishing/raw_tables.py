"""The raw tables of a data directory, to be judged again as they are: where they are, what they
were made from, and by which rules they are judged next. Makes nobody.

They are those in the warehouse. An import that readers see again after a rollback is not there any
more: its raw tables are then taken from the published dataset, which holds them like any other.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.controls import ControlsError, OperatorConfig, ResolvedConfig, resolve
from spendsense_pipeline.controls.resolved import IMPORTED
from spendsense_pipeline.disk import full_disk_named
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.commands import HOW_TO_BEGIN, refresh_command, remake_command
from spendsense_pipeline.publishing.identity import Stamp, read_stamps, stamp_table
from spendsense_pipeline.publishing.loading import clear_tables
from spendsense_pipeline.publishing.provenance import write_provenance
from spendsense_pipeline.publishing.retention import current_dataset
from spendsense_pipeline.publishing.run_record import RunRecord
from spendsense_pipeline.publishing.warehouse import (
    WarehouseError,
    named_errors,
    open_building,
    writer_lock,
)
from spendsense_pipeline.sql import identifier, literal
from spendsense_pipeline.tables.controls import IMPORT_REPORT, OPERATOR_CONTROLS
from spendsense_pipeline.tables.raw import GENERATED_TABLES

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.settings import Settings
    from spendsense_pipeline.tables.declaration import PipelineTable

WAIT_SECONDS = 600.0
_RULES = ("thresholds", "expectations")


class NoRawTablesError(SpendSenseError):
    """There is nothing to judge."""


@dataclass(frozen=True)
class RawTables:
    """Raw tables that can be judged.

    Attributes:
        path: the database that holds them.
        resolved: by what they are judged.
        rows: how many each table has.
        import_report: what became of data brought in, as rows of that table.
    """

    path: Path
    resolved: ResolvedConfig
    rows: dict[str, int]
    import_report: tuple[dict[str, Any], ...]


def find_raw_tables(settings: Settings, rules: OperatorConfig | None = None) -> RawTables:
    """The raw tables to judge next, and by what; writes nothing.

    Args:
        settings: where they are.
        rules: thresholds and expectations to judge by; None: those they were last judged by.

    Returns:
        Which they are, and the configuration with those rules.

    Raises:
        NoRawTablesError: when there are none, or they are another version's.
        ControlsError: when `rules` asks for other people than those there are.
        WarehouseError: when a file cannot be read.
    """
    path = _where(settings)
    with _opened(path) as con:
        resolved = _made_from(con, path)
        _require_usable(con, path, resolved)
        report = tuple(_rows_of(con, IMPORT_REPORT))
        counts = {
            table.name: con.execute(f"select count(*) from {identifier(table.name)}").fetchall()
            for table in GENERATED_TABLES
        }
    judged_by = resolved if rules is None else _by_rules(resolved, rules)
    rows = {name: count for name, [(count,)] in counts.items()}
    return RawTables(path, judged_by, rows, report)


def settle_raw_tables(settings: Settings, rules: OperatorConfig | None = None) -> RawTables:
    """Make the warehouse hold the raw tables and the controls they are judged by.

    Waits for a run that is writing; in one transaction.

    Args:
        settings: where they are.
        rules: as in `find_raw_tables`, whose errors it raises before anything is written.

    Returns:
        What the warehouse holds now.
    """
    with (
        writer_lock(settings, holder=refresh_command(is_imported=True), wait_seconds=WAIT_SECONDS),
        full_disk_named(settings.warehouse_dir),
    ):
        found = find_raw_tables(settings, rules)
        with open_building(settings) as con:
            is_taken = found.path != settings.building_path
            if is_taken:
                clear_tables(con)
                con.execute(f"attach {literal(found.path)} as published (read_only)")
            con.execute("begin")
            if is_taken:
                for table in GENERATED_TABLES:
                    columns = ", ".join(map(identifier, table.column_names))
                    name = identifier(table.name)
                    con.execute(table.create_sql())
                    con.execute(f"insert into {name} select {columns} from published.{name}")
                RunRecord().write_anew(con)
            write_provenance(con, found.resolved, import_report=found.import_report)
            for table in GENERATED_TABLES:
                stamp_table(con, table.name, Stamp.of(found.resolved))
            con.execute("commit")
    return found


def _where(settings: Settings) -> Path:
    """The warehouse, unless it holds something else than the import that is published."""
    building = settings.building_path
    is_there = is_import = False
    if building.exists():
        with _opened(building) as con, contextlib.suppress(NoRawTablesError):
            is_there, is_import = True, _made_from(con, building).is_imported
    if not is_import:
        with contextlib.suppress(WarehouseError):
            published = current_dataset(settings)
            if published.is_imported:
                return published.path
    if not is_there:
        raise NoRawTablesError(
            problem=f"the warehouse {building} holds no raw tables to judge",
            remedy=HOW_TO_BEGIN,
        )
    return building


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    with named_errors(path):
        con = duckdb.connect(str(path), read_only=True)
    try:
        yield con
    finally:
        con.close()


def _made_from(con: duckdb.DuckDBPyConnection, path: Path) -> ResolvedConfig:
    """The configuration beside the raw tables."""
    import duckdb

    try:
        stated = _rows_of(con, OPERATOR_CONTROLS)
    except (duckdb.CatalogException, duckdb.BinderException):
        stated = []
    if not stated:
        raise NoRawTablesError(problem=f"{path} holds no operator controls", remedy=HOW_TO_BEGIN)
    try:
        return ResolvedConfig.from_rows(stated)
    except (KeyError, ValueError) as error:
        is_imported = any(
            row["name"] == "preset" and row["value"] == json.dumps(IMPORTED) for row in stated
        )
        raise NoRawTablesError(
            problem=f"the operator controls in {path} are another version's",
            remedy=f"run `{remake_command(is_imported=is_imported)}` to fill it anew",
        ) from error


def _rows_of(con: duckdb.DuckDBPyConnection, table: PipelineTable) -> list[dict[str, Any]]:
    columns = ", ".join(map(identifier, table.column_names))
    order = ", ".join(map(identifier, table.order_by))
    rows = con.execute(
        f"select {columns} from {identifier(table.name)} order by {order}"
    ).fetchall()
    return [dict(zip(table.column_names, row, strict=True)) for row in rows]


def _require_usable(con: duckdb.DuckDBPyConnection, path: Path, resolved: ResolvedConfig) -> None:
    """Refuse tables that are not there, lack columns, or are not of these controls."""
    present: dict[str, set[str]] = {}
    for table, column in con.execute(
        "select table_name, column_name from duckdb_columns()"
        " where database_name = current_database() and schema_name = 'main'"
    ).fetchall():
        present.setdefault(table, set()).add(column)
    stamps, expected = read_stamps(con), Stamp.of(resolved)
    for raw in (IMPORT_REPORT, *GENERATED_TABLES):
        stamp = stamps.get(raw.name)
        missing = [name for name in raw.column_names if name not in present.get(raw.name, set())]
        if missing:
            wrong = f"has no {raw.name}" if raw.name not in present else f"lacks {missing[0]}"
        elif stamp is None or stamp.inputs != expected.inputs:
            wrong = f"has a {raw.name} of {stamp or 'unknown origin'}, not of {expected}"
        elif not resolved.is_imported and stamp.dataset_id != expected.dataset_id:
            # What was brought is the same whatever the code; what code made is not.
            wrong = f"has a {raw.name} made by another version of the program"
        else:
            continue
        command = remake_command(is_imported=resolved.is_imported)
        raise NoRawTablesError(problem=f"{path} {wrong}", remedy=f"run `{command}` to fill it anew")


def _by_rules(resolved: ResolvedConfig, asked: OperatorConfig) -> ResolvedConfig:
    """The same people under other thresholds and expectations.

    Raises:
        ControlsError: naming what would make other people.
    """
    given = asked.given_json()
    people = [f"preset {asked.preset}"] if asked.preset else []
    for section in ("config", "controls"):
        people += [f"{section}.{name}" for name in given.get(section, {})]
    if people and not _makes_the_same(resolved, asked):
        raise ControlsError(
            [
                f"{', '.join(people)} would make other people than those in the raw tables, and"
                " --from-raw makes nobody: give thresholds and expectations only"
            ]
        )
    only_rules = OperatorConfig(thresholds=asked.thresholds, expectations=asked.expectations)
    rules = resolve(only_rules, as_of=resolved.as_of)
    sources = {
        name: rules.sources[name] if name.split(".")[0] in _RULES else source
        for name, source in resolved.sources.items()
    }
    return dataclasses.replace(
        resolved, thresholds=rules.thresholds, expectations=rules.expectations, sources=sources
    )


def _makes_the_same(resolved: ResolvedConfig, asked: OperatorConfig) -> bool:
    """Whether a configuration is the one generated people were made from."""
    if resolved.is_imported:
        return False
    asked = asked.replace(config=asked.config.replace(history_start=resolved.history_start))
    again = resolve(asked, as_of=resolved.as_of)
    return again.world_hash == resolved.world_hash
