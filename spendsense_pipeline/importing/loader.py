"""Tables made in Python as an import: generated, changed by hand, or wholly one's own.

`spendsense refresh --from-raw`, or the job `refresh_from_raw`, then judges what was loaded.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.disk import full_disk_named
from spendsense_pipeline.importing.judging import Origin, judged
from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.importing.staged import StagedImport, scratch_database, set_aside
from spendsense_pipeline.importing.translation import Arrival
from spendsense_pipeline.importing.warehouse import fill_warehouse, imports_dir
from spendsense_pipeline.settings import DATA_DIR_VARIABLE, Settings
from spendsense_pipeline.sql import identifier
from spendsense_pipeline.tables.raw import AS_OF_KEY, HISTORY_START_KEY

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from spendsense_pipeline.controls import OperatorConfig

_SOURCE = "tables loaded in Python"


class DataLoader:
    """Loads tables into the warehouse of a data directory.

    ```python
    data = PersonaSkewedGenerator(config, controls).generate_all()
    DataLoader().load_all(data)
    ```
    """

    def __init__(self, data_dir: str | Path | None = None) -> None:
        """Take a data directory; by default SPENDSENSE_DATA_DIR, as every command."""
        elsewhere = {} if data_dir is None else {DATA_DIR_VARIABLE: str(data_dir)}
        self.settings = Settings.from_environment({**os.environ, **elsewhere})

    def load_all(
        self,
        data: Sequence[Any] | Mapping[str, Any],
        *,
        as_of: dt.date | None = None,
        all_consented: bool = False,
        config: OperatorConfig | None = None,
    ) -> StagedImport:
        """Judge the tables like any other import and replace the warehouse's raw tables by them.

        Args:
            data: users, accounts, transactions and, if there are any, liabilities, loans and
                card_statements: by name, as a named tuple, or in that order; each an Arrow table,
                a pandas frame, or a list of dicts, with columns named as our raw tables'.
            as_of: the day the balances are of; generated tables say it themselves.
            all_consented: you hold the consent of everybody who has no consent_status.
            config: thresholds and expectations to judge them by; the defaults without one.

        Returns:
            What was loaded; nothing is measured yet.

        Raises:
            ImportProblemsError: naming every row that cannot be taken; nothing was written.
        """
        from spendsense_pipeline.controls import OperatorConfig

        tables = {name: _as_arrow(name, table) for name, table in _by_name(data).items()}
        day = as_of or _said(tables, AS_OF_KEY)
        if day is None:
            text = "do not say which day their balances are of"
            remedy = "Give that day: load_all(data, as_of=date(2026, 6, 30))."
            raise ImportProblemsError([Problem("as_of_missing", "The tables", text, remedy)])
        self.settings.prepare_data_dir()
        kept_in = imports_dir(self.settings)
        with full_disk_named(kept_in), scratch_database() as (con, scratch):
            report = ImportReport()
            arrivals = _arrived(con, tables, report)
            origin = Origin(
                source=_SOURCE,
                fingerprint=_fingerprint(tables, day, all_consented=all_consented),
                as_of=day,
                history_start=_said(tables, HISTORY_START_KEY),
                all_consented=all_consented,
                is_strict=False,
            )
            staged = set_aside(con, judged(con, arrivals, {}, report, origin), scratch, kept_in)
        fill_warehouse(self.settings, staged, config or OperatorConfig())
        return staged


def _by_name(data: Sequence[Any] | Mapping[str, Any]) -> dict[str, Any]:
    """The tables by the names an import calls them."""
    if not isinstance(data, Mapping):
        names = getattr(data, "_fields", tuple(IMPORTABLE_TABLES)[: len(data)])
        data = dict(zip(names, data, strict=True))
    named = {str(name).removeprefix("raw_"): table for name, table in data.items()}
    needed = [name for name, table in IMPORTABLE_TABLES.items() if table.is_import_needed]
    remedy = f"Use {', '.join(IMPORTABLE_TABLES)}."
    problems = [
        Problem("unknown_table", name, "is no table of an import", remedy)
        for name in named
        if name not in IMPORTABLE_TABLES
    ]
    problems += [
        Problem("missing_table", name, "is not among the tables", "Add it, with or without rows.")
        for name in needed
        if name not in named
    ]
    if problems:
        raise ImportProblemsError(problems)
    return named


def _as_arrow(name: str, table: Any) -> pa.Table:
    import pyarrow as pa

    if isinstance(table, pa.Table):
        return table
    try:
        if hasattr(table, "to_dict"):  # a pandas frame, whichever pandas it is of
            return pa.Table.from_pandas(table, preserve_index=False)
        rows = list(table)
        if not rows:
            columns = IMPORTABLE_TABLES[name].column_names
            return pa.table({column: pa.array([], pa.string()) for column in columns})
        return pa.Table.from_pylist(rows)
    except (TypeError, ValueError, AttributeError) as error:
        remedy = "Give an Arrow table, a pandas frame, or a list of dicts of one shape."
        problem = Problem("unreadable_table", name, f"cannot be read ({error})", remedy)
        raise ImportProblemsError([problem]) from error


def _said(tables: Mapping[str, pa.Table], key: bytes) -> dt.date | None:
    """A day that the tables' own metadata says; None where they do not, or differ."""
    said = [(table.schema.metadata or {}).get(key) for table in tables.values()]
    days = {day.decode() for day in said if day is not None}
    return dt.date.fromisoformat(days.pop()) if len(days) == 1 else None


def _arrived(
    con: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table], report: ImportReport
) -> dict[str, Arrival]:
    arrivals = {}
    for name, table in tables.items():
        con.register("arriving_rows", table)
        selected = ", ".join(
            f"{column}::varchar as {column}" for column in map(identifier, table.column_names)
        )
        con.execute(
            f'create or replace table "their_{name}" as '
            f"select {selected}, 'row ' || row_number() over () as _row from arriving_rows"
        )
        con.unregister("arriving_rows")
        report.read(name, table.num_rows, name)
        arrivals[name] = Arrival(name, tuple(table.column_names), is_text=False)
    return arrivals


def _fingerprint(tables: Mapping[str, pa.Table], day: dt.date, *, all_consented: bool) -> str:
    import pyarrow as pa

    digest = hashlib.sha256(f"{day}:{all_consented}".encode())
    for name in sorted(tables):
        digest.update(name.encode())
        plain = tables[name].combine_chunks().replace_schema_metadata(None)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, plain.schema) as writer:
            writer.write_table(plain)
        digest.update(sink.getvalue())
    return digest.hexdigest()[:16]
