"""The table of contents: stages in the order data flows, their checks, jobs, schedule and sensors.

What a stage does is in the module of `defs` named for it.
"""

import dagster as dg

from spendsense_pipeline.defs import (
    evaluation,
    exports,
    features,
    operator_controls,
    personas,
    publish,
    raw,
    recommendations,
    traces,
)
from spendsense_pipeline.defs.checks import ASSET_CHECKS
from spendsense_pipeline.defs.jobs import JOBS
from spendsense_pipeline.defs.schedules import nightly_demo_refresh
from spendsense_pipeline.defs.sensors import LogNotifier, dead_runs_sensor, failure_sensor
from spendsense_pipeline.defs.warehouse import Warehouse

STAGES = (
    operator_controls,
    raw,
    features,
    personas,
    traces,
    recommendations,
    evaluation,
    publish,
    exports,
)

defs = dg.Definitions(
    assets=dg.load_assets_from_modules(STAGES),
    asset_checks=ASSET_CHECKS,
    jobs=JOBS,
    schedules=[nightly_demo_refresh],
    sensors=[failure_sensor(LogNotifier()), dead_runs_sensor],
    resources={"warehouse": Warehouse()},
    # One process per step would cost 1.7 s of CPU each and give several of them the one writer.
    executor=dg.in_process_executor,
)
