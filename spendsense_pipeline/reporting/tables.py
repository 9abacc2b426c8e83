"""Every table of a published dataset as declared, in the order data flows."""

from __future__ import annotations

import functools

from spendsense_pipeline.tables.declaration import Table
from spendsense_pipeline.tables.raw import GENERATED_TABLES


@functools.cache
def published_tables() -> tuple[Table, ...]:
    """The declarations; asked for late, because the packages behind them take time to import."""
    from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS
    from spendsense_pipeline.tables.dataset import DATASET
    from spendsense_pipeline.tables.features import FEATURES_30D, FEATURES_180D, RECURRING_STREAMS
    from spendsense_pipeline.tables.personas import (
        FAIRNESS_REPORT,
        PERSONA_ASSIGNMENTS,
        PERSONA_TRANSITIONS,
    )
    from spendsense_pipeline.tables.traces import DECISION_TRACES

    return (
        OPERATOR_CONTROLS,
        *GENERATED_TABLES,
        RECURRING_STREAMS,
        FEATURES_30D,
        FEATURES_180D,
        PERSONA_ASSIGNMENTS,
        PERSONA_TRANSITIONS,
        FAIRNESS_REPORT,
        DECISION_TRACES,
        DATASET,
    )
