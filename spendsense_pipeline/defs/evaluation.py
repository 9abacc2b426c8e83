"""The scores: how well the pipeline does what it says, where the generator knows the truth."""

from typing import Any

import dagster as dg

from spendsense_pipeline.defs.features import RAW_INPUTS
from spendsense_pipeline.defs.metadata import asset_options
from spendsense_pipeline.defs.stage import stage
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.tables.evaluation import EVALUATION, EVENT_DETECTION
from spendsense_pipeline.tables.personas import PERSONA_ASSIGNMENTS
from spendsense_pipeline.tables.raw import LIFE_EVENTS


@dg.asset(
    name=EVENT_DETECTION.name,
    deps=[*RAW_INPUTS, LIFE_EVENTS.name, PERSONA_ASSIGNMENTS.name],
    **asset_options(
        EVENT_DETECTION, kinds=("sql",), sources=("evaluation", "personas", "features", "plaid")
    ),
)
def event_detection(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Find the day on which each window showed what a life event had made of somebody."""
    from spendsense_pipeline.evaluation.event_detection import build_event_detection, is_scored

    inputs = (*RAW_INPUTS, LIFE_EVENTS.name, PERSONA_ASSIGNMENTS.name)
    with stage(warehouse, EVENT_DETECTION.name, inputs=inputs) as work:
        resolved = work.resolved
        [(people,)] = work.con.execute("select count(*) from raw_users").fetchall()
        build_event_detection(
            work.con,
            as_of=resolved.as_of,
            history_start=resolved.measured_from,
            thresholds=resolved.thresholds,
            scored=is_scored(resolved.config.persona_history_months, int(people)),
        )
        work.stop_clock()
        return work.result(EVENT_DETECTION)


@dg.asset(
    name=EVALUATION.name,
    deps=[EVENT_DETECTION.name],
    **asset_options(EVALUATION, kinds=("sql",), sources=("evaluation",)),
)
def evaluation(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Put the scores together."""
    from spendsense_pipeline.evaluation.measures import build_evaluation

    with stage(warehouse, EVALUATION.name, inputs=(EVENT_DETECTION.name,)) as work:
        build_evaluation(work.con)
        return work.result(EVALUATION)
