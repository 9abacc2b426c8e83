"""What the UI shows of a table, derived from its declaration: schema, lineage, place, sample rows.

Definition-time metadata (`asset_options`) and run-time metadata (`table_metadata`). Pictures are in
`defs.pictures`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict

import dagster as dg

from spendsense_pipeline.publishing.identity import source_version
from spendsense_pipeline.tables.declaration import PipelineTable, Table

if TYPE_CHECKING:
    import duckdb

OWNERS = ["team:spendsense"]
SAMPLE_ROWS = 5
# A cell of a sample is for a glance; a trace is 20 kB of JSON.
_CELL_CHARACTERS = 160


def column_schema(table: Table) -> dg.TableSchema:
    """Dagster's schema of a declared table, descriptions, units and sources included."""
    unique = table.primary_key if len(table.primary_key) == 1 else ()
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.type,
                column.full_description,
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable, unique=column.name in unique
                ),
            )
            for column in table.columns
        ]
    )


def column_lineage(table: Table) -> dg.TableColumnLineage | None:
    """Which upstream columns each column is made from (`sources` read `table.column`)."""
    lineage = {
        column.name: [
            dg.TableColumnDep(asset_key=source_table, column_name=source_column)
            for source_table, _, source_column in (
                source.partition(".") for source in dict.fromkeys(column.sources)
            )
            if source_column
        ]
        for column in table.columns
    }
    deps = {name: sources for name, sources in lineage.items() if sources}
    return dg.TableColumnLineage(deps_by_column=deps) if deps else None


def definition_metadata(table: Table) -> dict[str, Any]:
    """Metadata known before any run: schema and where the table is."""
    return {
        "dagster/column_schema": column_schema(table),
        "dagster/table_name": f"main.{table.name}",
        "dagster/uri": "spendsense.duckdb",
    }


def sample(con: duckdb.DuckDBPyConnection, table: Table) -> dg.TableMetadataValue:
    """The first rows of a table, in stored order."""
    columns = ", ".join(f'"{name}"' for name in table.column_names)
    rows = con.execute(f'select {columns} from "{table.name}" limit {SAMPLE_ROWS}').fetchall()
    records = [dict(zip(table.column_names, row, strict=True)) for row in rows]
    return records_metadata(records, table.column_names)


def records_metadata(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str]
) -> dg.TableMetadataValue:
    """Any rows as a table the UI can show."""
    return dg.MetadataValue.table(
        records=[dg.TableRecord({name: _cell(row.get(name)) for name in columns}) for row in rows],
        schema=dg.TableSchema(columns=[dg.TableColumn(name) for name in columns]),
    )


def _cell(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    text = str(value)
    return text if len(text) <= _CELL_CHARACTERS else text[: _CELL_CHARACTERS - 1] + "…"


def table_metadata(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, Any]:
    """Metadata of one materialization: rows, sample, lineage."""
    [(row_count,)] = con.execute(f'select count(*) from "{table.name}"').fetchall()
    metadata: dict[str, Any] = {
        "dagster/row_count": int(row_count),
        "sample rows": sample(con, table),
    }
    if (lineage := column_lineage(table)) is not None:
        metadata["dagster/column_lineage"] = lineage
    return metadata


class AssetOptions(TypedDict):
    """Keyword arguments of `dg.asset` and `dg.AssetSpec`; their types keep the decorator typed."""

    description: str
    owners: Sequence[str]
    kinds: set[str]
    group_name: str
    code_version: str
    metadata: Mapping[str, Any]


def asset_options(
    table: PipelineTable,
    *,
    kinds: Iterable[str],
    sources: Iterable[str],
    description: str = "",
) -> AssetOptions:
    """Keyword arguments of `dg.asset` and `dg.AssetSpec` that follow from a declared table.

    Args:
        table: the declaration; its stage is the group in the lineage view.
        kinds: icons, `duckdb` added.
        sources: packages that, with the declarations, decide the rows: the asset's code version.
        description: paragraphs after the declaration's sentence.
    """
    return {
        "description": "\n\n".join(filter(None, (table.description, description))),
        "owners": OWNERS,
        "kinds": {"duckdb", *kinds},
        "group_name": table.stage.name,
        "code_version": source_version("tables", *sources),
        "metadata": definition_metadata(table),
    }
