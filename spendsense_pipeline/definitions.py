"""The table of contents: stages in the order data flows, their checks, jobs, schedule and sensors.

What a stage does is in the module of `defs` named for it.
"""

import dagster as dg

from spendsense_pipeline.defs.checks import ASSET_CHECKS
from spendsense_pipeline.defs.exports import exports
from spendsense_pipeline.defs.features import features_30d, features_180d, recurring_streams
from spendsense_pipeline.defs.jobs import JOBS
from spendsense_pipeline.defs.operator_controls import operator_controls
from spendsense_pipeline.defs.personas import (
    control_fidelity,
    fairness_report,
    persona_assignments,
    persona_transitions,
)
from spendsense_pipeline.defs.publish import published_dataset
from spendsense_pipeline.defs.raw import raw
from spendsense_pipeline.defs.schedules import nightly_demo_refresh
from spendsense_pipeline.defs.sensors import LogNotifier, dead_runs_sensor, failure_sensor
from spendsense_pipeline.defs.traces import decision_traces
from spendsense_pipeline.defs.warehouse import Warehouse

defs = dg.Definitions(
    assets=[
        operator_controls,
        raw,
        recurring_streams,
        features_30d,
        features_180d,
        persona_assignments,
        persona_transitions,
        fairness_report,
        control_fidelity,
        decision_traces,
        published_dataset,
        exports,
    ],
    asset_checks=ASSET_CHECKS,
    jobs=JOBS,
    schedules=[nightly_demo_refresh],
    sensors=[failure_sensor(LogNotifier()), dead_runs_sensor],
    resources={"warehouse": Warehouse()},
    # One process per step would cost 1.7 s of CPU each and give several of them the one writer.
    executor=dg.in_process_executor,
)
