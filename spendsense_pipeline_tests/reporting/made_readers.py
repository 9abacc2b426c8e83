"""Datasets of a few rows, as a reader opens them: every declared table is there, most are empty."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.publishing.loading import load_rows
from spendsense_pipeline.publishing.publish import Dataset
from spendsense_pipeline.reporting.dataset_reader import DatasetReader
from spendsense_pipeline.tables import tables_in
from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS
from spendsense_pipeline_tests.fixtures.rows import AS_OF, HISTORY_START
from spendsense_pipeline_tests.fixtures.tiny_dataset import a_config


def a_reader(resolved: ResolvedConfig | None = None) -> DatasetReader:
    """Every table of a dataset, without a row but the controls."""
    resolved = resolved or a_config()
    con = duckdb.connect()
    for table in tables_in("dataset"):
        con.execute(table.create_sql())
    load_rows(con, OPERATOR_CONTROLS, resolved.to_rows())
    published_at = dt.datetime(2026, 7, 1, 3)  # noqa: DTZ001  (tables hold UTC without zone)
    dataset = Dataset(
        "d", AS_OF, HISTORY_START, 1, resolved.preset, "c", "r", "v", None, published_at, Path("d")
    )
    return DatasetReader(con, dataset)
