"""Asset checks manufactured from the declared promises: one step per asset runs all of its checks.

Every promise whose breach is an ERROR blocks, so that an exit code tells the truth; WARN informs.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import dagster as dg

from spendsense_pipeline.checks import CHECKS, Check, CheckOutcome, run_checks
from spendsense_pipeline.defs.metadata import records_metadata
from spendsense_pipeline.defs.stage import stage
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.tables.dataset import PUBLISHED
from spendsense_pipeline.tables.runs import checks_step


def check_spec(check: Check) -> dg.AssetCheckSpec:
    """The check as Dagster knows it before a run."""
    return dg.AssetCheckSpec(
        check.name,
        asset=check.asset,
        blocking=check.blocking,
        description=f"{check.description}\n\nBound: {check.bound}\n\nRemedy: {check.remedy}",
    )


def _checks_of(asset: str, checks: Sequence[Check]) -> dg.AssetChecksDefinition:
    """All checks of one asset as one step that may run any of them."""
    step = checks_step(asset)

    @dg.multi_asset_check(name=step, specs=[check_spec(check) for check in checks], can_subset=True)
    def run(
        context: dg.AssetCheckExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.AssetCheckResult]:
        wanted = {key.name for key in context.selected_asset_check_keys}
        with stage(warehouse, step, inputs=(asset,), words=f"the checks of {asset}") as work:
            chosen = [check for check in checks if check.name in wanted]
            outcomes = run_checks(
                work.con, chosen, work.resolved, staged=warehouse.staged(work.con, work.resolved)
            )
            warehouse.record.note_checks(work.con, outcomes)
            for outcome in outcomes:
                if not outcome.passed:
                    context.log.warning(outcome.sentence())
                yield check_result(outcome)

    return run


def check_result(outcome: CheckOutcome) -> dg.AssetCheckResult:
    """What it found."""
    metadata: dict[str, Any] = {
        "bound": outcome.bound,
        "failing rows": outcome.failing_count,
    }
    if outcome.figure is not None:
        metadata["figure"] = float(outcome.figure)
    if outcome.skipped:
        metadata["skipped"] = outcome.skipped
    if not outcome.passed:
        metadata["remedy"] = outcome.remedy
    if outcome.failing_rows:
        columns = list(outcome.failing_rows[0])
        metadata["some of them"] = records_metadata(outcome.failing_rows, columns)
    return dg.AssetCheckResult(
        asset_key=outcome.asset,
        check_name=outcome.name,
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity[outcome.severity],
        description=outcome.sentence(),
        metadata=metadata,
    )


def _asset_of(check: Check) -> str:
    return check.asset


# What is published is checked by the step that publishes, before anybody can read it.
ASSET_CHECKS = [
    _checks_of(asset, list(checks))
    for asset, checks in groupby(sorted(CHECKS, key=_asset_of), key=_asset_of)
    if asset != PUBLISHED.name
]
