"""What publishing adds to a dataset: the row that says what it is."""

from __future__ import annotations

from spendsense_pipeline.tables.declaration import (
    Column,
    LeftOut,
    PipelineTable,
    RowCount,
    Stage,
    Step,
)

PUBLISH = Stage("publish")
PUBLISHED = Step("published_dataset", PUBLISH, "verify and publish")

DATASET = PipelineTable(
    "dataset",
    "One row: what this dataset is, what it was made from, and when it was published.",
    (
        Column(
            "dataset_id", "VARCHAR", "Hash of the resolved configuration, as_of and code version"
        ),
        Column("as_of", "DATE", "The day the dataset describes; nothing in it is later"),
        Column("history_start", "DATE", "First day of the transaction history"),
        Column("seed", "BIGINT", "Seed of the generated world"),
        Column("preset", "VARCHAR", "Preset the configuration started from", nullable=True),
        Column(
            "config_hash", "VARCHAR", "Hash of the resolved configuration, history start included"
        ),
        Column("rules_version", "VARCHAR", "Version of the persona rule book with its thresholds"),
        Column("code_version", "VARCHAR", "Content hash of the code that made it"),
        Column("run_id", "VARCHAR", "Dagster run that published it", nullable=True),
        Column("published_at", "TIMESTAMP", "When it was published, by the clock", unit="UTC"),
    ),
    primary_key=("dataset_id",),
    order_by=("dataset_id",),
    step=PUBLISHED,
    asset_name=PUBLISHED.name,
    rows=RowCount("exactly one", "select 1"),
    left_out=(LeftOut("summary", "its one row is what the summary opens with"),),
)
