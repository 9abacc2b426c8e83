"""Generated populations for tests: an in-memory warehouse of one, raw or measured and judged."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from spendsense_pipeline.controls import OperatorConfig, ResolvedConfig, resolve
from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.generation import generate
from spendsense_pipeline.personas import assign
from spendsense_pipeline.tables.raw import GENERATED_TABLES

AS_OF = dt.date(2026, 6, 17)
WINDOWS_DAYS = (30, 180)


def a_configuration(
    *,
    as_of: dt.date = AS_OF,
    history_start: dt.date | None = None,
    preset: str | None = None,
    config: dict[str, Any] | None = None,
    controls: dict[str, Any] | None = None,
) -> ResolvedConfig:
    """A resolved configuration; everything left out is the default."""
    asked = OperatorConfig(preset=preset, config=config or {}, controls=controls or {})
    return resolve(asked, as_of=as_of, history_start=history_start)


def a_population(
    resolved: ResolvedConfig, *, shard_users: int = 1_000
) -> duckdb.DuckDBPyConnection:
    """A warehouse with the generated tables."""
    con = duckdb.connect()
    for table in GENERATED_TABLES:
        con.execute(table.create_sql())
    for shard in generate(resolved, shard_users=shard_users):
        for table, rows in zip(GENERATED_TABLES, shard, strict=True):
            con.register("shard_rows", rows)
            con.execute(f'insert into "{table.name}" from shard_rows')
            con.unregister("shard_rows")
    return con


def a_judged_population(resolved: ResolvedConfig) -> duckdb.DuckDBPyConnection:
    """A warehouse with features of both windows and assignments as well."""
    con = a_population(resolved)
    build_recurring_streams(con, as_of=resolved.as_of)
    for window_days in WINDOWS_DAYS:
        build_features(
            con,
            as_of=resolved.as_of,
            window_days=window_days,
            history_start=resolved.history_start,
        )
    assign(con, as_of=resolved.as_of, thresholds=resolved.thresholds)
    return con


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return con.execute(query).fetchall()


def share(con: duckdb.DuckDBPyConnection, query: str) -> float:
    """The one number a query returns."""
    [(value,)] = con.execute(query).fetchall()
    return float(value)
