"""Small populations, and what their tables hold, in an order that does not depend on files."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from spendsense_pipeline.controls import (
    DataGenerationConfig,
    OperatorConfig,
    ResolvedConfig,
    resolve,
)
from spendsense_pipeline.generation import generate
from spendsense_pipeline.personas import assign
from spendsense_pipeline.publishing.identity import code_version, dataset_id
from spendsense_pipeline.publishing.loading import TableLoader
from spendsense_pipeline.scaling.ranges import PEOPLE_AT_ONCE, measure_features, measure_streams
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline.traces import build_traces

AS_OF = dt.date(2026, 6, 30)


def asked(users: int, *, seed: int = 11, months: int = 4) -> ResolvedConfig:
    config = DataGenerationConfig(num_users=users, seed=seed, months_history=months)
    return resolve(OperatorConfig(config=config), as_of=AS_OF)


def generated(resolved: ResolvedConfig) -> duckdb.DuckDBPyConnection:
    """The raw tables of the whole population in one database."""
    con = duckdb.connect()
    loaders = [TableLoader(con, table) for table in GENERATED_TABLES]
    for shard in generate(resolved):
        for loader, rows in zip(loaders, shard, strict=True):
            loader.add(rows)
    for loader in loaders:
        loader.finish()
    return con


def derive(
    con: duckdb.DuckDBPyConnection,
    resolved: ResolvedConfig,
    *,
    people_at_once: int = PEOPLE_AT_ONCE,
) -> None:
    """Everything after the raw tables, as the pipeline's steps do it."""
    measure_streams(con, as_of=resolved.as_of, people_at_once=people_at_once)
    for window_days in (30, 180):
        measure_features(
            con,
            as_of=resolved.as_of,
            window_days=window_days,
            history_start=resolved.history_start,
            people_at_once=people_at_once,
        )
    assign(con, as_of=resolved.as_of, thresholds=resolved.thresholds)
    build_traces(
        con,
        resolved=resolved,
        dataset_id=dataset_id(resolved),
        code_version=code_version(),
    )


def rows(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[Any, ...]]:
    """Every row, in one order whatever the stored order."""
    return con.execute(f'select * from "{table}" order by all').fetchall()
