"""Every table of the pipeline, declared once, in the order data flows.

A declaration holds what a table is and where it stands; what lists tables asks here. How the rows
come about is for the package of the table's stage. Imports none of them (but the personas' keys, from
the rule book), nor any library.
"""

from __future__ import annotations

from spendsense_pipeline.tables.advice import ADVICE_TABLES
from spendsense_pipeline.tables.controls import IMPORT_REPORT, OPERATOR_CONTROLS
from spendsense_pipeline.tables.dataset import DATASET
from spendsense_pipeline.tables.declaration import PipelineTable, Place, Stage, Step
from spendsense_pipeline.tables.evaluation import SCORED_TABLES
from spendsense_pipeline.tables.features import MEASURED_TABLES
from spendsense_pipeline.tables.personas import JUDGED_TABLES
from spendsense_pipeline.tables.population import CONTROL_FIDELITY
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline.tables.runs import RUN_TABLES
from spendsense_pipeline.tables.traces import DECISION_TRACES

__all__ = ["TABLES", "steps", "tables_in", "tables_of"]

TABLES: tuple[PipelineTable, ...] = (
    OPERATOR_CONTROLS,
    IMPORT_REPORT,
    *GENERATED_TABLES,
    *MEASURED_TABLES,
    *JUDGED_TABLES,
    CONTROL_FIDELITY,
    DECISION_TRACES,
    *ADVICE_TABLES,
    *SCORED_TABLES,
    *RUN_TABLES,
    DATASET,
)


def tables_in(place: Place) -> tuple[PipelineTable, ...]:
    """The tables that stand in a place, in the order data flows."""
    return tuple(table for table in TABLES if table.stands_in(place))


def tables_of(maker: Stage | Step) -> tuple[PipelineTable, ...]:
    """The tables that a stage or one of its steps makes."""
    return tuple(table for table in TABLES if maker in (table.stage, table.step))


def steps() -> dict[str, Step]:
    """Every step that makes a table, by name."""
    return {table.step.name: table.step for table in TABLES}
