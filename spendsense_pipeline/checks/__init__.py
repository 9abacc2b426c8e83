"""Promises about every table, each checked by code that shares nothing with what it checks.

A promise is a query that selects the rows breaking it, or a measurement with a bound. Publishing,
Dagster and the command line run the same checks through `run_check` and `run_all`. What a failure
does to a run is for `defs` and `publishing` to say.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from spendsense_pipeline.checks.catalog import CHECKS
from spendsense_pipeline.checks.outcome import Check, CheckOutcome
from spendsense_pipeline.checks.running import run_check, run_checks

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

__all__ = ["CHECKS", "Check", "CheckOutcome", "run_all", "run_check", "run_checks"]


def run_all(
    con: duckdb.DuckDBPyConnection,
    resolved: ResolvedConfig,
    assets: Collection[str] | None = None,
    *,
    imported: bool | None = None,
) -> list[CheckOutcome]:
    """Run every check, or those of some assets, in the order of the catalog."""
    chosen = [check for check in CHECKS if assets is None or check.asset in assets]
    return run_checks(con, chosen, resolved, imported=imported)
