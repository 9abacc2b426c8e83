"""How a table is declared: columns with type, unit and description, from which DDL, Arrow schemas,
documentation and checks are derived. Holds no table itself."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

MONEY = "DECIMAL(12,2)"
_ARROW_FACTORY = {
    "VARCHAR": "string",
    "JSON": "string",
    "BIGINT": "int64",
    "INTEGER": "int32",
    "SMALLINT": "int16",
    "DOUBLE": "float64",
    "BOOLEAN": "bool_",
    "DATE": "date32",
}


@dataclass(frozen=True)
class Column:
    """One column: its DuckDB type, what it says, and whether it may be missing."""

    name: str
    type: str
    description: str
    unit: str | None = None
    label: str | None = None
    nullable: bool = False
    allowed: tuple[str, ...] | None = None
    decimals: int | None = None
    sources: tuple[str, ...] = ()
    compression: str | None = None
    """DuckDB's method where its own choice was measured to be poor."""

    @property
    def storage_sql(self) -> str:
        """Type, compression and `not null`, as `create table` has them."""
        parts = [self.type]
        if self.compression:
            parts.append(f"using compression {self.compression}")
        if not self.nullable:
            parts.append("not null")
        return " ".join(parts)

    @property
    def full_description(self) -> str:
        """Description with unit, allowed values and source columns spelled out."""
        parts = [self.description.rstrip(".") + "."]
        if self.unit:
            parts.append(f"Unit: {self.unit}.")
        if self.allowed:
            parts.append("One of: " + ", ".join(self.allowed) + ".")
        if self.sources:
            parts.append("From: " + ", ".join(self.sources) + ".")
        return " ".join(parts)


@dataclass(frozen=True)
class ForeignKey:
    """`columns` of this table name rows of `table` by its `references`."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table as a person reads it: name, what one row is, columns, keys and stored order."""

    name: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    order_by: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in declared order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The declared column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def create_sql(self, *, replace: bool = True) -> str:
        """`create table` with types and `not null`, no rows; checks hold the keys, not indexes."""
        body = ",\n  ".join(f'"{c.name}" {c.storage_sql}' for c in self.columns)
        return f'create {"or replace " if replace else ""}table "{self.name}" (\n  {body}\n)'

    @functools.cached_property
    def arrow_schema(self) -> Any:
        """The `pyarrow.Schema` of this table (money as decimal64(12,2))."""
        import pyarrow as pa

        def arrow_type(duckdb_type: str) -> Any:
            if duckdb_type.endswith("[]"):
                return pa.list_(arrow_type(duckdb_type[:-2]))
            if duckdb_type == MONEY:
                return pa.decimal64(12, 2)
            if duckdb_type.startswith("DECIMAL("):
                precision, scale = duckdb_type[len("DECIMAL(") : -1].split(",")
                return pa.decimal64(int(precision), int(scale))
            if duckdb_type.startswith("TIMESTAMP"):
                return pa.timestamp("us")
            return getattr(pa, _ARROW_FACTORY[duckdb_type])()

        return pa.schema(
            [pa.field(c.name, arrow_type(c.type), nullable=c.nullable) for c in self.columns]
        )
