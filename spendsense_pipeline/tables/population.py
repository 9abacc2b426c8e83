"""What came of the controls: asked for beside realised."""

from __future__ import annotations

from spendsense_pipeline.tables.declaration import AnyCount, Column, PipelineTable, Step
from spendsense_pipeline.tables.personas import JUDGE

CONTROL_FIDELITY = PipelineTable(
    "control_fidelity",
    "One row per operator control, or entry of one: what was asked for beside what the rows show.",
    (
        Column("position", "INTEGER", "Reading order: as the controls are declared"),
        Column("control", "VARCHAR", "Name of the control, `control.entry` for an entry of it"),
        Column(
            "requested",
            "DOUBLE",
            "The value asked for; null where it is a word",
            unit="the control's own",
            nullable=True,
        ),
        Column("requested_word", "VARCHAR", "The word asked for", nullable=True),
        Column(
            "realised",
            "DOUBLE",
            "What the raw tables and assignments show; null when nothing was found to measure",
            unit="the control's own",
            nullable=True,
        ),
        Column(
            "tolerance",
            "DOUBLE",
            "How far off it may be; null on a scale whose effect only rises with it",
            unit="the control's own",
            nullable=True,
        ),
        Column(
            "is_within", "BOOLEAN", "Whether it is; null where there is no tolerance", nullable=True
        ),
        Column("measured_as", "VARCHAR", "How its effect is measured"),
    ),
    primary_key=("control",),
    order_by=("position",),
    step=Step("control_fidelity", JUDGE, "compare the population with its controls"),
    rows=AnyCount("a row per entry of each control, and none for imported people"),
)
