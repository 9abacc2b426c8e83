"""A settled configuration and a tiny warehouse on disk, for tests of what happens to whole datasets."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from spendsense_pipeline.controls import OperatorConfig, ResolvedConfig, resolve
from spendsense_pipeline.publishing.identity import Stamp, stamp_table
from spendsense_pipeline.publishing.loading import load_rows
from spendsense_pipeline.publishing.publish import Dataset, publish
from spendsense_pipeline.publishing.warehouse import open_building
from spendsense_pipeline.settings import Settings
from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS
from spendsense_pipeline.tables.raw import RAW_USERS
from spendsense_pipeline_tests.builders import AS_OF, a_user

NOW = dt.datetime(2026, 7, 1, 3, tzinfo=dt.UTC)


def settings_in(data_dir: Path) -> Settings:
    return Settings(
        data_dir=data_dir,
        timezone=zoneinfo.ZoneInfo("UTC"),
        max_users=1000,
        dagster_home=data_dir / "dagster_home",
    )


def a_config(as_of: dt.date = AS_OF, **changes: object) -> ResolvedConfig:
    return resolve(OperatorConfig(config=changes), as_of=as_of)


@contextmanager
def a_building(
    settings: Settings, resolved: ResolvedConfig, users: int = 2
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse being built that holds controls, some users and their assignments."""
    with open_building(settings) as con:
        load_rows(con, OPERATOR_CONTROLS, resolved.to_rows())
        load_rows(con, RAW_USERS, [a_user(f"user_{n:04d}") for n in range(users)])
        con.execute(
            "create or replace table persona_assignments as"
            " select user_id, 30 as window_days, 'general' as primary_persona from raw_users"
        )
        con.execute("create or replace table _features_unrounded_30d as select 1 as x")
        for table in (OPERATOR_CONTROLS.name, RAW_USERS.name, "persona_assignments"):
            stamp_table(con, table, Stamp.of(resolved))
        yield con


def published(
    settings: Settings, resolved: ResolvedConfig | None = None, *, users: int = 2, minute: int = 0
) -> Dataset:
    """Build a tiny warehouse and publish it."""
    resolved = resolved or a_config()
    with a_building(settings, resolved, users) as con:
        return publish(
            con,
            settings,
            resolved,
            rules_version="r1",
            run_id="run",
            now=NOW + dt.timedelta(minutes=minute),
        )
