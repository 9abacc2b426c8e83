"""The published dataset: checked once more, then swapped in for readers."""

import datetime as dt
from typing import Any

import dagster as dg

from spendsense_pipeline.defs.metadata import asset_options
from spendsense_pipeline.defs.population import published_population
from spendsense_pipeline.defs.stage import Stage, stage
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.publishing.identity import require_one_dataset
from spendsense_pipeline.tables.dataset import DATASET
from spendsense_pipeline.tables.features import FEATURES_30D, FEATURES_180D, RECURRING_STREAMS
from spendsense_pipeline.tables.personas import (
    FAIRNESS_REPORT,
    PERSONA_ASSIGNMENTS,
    PERSONA_TRANSITIONS,
)
from spendsense_pipeline.tables.population import CONTROL_FIDELITY
from spendsense_pipeline.tables.raw import GENERATED_TABLES
from spendsense_pipeline.tables.traces import DECISION_TRACES

GROUP = "publish"
PUBLISHED_DATASET = "published_dataset"
INPUTS = (
    "operator_controls",
    *(table.name for table in GENERATED_TABLES),
    RECURRING_STREAMS.name,
    FEATURES_30D.name,
    FEATURES_180D.name,
    PERSONA_ASSIGNMENTS.name,
    PERSONA_TRANSITIONS.name,
    FAIRNESS_REPORT.name,
    CONTROL_FIDELITY.name,
    DECISION_TRACES.name,
)
# The schedule refreshes every 24 hours; a missed night shows after 25, two are a failure.
FRESHNESS = dg.FreshnessPolicy.time_window(
    warn_window=dt.timedelta(hours=25), fail_window=dt.timedelta(hours=49)
)


@dg.asset(
    name=PUBLISHED_DATASET,
    deps=INPUTS,
    freshness_policy=FRESHNESS,
    **asset_options(
        DATASET,
        group=GROUP,
        kinds=("file",),
        sources=("publishing", "checks"),
        description=(
            "The complete dataset readers open: `spendsense.duckdb` in the data directory, replaced"
            " whole and only after every blocking check has passed again on exactly what is"
            " published. Its table `dataset` says what it is."
        ),
    ),
)
def published_dataset(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> dg.MaterializeResult[Any]:
    """Verify everything once more and swap it in."""
    from spendsense_pipeline.personas.rules import rules_version
    from spendsense_pipeline.publishing.publish import publish
    from spendsense_pipeline.publishing.retention import prune

    with stage(warehouse, PUBLISHED_DATASET) as work:
        settings, resolved = warehouse.settings, work.resolved
        require_one_dataset(work.con, INPUTS, resolved)
        _verify(work)
        metadata = published_population(work)
        dataset = publish(
            work.con,
            settings,
            resolved,
            rules_version=rules_version(resolved.thresholds),
            run_id=context.run.run_id,
            now=dt.datetime.now(dt.UTC),
            is_all_new=warehouse.began_empty,
        )
        for path in prune(settings):
            context.log.info("Removed the old dataset %s", path.name)
        metadata |= {
            "seed": dataset.seed,
            "preset": dataset.preset or "default",
            "history_start": dataset.history_start.isoformat(),
            "database": dg.MetadataValue.path(str(settings.published_path)),
            "size in MB": round(dataset.path.stat().st_size / 1e6, 1),
        }
        work.stop_clock()
        # Numbers plot over nights: where a refresh spends its time, on one page.
        metadata |= {f"seconds {name}": s for name, s in warehouse.seconds_by_stage.items()}
        return work.result(DATASET, metadata, asset_key=PUBLISHED_DATASET)


def _verify(work: Stage) -> None:
    """Check what is about to be published, whatever an earlier run found.

    Checks that passed in this run saw the very rows that are published and are not repeated.

    Raises:
        dg.Failure: when one that blocks fails, naming figure, bound and remedy.
    """
    from spendsense_pipeline.checks import CHECKS, run_checks

    open_promises = [
        check
        for check in CHECKS
        if check.blocking and not work.warehouse.has_passed(check.asset, check.name)
    ]
    outcomes = run_checks(work.con, open_promises, work.resolved)
    blocking = [outcome for outcome in outcomes if outcome.blocks]
    if blocking:
        promises = "promise is" if len(blocking) == 1 else "promises are"
        raise dg.Failure(
            description="\n".join(
                [
                    f"Not published: {len(blocking)} {promises} broken. The published dataset is"
                    " untouched.",
                    *(outcome.sentence() for outcome in blocking),
                ]
            ),
            allow_retries=False,
        )
