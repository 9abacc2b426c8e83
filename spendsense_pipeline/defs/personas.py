"""The judged tables: who is what, how that changed since last night and from month to month,
whether groups differ, and what came of each control.
"""

from typing import Any

import dagster as dg

from spendsense_pipeline.defs.features import RAW_INPUTS
from spendsense_pipeline.defs.metadata import asset_options
from spendsense_pipeline.defs.pictures import personas_by_month
from spendsense_pipeline.defs.population import fidelity_of_controls, judged_population
from spendsense_pipeline.defs.shards import make_or_take
from spendsense_pipeline.defs.stage import stage
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.publishing.warehouse import NoDatasetError, current_dataset_path
from spendsense_pipeline.tables.features import FEATURES_30D, FEATURES_180D
from spendsense_pipeline.tables.personas import (
    FAIRNESS_REPORT,
    JUDGED_PREDICATES,
    PERSONA_ASSIGNMENTS,
    PERSONA_HISTORY,
    PERSONA_TRANSITIONS,
)
from spendsense_pipeline.tables.population import CONTROL_FIDELITY
from spendsense_pipeline.tables.raw import GENERATED_TABLES, RAW_USERS

INPUTS = (RAW_USERS.name, FEATURES_30D.name, FEATURES_180D.name)
_SOURCES = ("personas",)


@dg.asset(
    name=PERSONA_ASSIGNMENTS.name,
    deps=INPUTS,
    **asset_options(PERSONA_ASSIGNMENTS, kinds=("sql",), sources=_SOURCES),
)
def persona_assignments(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Judge every rule for every consenting user in both windows."""
    from spendsense_pipeline.personas.assignment import assign
    from spendsense_pipeline.personas.rules import rules_version

    with stage(warehouse, PERSONA_ASSIGNMENTS.name, inputs=INPUTS) as work:
        thresholds = work.resolved.thresholds
        make_or_take(
            work,
            (PERSONA_ASSIGNMENTS, JUDGED_PREDICATES),
            lambda: assign(work.con, as_of=work.resolved.as_of, thresholds=thresholds),
        )
        work.stop_clock()
        metadata = judged_population(work)
        metadata["rules_version"] = rules_version(thresholds)
        return work.result(PERSONA_ASSIGNMENTS, metadata)


@dg.asset(
    name=PERSONA_TRANSITIONS.name,
    deps=[PERSONA_ASSIGNMENTS.name, FEATURES_30D.name, FEATURES_180D.name],
    **asset_options(PERSONA_TRANSITIONS, kinds=("sql",), sources=_SOURCES),
)
def persona_transitions(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Compare tonight's personas with the published dataset's."""
    from spendsense_pipeline.personas.transitions import build_transitions

    with stage(
        warehouse, PERSONA_TRANSITIONS.name, inputs=(*INPUTS, PERSONA_ASSIGNMENTS.name)
    ) as work:
        try:
            previous = current_dataset_path(warehouse.settings)
        except NoDatasetError:
            previous = None
        build_transitions(work.con, previous, resolved=work.resolved)
        return work.result(PERSONA_TRANSITIONS)


@dg.asset(
    name=PERSONA_HISTORY.name,
    deps=[*RAW_INPUTS, PERSONA_ASSIGNMENTS.name],
    **asset_options(PERSONA_HISTORY, kinds=("sql",), sources=("personas", "features", "plaid")),
)
def persona_history(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Judge everybody at the end of every month."""
    from spendsense_pipeline.personas.history import build_history, months_judged

    inputs = (*RAW_INPUTS, PERSONA_ASSIGNMENTS.name)
    with stage(warehouse, PERSONA_HISTORY.name, inputs=inputs) as work:
        resolved = work.resolved
        [(people,)] = work.con.execute("select count(*) from raw_users").fetchall()
        build_history(
            work.con,
            as_of=resolved.as_of,
            history_start=resolved.measured_from,
            thresholds=resolved.thresholds,
            months=months_judged(resolved.controls.persona_history_months, int(people)),
        )
        work.stop_clock()
        return work.result(PERSONA_HISTORY, {"months": personas_by_month(work.con)})


@dg.asset(
    name=FAIRNESS_REPORT.name,
    deps=[RAW_USERS.name, PERSONA_ASSIGNMENTS.name],
    **asset_options(FAIRNESS_REPORT, kinds=("sql",), sources=_SOURCES),
)
def fairness_report(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Compare the outcome between demographic groups."""
    from spendsense_pipeline.personas.fairness import build_fairness_report

    inputs = (RAW_USERS.name, PERSONA_ASSIGNMENTS.name)
    with stage(warehouse, FAIRNESS_REPORT.name, inputs=inputs) as work:
        build_fairness_report(work.con)
        [(beyond,)] = work.con.execute(
            "select count(*) from fairness_report where is_beyond"
        ).fetchall()
        return work.result(FAIRNESS_REPORT, {"groups beyond tolerance": int(beyond)})


@dg.asset(
    name=CONTROL_FIDELITY.name,
    deps=[*(table.name for table in GENERATED_TABLES), PERSONA_ASSIGNMENTS.name],
    **asset_options(CONTROL_FIDELITY, kinds=("sql",), sources=("checks", "controls")),
)
def control_fidelity(warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Compare what was asked of the population with what the rows show."""
    from spendsense_pipeline.checks.control_fidelity import build_control_fidelity

    inputs = (*(table.name for table in GENERATED_TABLES), PERSONA_ASSIGNMENTS.name)
    with stage(warehouse, CONTROL_FIDELITY.name, inputs=inputs) as work:
        staged = warehouse.staged(work.con, work.resolved)
        build_control_fidelity(work.con, work.resolved, staged=staged)
        warehouse.drop_staged()
        return work.result(CONTROL_FIDELITY, fidelity_of_controls(work))
