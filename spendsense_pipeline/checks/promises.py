"""How a check is declared, from a query file or from a measurement."""

from __future__ import annotations

from collections.abc import Callable

from spendsense_pipeline.checks.outcome import Check, Finding, Severity, WhenImported
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.checks.staged import QUERIES

GENERATOR_FAULT = (
    "This is a fault of the generator: report the rows with seed, as_of and configuration."
)
NAMED_WHEN_BROUGHT = "what an import does not know is null, and named in import_report"
MADE_UP = "it describes how the generator makes data; nobody promised it of imported rows"


def promise(
    asset: str,
    name: str,
    remedy: str = GENERATOR_FAULT,
    *,
    severity: Severity = "ERROR",
    imported: WhenImported = "warn",
    imported_reason: str = "",
) -> Check:
    """A check whose query selects the rows that break a promise.

    Where finding those rows is dear, `<name>.fingerprints.sql` beside it proves at less cost that
    there are none; what it cannot prove is looked for.
    """
    path = f"{asset}/{name}.sql"
    fingerprints = f"{asset}/{name}.fingerprints.sql"

    def measure(run: CheckRun) -> Finding:
        if QUERIES.has(fingerprints) and run.all_differ(fingerprints):
            return Finding(True, 0.0)
        return run.failing(QUERIES.text(path))

    return Check(
        name=name,
        asset=asset,
        severity=severity,
        description=QUERIES.comment(path),
        remedy=remedy,
        bound="0 rows",
        measure=measure,
        imported=imported,
        imported_reason=imported_reason,
    )


def generated(asset: str, name: str, *, not_asked_because: str = MADE_UP) -> Check:
    """A promise only the generator makes, and why it is not asked of imported rows."""
    return promise(asset, name, imported="skip", imported_reason=not_asked_because)


def named_when_brought(asset: str, name: str) -> Check:
    """A promise of the generator's that an import judges value by value as it arrives."""
    return promise(asset, name, imported="skip", imported_reason=NAMED_WHEN_BROUGHT)


def kept(
    asset: str,
    name: str,
    measure: Callable[[CheckRun], Finding],
    description: str,
    remedy: str,
    *,
    bound: str = "0 rows",
) -> Check:
    """A check that blocks whoever made the data."""
    return Check(
        name=name,
        asset=asset,
        severity="ERROR",
        description=description,
        remedy=remedy,
        bound=bound,
        measure=measure,
        imported="keep",
    )
