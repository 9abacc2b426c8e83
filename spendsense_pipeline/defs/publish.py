"""The published dataset: checked once more, then swapped in for readers."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from spendsense_pipeline.checks import CHECKS, Check, CheckOutcome, run_checks
from spendsense_pipeline.defs.checks import check_result, check_spec
from spendsense_pipeline.defs.metadata import asset_options
from spendsense_pipeline.defs.population import published_population
from spendsense_pipeline.defs.stage import Stage, stage
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.publishing.identity import (
    Stamp,
    dataset_id,
    require_one_dataset,
    stamp_table,
)
from spendsense_pipeline.tables import steps, tables_in
from spendsense_pipeline.tables.dataset import DATASET, PUBLISHED
from spendsense_pipeline.tables.runs import RUN_TABLES

_MADE_BEFORE = tuple(table for table in tables_in("dataset") if table.step != PUBLISHED)
INPUTS = tuple(dict.fromkeys(table.asset for table in _MADE_BEFORE))
_CHECKS = tuple(check for check in CHECKS if check.asset == PUBLISHED.name)
# The schedule refreshes every 24 hours; a missed night shows after 25, two are a failure.
FRESHNESS = dg.FreshnessPolicy.time_window(
    warn_window=dt.timedelta(hours=25), fail_window=dt.timedelta(hours=49)
)


@dg.asset(
    name=PUBLISHED.name,
    deps=INPUTS,
    check_specs=[check_spec(check) for check in _CHECKS],
    freshness_policy=FRESHNESS,
    **asset_options(
        DATASET,
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
) -> Iterator[dg.MaterializeResult[Any]]:
    """Verify everything once more and swap it in."""
    from spendsense_pipeline.personas.rules import rules_version
    from spendsense_pipeline.publishing.publish import publish
    from spendsense_pipeline.publishing.retention import prune

    with stage(warehouse, PUBLISHED.name) as work:
        settings, resolved = warehouse.settings, work.resolved
        require_one_dataset(work.con, [table.name for table in _MADE_BEFORE], resolved)
        own: list[CheckOutcome] = []
        now = dt.datetime.now(dt.UTC)

        def verify() -> None:
            own.extend(_verify(work))
            _end_approvals(work, now)

        dataset = publish(
            work.con,
            settings,
            resolved,
            rules_version=rules_version(resolved.thresholds),
            run_id=context.run.run_id,
            now=now,
            is_all_new=warehouse.began_empty,
            verify=verify,
        )
        for path in prune(settings):
            context.log.info("Removed the old dataset %s", path.name)
        metadata = published_population(work) | {
            "seed": dataset.seed,
            "preset": dataset.preset or "default",
            "history_start": dataset.history_start.isoformat(),
            "database": dg.MetadataValue.path(str(settings.published_path)),
            "size in MB": round(dataset.path.stat().st_size / 1e6, 1),
        }
        work.stop_clock()
        # Numbers plot over nights: where a refresh spends its time, on one page.
        taken = warehouse.record.seconds
        metadata |= {f"seconds {name}": taken[name] for name in steps() if name in taken}
        yield work.result(DATASET, metadata, check_results=[check_result(o) for o in own])


def _verify(work: Stage) -> list[CheckOutcome]:
    """Check what is about to be published, whatever an earlier run found, and record it there.

    Checks that passed in this run saw the very rows that are published and are not repeated.

    Returns:
        What was found about the tables this step makes itself.

    Raises:
        dg.Failure: when a check that blocks fails, naming figure, bound and remedy.
    """
    from spendsense_pipeline.review.log import read as read_reviews

    record = work.warehouse.record
    open_promises = [
        check
        for check in CHECKS
        if check.blocking
        and check not in _CHECKS
        and not record.has_passed(check.asset, check.name)
    ]
    record.note_checks(work.con, _kept(work, open_promises))
    work.note_seconds()
    record.note_advice(work.con, read_reviews(work.warehouse.settings))
    for table in RUN_TABLES:
        stamp_table(work.con, table.name, Stamp.of(work.resolved))
    own = _kept(work, _CHECKS)
    record.note_checks(work.con, own)
    # Their outcomes are rows of what they are about: that they hold with these is asked once more.
    return _kept(work, _CHECKS)


def _end_approvals(work: Stage, now: dt.datetime) -> None:
    """Record which approvals of items end with what is published: they do not fit any more, or are
    old. Said before readers see it: if publishing then fails, somebody approves once more.
    """
    from spendsense_pipeline.recommendations import catalogue_in_force
    from spendsense_pipeline.recommendations.build import eligible_ids
    from spendsense_pipeline.review.log import end_approvals, read
    from spendsense_pipeline.review.policy import approved_people, endings
    from spendsense_pipeline.review.requests import Occasion

    settings, resolved = work.warehouse.settings, work.resolved
    entries = read(settings)
    eligible = eligible_ids(
        work.con,
        resolved=resolved,
        catalogue=catalogue_in_force(resolved),
        user_ids=approved_people(entries),
    )
    reasons = endings(entries, eligible, resolved.as_of)
    occasion = Occasion(resolved.as_of, dataset_id(resolved), now)
    end_approvals(settings, reasons, occasion, now=lambda: now)


def _kept(work: Stage, promises: Sequence[Check]) -> list[CheckOutcome]:
    """The outcomes of checks none of which may block; see `_verify`."""
    outcomes = run_checks(work.con, promises, work.resolved)
    blocking = [outcome for outcome in outcomes if outcome.blocks]
    if blocking:
        number = "promise is" if len(blocking) == 1 else "promises are"
        raise dg.Failure(
            description="\n".join(
                [
                    f"Not published: {len(blocking)} {number} broken. The published dataset is"
                    " untouched.",
                    *(outcome.sentence() for outcome in blocking),
                ]
            ),
            allow_retries=False,
        )
    return outcomes
