"""What the operator asked for, as the table everything after it reads."""

from __future__ import annotations

from spendsense_pipeline.tables.declaration import Column, PipelineTable, Stage, Step
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
