"""The advised tables: what each person may be told, and what too little fits."""

from typing import Any

import dagster as dg

from spendsense_pipeline.defs.features import FEATURE_INPUTS
from spendsense_pipeline.defs.metadata import asset_options
from spendsense_pipeline.defs.pictures import eligibility_funnel, items_by_persona
from spendsense_pipeline.defs.shards import make_or_take
from spendsense_pipeline.defs.stage import stage
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.publishing.identity import Stamp, stamp_table
from spendsense_pipeline.tables.advice import (
    ADVICE_TABLES,
    RECOMMENDATION_SHORTFALLS,
    RECOMMENDATIONS,
)
from spendsense_pipeline.tables.features import FEATURES_30D, FEATURES_180D
from spendsense_pipeline.tables.personas import PERSONA_ASSIGNMENTS
from spendsense_pipeline.tables.traces import DECISION_TRACES

INPUTS = (
    *FEATURE_INPUTS,
    FEATURES_30D.name,
    FEATURES_180D.name,
    PERSONA_ASSIGNMENTS.name,
    DECISION_TRACES.name,
)


@dg.asset(
    name=RECOMMENDATIONS.name,
    deps=INPUTS,
    **asset_options(
        RECOMMENDATIONS, kinds=("sql",), sources=("recommendations", "review", "personas")
    ),
)
def recommendations(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Choose for everybody what answers their signals, and say why in their own numbers."""
    from spendsense_pipeline.publishing.consent import read_decisions
    from spendsense_pipeline.recommendations import build_recommendations, catalogue_in_force
    from spendsense_pipeline.recommendations.build import write_content_items
    from spendsense_pipeline.recommendations.edits import render
    from spendsense_pipeline.recommendations.funnel import funnel
    from spendsense_pipeline.review.log import read
    from spendsense_pipeline.review.policy import unsaid
    from spendsense_pipeline.review.standing import apply_standing, standing
    from spendsense_pipeline.review.states import fold

    with stage(warehouse, RECOMMENDATIONS.name, inputs=INPUTS) as work:
        catalogue = catalogue_in_force(work.resolved)
        write_content_items(work.con, catalogue)
        make_or_take(
            work,
            (RECOMMENDATIONS, RECOMMENDATION_SHORTFALLS),
            lambda: build_recommendations(work.con, resolved=work.resolved, catalogue=catalogue),
        )
        resolved, settings = work.resolved, warehouse.settings
        folded = fold(read(settings), read_decisions(settings), resolved.as_of)
        where = standing(
            work.con,
            folded,
            unsaid=unsaid(resolved.controls.review_policy, None).state,
            render=lambda templates: render(work.con, templates),
        )
        apply_standing(work.con, where)
        for table in ADVICE_TABLES:
            if table is not RECOMMENDATIONS:
                stamp_table(work.con, table.name, Stamp.of(work.resolved))
                work.note_written(table)
        work.stop_clock()
        left = {
            each.kind: {
                "written for the persona": each.written,
                "a signal holds": each.answered,
                "eligible": each.eligible,
                "shown": each.shown,
            }
            for each in funnel(work.con, catalogue)
        }
        metadata = {
            "items by persona": items_by_persona(work.con),
            "from the catalogue to the person": eligibility_funnel(left),
            "catalogue": catalogue.version,
        }
        return work.result(RECOMMENDATIONS, metadata)
