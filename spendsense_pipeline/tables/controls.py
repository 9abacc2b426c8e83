"""What the operator asked for, as the table everything after it reads."""

from __future__ import annotations

from spendsense_pipeline.tables.declaration import (
    AnyCount,
    Column,
    PipelineTable,
    Stage,
    Step,
)
from spendsense_pipeline.tables.raw import SOME_ROWS

CONTROLS = Stage("controls")

OPERATOR_CONTROLS = PipelineTable(
    "operator_controls",
    "One row per value in force for this dataset, with where it came from.",
    (
        Column("position", "INTEGER", "Reading order"),
        Column(
            "section",
            "VARCHAR",
            "Which part of the configuration it belongs to",
            allowed=("run", "config", "controls", "thresholds", "expectations"),
        ),
        Column("name", "VARCHAR", "Name of the value"),
        Column("value", "VARCHAR", "The value in force, as JSON"),
        Column("default_value", "VARCHAR", "Its default, as JSON", nullable=True),
        Column(
            "source",
            "VARCHAR",
            "Where the value came from",
            allowed=("default", "preset", "operator"),
        ),
        Column("unit", "VARCHAR", "Unit of the value", nullable=True),
        Column("bounds", "VARCHAR", "What is allowed", nullable=True),
        Column("description", "VARCHAR", "What it does"),
        Column("measured_as", "VARCHAR", "How its effect is measured", nullable=True),
    ),
    primary_key=("section", "name"),
    order_by=("position",),
    step=Step("operator_controls", CONTROLS, "settle the controls"),
    rows=SOME_ROWS,
)

IMPORT_REPORT = PipelineTable(
    "import_report",
    "One row per thing that became of data brought in: read, set aside, odd, or not given.",
    (
        Column("position", "INTEGER", "Reading order"),
        Column(
            "outcome",
            "VARCHAR",
            "What became of it: a `note` is odd and cost a value or is worth a look",
            allowed=("read", "set aside", "note", "not given"),
        ),
        Column("file", "VARCHAR", "The file, or the part of one, that it is about"),
        Column("row_count", "BIGINT", "How many rows or lines", unit="rows"),
        Column("text", "VARCHAR", "What they were read as, or why they were not"),
        Column("remedy", "VARCHAR", "How it could be said or mended", nullable=True),
        Column("first_rows", "VARCHAR", "Where the first of them stand", nullable=True),
    ),
    primary_key=("position",),
    order_by=("position",),
    step=OPERATOR_CONTROLS.step,
    asset_name=OPERATOR_CONTROLS.name,
    rows=AnyCount("none for generated people; of an import as many as there is to say"),
)
