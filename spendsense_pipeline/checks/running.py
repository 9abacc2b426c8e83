"""Runs checks over a warehouse: stages what several share, binds parameters, collects outcomes.

Staged relations are temporary tables named `_checks_*`, made once per run and at most when a check
asks for one, so a read-only database can be checked too.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from spendsense_pipeline.checks.calendar import closed_days_sql
from spendsense_pipeline.checks.fingerprints import all_differ
from spendsense_pipeline.checks.outcome import (
    MAX_FAILING_ROWS,
    Check,
    CheckOutcome,
    Finding,
    plain,
)
from spendsense_pipeline.checks.vocabulary import vocabulary
from spendsense_pipeline.sql import (
    QueryFolder,
    create_temporary,
    literal,
    parameters_of,
    written_in,
)

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

T = TypeVar("T")

# Shapes of distributions settle within some ten thousand purchases; a report looks at everybody.
REALISM_PEOPLE = 100

# The queries of this package, by their path below `checks/`.
QUERIES = QueryFolder(__package__)
_STAGED = re.compile(r"\b_checks_([a-z_]+)\b")


@dataclass
class CheckRun:
    """One pass over one dataset: its connection, its configuration and what is staged so far."""

    con: duckdb.DuckDBPyConnection
    resolved: ResolvedConfig
    said_imported: bool | None = None
    # Whom the figures about the population are about: the first so many people.
    people: int = 2**31 - 1
    _staged: set[str] = field(default_factory=set)
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
    def last_person(self) -> str:
        """The last of the first `people` people: by it a scan skips what lies beyond."""
        [(user_id,)] = self.con.execute(
            "select max(user_id) from (select user_id from raw_users order by user_id limit ?)",
            [self.people],
        ).fetchall()
        return user_id or ""

    def _parameter(self, name: str) -> Any:
        """What a query of this package may bind by itself."""
        if name == "last_person":
            return self.last_person
        if name in ("as_of", "history_start"):
            return getattr(self.resolved, name)
        return vocabulary()[name]

    def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query as dicts, after staging what it reads and binding what it names."""
        for name in _STAGED.findall(sql):
            self._stage(name)
        bound = {
            name: parameters[name] if name in parameters else self._parameter(name)
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
        """Drop what was staged."""
        for name in self._staged:
            self.con.execute(f"drop table if exists temp._checks_{name}")
        self._staged.clear()

    def _stage(self, name: str) -> None:
        if name in self._staged:
            return
        self._staged.add(name)
        if name == "closed_days":
            select = closed_days_sql(self.resolved.as_of)
        elif name == "taxonomy":
            select = _taxonomy_sql()
        elif name == "account_types":
            select = _account_types_sql()
        else:
            select = QUERIES.text(f"staging/{name}.sql")
        for needed in _STAGED.findall(select):
            self._stage(needed)
        bound = {name: self._parameter(name) for name in parameters_of(select)}
        create_temporary(self.con, f"_checks_{name}", select, bound)


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
) -> list[CheckOutcome]:
    """Run several checks, sharing what they stage."""
    run = CheckRun(con, resolved, imported, people=REALISM_PEOPLE)
    outcomes = [_outcome(run, check) for check in checks]
    run.close()
    return outcomes


def _outcome(run: CheckRun, check: Check) -> CheckOutcome:
    if run.imported and check.imported == "skip":
        return _as_outcome(
            check, Finding(True, None, skipped=check.imported_reason or "imported data"), run
        )
    if check.asset not in run.tables:
        missing = Finding(False, None, 1, ({"missing_table": check.asset},))
        return _as_outcome(check, missing, run)
    import duckdb

    try:
        finding = check.measure(run)
    except duckdb.Error as error:
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
        remedy=check.remedy,
        skipped=finding.skipped,
    )


def _taxonomy_sql() -> str:
    """Every (primary, detailed) pair Plaid knows, as rows."""
    from spendsense_pipeline.plaid.categories import CATEGORIES

    return _pairs_sql(CATEGORIES, "category_primary, category_detailed")


def _account_types_sql() -> str:
    """Every (type, subtype) pair of account Plaid knows, as rows."""
    from spendsense_pipeline.plaid.accounts import SUBTYPES

    return _pairs_sql(SUBTYPES, "type, subtype")


def _pairs_sql(groups: Mapping[str, Iterable[str]], columns: str) -> str:
    values = ", ".join(
        f"({literal(key)}, {literal(entry)})" for key, many in groups.items() for entry in many
    )
    return f"select {columns} from (values {values}) as known({columns})"
