"""Parquet and CSV: one file per table. Parquet carries every column's description and unit in its
metadata; beside CSV, which can carry nothing, lies `columns.csv`.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from spendsense_pipeline.publishing.exports.selection import BATCH_ROWS, Selection
from spendsense_pipeline.sql import literal

if TYPE_CHECKING:
    import pyarrow as pa

    from spendsense_pipeline.tables.declaration import Column, Table


def write_parquet(selection: Selection, directory: Path) -> None:
    """`<table>.parquet`, zstd, in the types of the database.

    Args:
        selection: whose rows.
        directory: an empty one.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    for table in selection.tables:
        cursor = selection.cursor()
        try:
            reader = cursor.sql(selection.query(table)).to_arrow_reader(BATCH_ROWS)
            schema = _described(reader.schema, table)
            path = directory / f"{table.name}.parquet"
            with pq.ParquetWriter(
                path, schema, compression="zstd", use_dictionary=_repeating(table)
            ) as writer:
                for batch in reader:
                    writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
        finally:
            cursor.close()


def _repeating(table: Table) -> list[str]:
    """Columns worth a dictionary: not those that differ in every row, where it is lost work."""
    unique = table.primary_key if len(table.primary_key) == 1 else ()
    return [c.name for c in table.columns if c.name not in unique and c.compression is None]


def _described(schema: pa.Schema, table: Table) -> pa.Schema:
    """The schema with every column's description, and whether it may be missing, in its fields."""
    import pyarrow as pa

    fields = [
        field.with_metadata(_metadata(column)).with_nullable(column.nullable)
        for field, column in zip(schema, table.columns, strict=True)
    ]
    return pa.schema(fields, metadata={"description": table.description})


def _metadata(column: Column) -> dict[str, str]:
    """What a reader of the file can know of the column (Spark and Iceberg show `comment`)."""
    said = {
        "description": column.description,
        "comment": column.full_description,
        "unit": column.unit,
        "label": column.label,
    }
    return {key: value for key, value in said.items() if value}


def write_csv(selection: Selection, directory: Path) -> None:
    """`<table>.csv` with a header, lists as JSON, and `columns.csv` that says what they are.

    Args:
        selection: whose rows.
        directory: an empty one.
    """
    for table in selection.tables:
        write_table_csv(selection, table, directory / f"{table.name}.csv")
    with (directory / "columns.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("table", "column", "type", "unit", "may_be_empty", "description"))
        for table in selection.tables:
            for column in table.columns:
                writer.writerow(
                    (
                        table.name,
                        column.name,
                        column.type,
                        column.unit or "",
                        "yes" if column.nullable else "no",
                        column.full_description,
                    )
                )


def write_table_csv(selection: Selection, table: Table, path: Path) -> None:
    """The selected rows of one table, with a header.

    Args:
        selection: whose rows.
        table: which table.
        path: the file to write.
    """
    columns = ", ".join(_csv_value(column) for column in table.columns)
    selection.con.execute(
        f"copy ({selection.query(table, columns)}) to {literal(path)} (format csv, header true)"
    )


def _csv_value(column: Column) -> str:
    if column.type.endswith("[]"):
        return f'to_json("{column.name}")::varchar as "{column.name}"'
    return f'"{column.name}"'
