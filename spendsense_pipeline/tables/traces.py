"""The explained table: one decision trace per assignment."""

from __future__ import annotations

from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.tables.declaration import (
    Column,
    ForeignKey,
    PipelineTable,
    RowCount,
    Stage,
    Step,
)

EXPLAIN = Stage("explain")

DECISION_TRACES = PipelineTable(
    "decision_traces",
    "One row per assignment: the whole decision as JSON, from which it can be judged again.",
    (
        Column("trace_id", "VARCHAR", "Hash of the trace's content: no run id, no clock"),
        Column("user_id", "VARCHAR", "The person"),
        Column("window_days", "INTEGER", "Length of the window judged", unit="days"),
        Column("as_of", "DATE", "Last day of the window"),
        Column("primary_persona", "VARCHAR", "Persona the trace explains", allowed=PERSONA_KEYS),
        Column("rules_version", "VARCHAR", "Hash of the rules and thresholds that judged"),
        Column("code_version", "VARCHAR", "Hash of the program that made it"),
        Column("config_hash", "VARCHAR", "Hash of the operator's configuration"),
        Column("dataset_id", "VARCHAR", "Dataset the trace belongs to"),
        # Six thousand characters of which most repeat: an eighth of the time and a seventh of the
        # disk that DuckDB's own choice takes.
        Column(
            "trace", "JSON", "The trace, as traces/schema.json describes it", compression="zstd"
        ),
    ),
    primary_key=("user_id", "window_days"),
    order_by=("user_id", "window_days"),
    foreign_keys=(
        ForeignKey(("user_id", "window_days"), "persona_assignments", ("user_id", "window_days")),
    ),
    step=Step("decision_traces", EXPLAIN, "explain"),
    rows=RowCount("one per assignment", "select count(*) from persona_assignments"),
)
