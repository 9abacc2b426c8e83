"""How a table is declared: its columns, from which DDL, Arrow schemas and documentation follow, and
its place in the pipeline, from which every list of tables does. Holds no table itself.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Literal

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

    def create_sql(self) -> str:
        """`create or replace table` with types and `not null`, no rows; checks hold the keys, not
        indexes.
        """
        body = ",\n  ".join(f'"{c.name}" {c.storage_sql}' for c in self.columns)
        return f'create or replace table "{self.name}" (\n  {body}\n)'

    @property
    def person_key(self) -> str | None:
        """The column that says whose a row is: the person's own id or, without it, the account's.

        None when a row belongs to nobody.
        """
        keys = (name for name in ("user_id", "account_id") if name in self.column_names)
        return next(keys, None)

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


Place = Literal["imports", "shards", "checks", "dataset", "summary", "exports"]
"""Where a table of the pipeline may stand.

`imports`: other people's data may bring it. `shards`: it is made for a few people at a time, on any
machine. `checks`: schema, keys, references, values and row count are verified. `dataset`: it is
published. `summary` and `exports`: its row count is reported, its rows leave with an export.
"""


@dataclass(frozen=True)
class Stage:
    """A stretch of the way data takes, and a group in Dagster's graph."""

    name: str
    everybody_because: str = ""
    """Why its tables hold people who have not consented; empty where none may be."""


@dataclass(frozen=True)
class Step:
    """What makes one or more tables: the step of that name in Dagster's graph."""

    name: str
    stage: Stage
    doing: str
    """What it does, for somebody who watches a run."""


@dataclass(frozen=True)
class RowCount:
    """How many rows a table must have: `sql` selects the number they are compared with."""

    words: str
    sql: str
    operator: Literal["=", ">=", "<="] = "="


@dataclass(frozen=True)
class AnyCount:
    """Why no number of rows is promised."""

    because: str


@dataclass(frozen=True)
class LeftOut:
    """A place a table does not stand in, and why."""

    place: Place
    because: str


@dataclass(frozen=True, kw_only=True)
class PipelineTable(Table):
    """A table the pipeline makes: who makes it, how many rows it has, and where it is left out.

    It stands in every place it can unless it says why not; whatever lists tables asks `stands_in`.
    """

    step: Step
    rows: RowCount | AnyCount
    left_out: tuple[LeftOut, ...] = ()
    is_import_needed: bool = False
    """Whether other people's data must bring it."""
    asset_name: str = ""
    """Key of the Dagster asset it is part of, where that is not its own name."""

    @property
    def asset(self) -> str:
        """Key of the Dagster asset it is, or is part of."""
        return self.asset_name or self.name

    @property
    def stage(self) -> Stage:
        """The stage whose step makes it."""
        return self.step.stage

    @property
    def holds_only_consenting(self) -> bool:
        """Whether a row of somebody who has not consented would be a fault."""
        return self.person_key is not None and not self.stage.everybody_because

    def stands_in(self, place: Place) -> bool:
        """Whether it stands there: nobody's rows cannot be made in shards, only tables that hold
        everybody can be imported, and only what is published is reported or leaves.
        """
        if any(each.place == place for each in self.left_out):
            return False
        if place == "imports":
            return bool(self.stage.everybody_because) and self.person_key is not None
        if place == "shards":
            return self.person_key is not None
        if place in ("summary", "exports"):
            return self.stands_in("dataset")
        return True
