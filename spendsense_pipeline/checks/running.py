"""Runs checks over a warehouse: binds parameters, shares what is staged, collects outcomes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from spendsense_pipeline.checks.fingerprints import all_differ
from spendsense_pipeline.checks.outcome import (
    MAX_FAILING_ROWS,
    Check,
    CheckOutcome,
    Finding,
    plain,
)
from spendsense_pipeline.checks.staged import EVERYBODY, QUERIES, StagedRelations
from spendsense_pipeline.checks.vocabulary import vocabulary
from spendsense_pipeline.disk import disk_full
from spendsense_pipeline.sql import parameters_of, written_in

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

T = TypeVar("T")

# Shapes of distributions settle within some ten thousand purchases; a report looks at everybody.
REALISM_PEOPLE = 100


@dataclass
class CheckRun:
    """One pass over one dataset: its connection, its configuration and what several checks ask."""

    con: duckdb.DuckDBPyConnection
    resolved: ResolvedConfig
    said_imported: bool | None = None
    # Whom the figures about the population are about: the first so many people.
    people: int = EVERYBODY
    # Relations staged before, by whoever closes them; without them the run has its own.
    shared: StagedRelations | None = None
    _remembered: dict[str, Any] = field(default_factory=dict)

    @functools.cached_property
    def imported(self) -> bool:
        """Whether the rows are somebody else's: as said, else as the configuration says."""
        return self.resolved.is_imported if self.said_imported is None else self.said_imported

    @functools.cached_property
    def tables(self) -> frozenset[str]:
        """Names of the tables and views that exist."""
        rows = self.con.execute(
            "select table_name from information_schema.tables where table_schema = 'main'"
        ).fetchall()
        return frozenset(name for (name,) in rows)

    @functools.cached_property
    def staged(self) -> StagedRelations:
        """The relations that several checks read."""
        return self.shared or StagedRelations(self.con, self.resolved)

    def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query as dicts, after staging what it reads and binding what it names."""
        self.staged.provide(sql, people=self.people)
        bound = {
            name: parameters[name]
            if name in parameters
            else self.staged.parameter(name, people=self.people)
            for name in parameters_of(sql)
        }
        cursor = self.con.execute(sql, bound)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def file_rows(self, path: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query file, by its path below `checks/`."""
        return self.rows(QUERIES.text(path), **parameters)

    def remembered(self, what: str, measure: Callable[[], T]) -> T:
        """What several checks ask, measured once."""
        if what not in self._remembered:
            self._remembered[what] = measure()
        return cast("T", self._remembered[what])

    def all_differ(self, path: str) -> bool:
        """Whether the fingerprints a query file selects surely all differ."""
        return self.remembered(
            path, lambda: all_differ(self.con, written_in(QUERIES.text(path), vocabulary()))
        )

    def failing(self, sql: str, **parameters: Any) -> Finding:
        """A finding from a query that selects what breaks a promise: none is a pass."""
        # Counting reads only what the promise is judged by; what is shown is read if there is any.
        (counted,) = self.rows(f"select count(*) as rows from (\n{sql}\n)", **parameters)
        count = counted["rows"]
        if not count:
            return Finding(True, 0.0)
        shown = self.rows(
            f"select * from (\n{sql}\n) order by all limit {MAX_FAILING_ROWS}", **parameters
        )
        return Finding(False, float(count), count, tuple(shown))

    def close(self) -> None:
        """Drop what this run staged for itself."""
        if self.shared is None:
            self.staged.close()


def run_check(
    con: duckdb.DuckDBPyConnection,
    check: Check,
    resolved: ResolvedConfig,
    *,
    imported: bool | None = None,
) -> CheckOutcome:
    """Run one check on its own."""
    (outcome,) = run_checks(con, (check,), resolved, imported=imported)
    return outcome


def run_checks(
    con: duckdb.DuckDBPyConnection,
    checks: Iterable[Check],
    resolved: ResolvedConfig,
    *,
    imported: bool | None = None,
    staged: StagedRelations | None = None,
) -> list[CheckOutcome]:
    """Run several checks, sharing what they stage.

    Args:
        con: the database, which may be read-only.
        checks: what is to be checked, in this order.
        resolved: the configuration the rows were made from.
        imported: whether they are somebody else's, where the configuration does not say.
        staged: relations to read and leave in place; without, they are staged and dropped here.
    """
    run = CheckRun(con, resolved, imported, people=REALISM_PEOPLE, shared=staged)
    outcomes = [_outcome(run, check) for check in checks]
    run.close()
    return outcomes


def _outcome(run: CheckRun, check: Check) -> CheckOutcome:
    if run.imported and check.imported == "skip":
        return _as_outcome(
            check, Finding(True, None, skipped=check.imported_reason or "imported data"), run
        )
    if (table := check.table or check.asset) not in run.tables:
        missing = Finding(False, None, 1, ({"missing_table": table},))
        return _as_outcome(check, missing, run)
    import duckdb

    try:
        finding = check.measure(run)
    except duckdb.Error as error:
        if disk_full(error, Path()):
            raise  # says nothing of the rows
        # A missing column or table, most likely; schema_is_declared says which.
        finding = Finding(False, None, 1, ({"cannot_be_checked": str(error).splitlines()[0]},))
    return _as_outcome(check, finding, run)


def _as_outcome(check: Check, finding: Finding, run: CheckRun) -> CheckOutcome:
    severity = finding.severity or check.severity
    if run.imported and check.imported == "warn":
        severity = "WARN"
    return CheckOutcome(
        name=check.name,
        asset=check.asset,
        passed=bool(finding.passed),
        severity=severity,
        figure=None if finding.figure is None else float(finding.figure),
        bound=finding.bound or check.bound,
        failing_count=int(finding.failing_count),
        failing_rows=[plain(row) for row in finding.failing_rows],
        description=check.description,
        remedy=(check.imported_remedy if run.imported else "") or check.remedy,
        skipped=finding.skipped,
    )
