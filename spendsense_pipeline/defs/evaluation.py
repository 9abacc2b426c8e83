"""The scores: how well the pipeline does what it says, where the generator knows the truth."""

from typing import Any

import dagster as dg

from spendsense_pipeline.checks.replaying import TRACES_REPLAY
from spendsense_pipeline.defs.features import RAW_INPUTS
from spendsense_pipeline.defs.metadata import asset_options
from spendsense_pipeline.defs.pictures import fairness_intervals
from spendsense_pipeline.defs.stage import stage
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.tables import TABLES
from spendsense_pipeline.tables.evaluation import EVALUATION, EVENT_DETECTION
from spendsense_pipeline.tables.personas import PERSONA_ASSIGNMENTS
from spendsense_pipeline.tables.raw import LIFE_EVENTS
from spendsense_pipeline.tables.traces import DECISION_TRACES

# Whoever asks what is left of somebody asks every table that only knows consenting people.
INPUTS = tuple(
    dict.fromkeys([*RAW_INPUTS, *(table.asset for table in TABLES if table.holds_only_consenting)])
)


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
            scored=is_scored(resolved.controls.persona_history_months, int(people)),
        )
        work.stop_clock()
        return work.result(EVENT_DETECTION)


@dg.asset(
    name=EVALUATION.name,
    deps=INPUTS,
    **asset_options(
        EVALUATION,
        kinds=("sql",),
        sources=("evaluation", "recommendations", "personas", "traces", "controls"),
    ),
)
def evaluation(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Score what was found and what is advised, and plant what must be stopped."""
    from spendsense_pipeline.evaluation.measures import build_evaluation
    from spendsense_pipeline.recommendations.guardrails.planting import recall

    with stage(warehouse, EVALUATION.name, inputs=INPUTS) as work:
        build_evaluation(
            work.con,
            resolved=work.resolved,
            # That check saw the very rows that are there now.
            all_replay=warehouse.record.has_passed(DECISION_TRACES.name, TRACES_REPLAY),
            recall=recall,
        )
        work.stop_clock()
        return work.result(EVALUATION, {"fairness": fairness_intervals(work.con)})
