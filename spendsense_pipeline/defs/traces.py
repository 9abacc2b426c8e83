"""The explained table: one decision trace per assignment."""

from typing import Any

import dagster as dg

from spendsense_pipeline.defs.features import FEATURE_INPUTS
from spendsense_pipeline.defs.metadata import asset_options
from spendsense_pipeline.defs.shards import make_or_take
from spendsense_pipeline.defs.stage import stage
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.publishing.identity import code_version, dataset_id
from spendsense_pipeline.tables.features import FEATURES_30D, FEATURES_180D
from spendsense_pipeline.tables.personas import PERSONA_ASSIGNMENTS
from spendsense_pipeline.tables.traces import DECISION_TRACES

INPUTS = (*FEATURE_INPUTS, FEATURES_30D.name, FEATURES_180D.name, PERSONA_ASSIGNMENTS.name)


@dg.asset(
    name=DECISION_TRACES.name,
    deps=INPUTS,
    **asset_options(DECISION_TRACES, kinds=("json",), sources=("traces", "personas")),
)
def decision_traces(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Explain every assignment with the user's own numbers."""
    from spendsense_pipeline.traces import build_traces

    with stage(warehouse, DECISION_TRACES.name, inputs=INPUTS) as work:
        make_or_take(
            work,
            (DECISION_TRACES,),
            lambda: build_traces(
                work.con,
                resolved=work.resolved,
                dataset_id=dataset_id(work.resolved),
                code_version=code_version(),
            ),
        )
        example = work.con.execute(
            "select trace ->> '$.explanation' from decision_traces order by user_id limit 1"
        ).fetchall()
        text = str(example[0][0]) if example else "nobody consents: there is nothing to explain"
        return work.result(DECISION_TRACES, {"an explanation": dg.MetadataValue.md(text)})
