"""What a run finds and how long its steps take, written into the warehouse as the run goes along
and so published with the rows it is about. One run at a time holds the writer's lock and a record.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.publishing.loading import insert_rows
from spendsense_pipeline.publishing.turnaround import median_hours
from spendsense_pipeline.sql import identifier
from spendsense_pipeline.tables import TABLES
from spendsense_pipeline.tables.advice import ADVISED
from spendsense_pipeline.tables.runs import (
    ADVICE_LATENCY,
    CHECK_RESULTS,
    REVIEW_TURNAROUND,
    RUN_FIGURES,
    RUN_TABLES,
    STAGE_SECONDS,
    checks_step,
)

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.checks import CheckOutcome
    from spendsense_pipeline.review.entries import Entry
    from spendsense_pipeline.tables.declaration import PipelineTable

# More than any figure is read to, and fewer than sums of the same numbers in another order differ.
_SIGNIFICANT_DIGITS = 9


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the two tables where they are missing, or are those of another version.

    Args:
        con: the warehouse being built.
    """
    for table in RUN_TABLES:
        columns = con.execute(
            "select column_name from duckdb_columns() where table_name = ?"
            " and database_name = current_database() order by column_index",
            [table.name],
        ).fetchall()
        if tuple(name for (name,) in columns) != table.column_names:
            con.execute(table.create_sql())


class RunRecord:
    """The rows of `check_results` and `run_figures` as one run adds to them; `prepare` first."""

    def __init__(self) -> None:
        self._outcomes: dict[tuple[str, str], CheckOutcome] = {}
        self.seconds: dict[str, float] = {}
        """Of each step of this run that has ended."""

    def has_passed(self, asset: str, check: str) -> bool:
        """Whether the check passed in this very run; never true of another run's.

        Args:
            asset: the asset it is about.
            check: its name.

        Returns:
            False, too, where it has not been asked.
        """
        outcome = self._outcomes.get((asset, check))
        return outcome is not None and outcome.passed

    def note_checks(self, con: duckdb.DuckDBPyConnection, outcomes: Iterable[CheckOutcome]) -> None:
        """Put what was found in the place of what was found before.

        Args:
            con: the warehouse being built.
            outcomes: what this run's checks found.
        """
        found = {(outcome.asset, outcome.name): outcome for outcome in outcomes}
        self._outcomes |= found
        _write_outcomes(con, found)

    def note_seconds(self, con: duckdb.DuckDBPyConnection, step: str, seconds: float) -> None:
        """Put the seconds a step took in the place of those it took before.

        Args:
            con: the warehouse being built.
            step: name of the step.
            seconds: wall-clock seconds it took.
        """
        self.seconds[step] = round(seconds, 3)
        _write_seconds(con, {step: self.seconds[step]})

    def note_advice(self, con: duckdb.DuckDBPyConnection, entries: Iterable[Entry]) -> None:
        """Put what a clock says of the advice in the place of what it said before.

        Args:
            con: the warehouse being built, with the seconds of its steps.
            entries: of the review log, in order.
        """
        con.execute(
            "delete from run_figures where metric = $latency or metric = $turnaround",
            {"latency": ADVICE_LATENCY, "turnaround": REVIEW_TURNAROUND},
        )
        found = con.execute(
            "select value / (select nullif(count(*), 0) from raw_users"
            " where consent_status = 'granted')"
            " from run_figures where metric = ? and segment = ?",
            [STAGE_SECONDS, ADVISED.name],
        ).fetchall()
        latencies = [{"segment": ADVISED.name, "value": value} for (value,) in found if value]
        kinds = dict(con.execute("select content_id, kind from content_items").fetchall())
        hours = [
            {"segment": kind, "value": value}
            for kind, value in median_hours(entries, kinds).items()
        ]
        _replace_rows(
            con,
            RUN_FIGURES,
            [
                *({"metric": ADVICE_LATENCY, "unit": "s", **row} for row in latencies),
                *({"metric": REVIEW_TURNAROUND, "unit": "h", **row} for row in hours),
            ],
        )

    def forget(self, con: duckdb.DuckDBPyConnection, table: PipelineTable) -> None:
        """Drop what earlier runs found about rows that are replaced, or made from those.

        That is whatever the same step makes and whatever follows: more than need be, as not all of
        it is made from this table, but never less. What this run has found itself, it found after
        making what it looked at.

        Args:
            con: the warehouse being built.
            table: the table whose rows are replaced.
        """
        first = next(n for n, each in enumerate(TABLES) if each.step == table.step)
        judged = {asset for asset, _ in self._outcomes}
        stale = sorted({each.asset for each in TABLES[first:]} - judged)
        con.execute("delete from check_results where list_contains(?, asset)", [stale])
        con.execute(
            "delete from run_figures where metric = ? and list_contains(?, segment)",
            [STAGE_SECONDS, [checks_step(asset) for asset in stale]],
        )

    def write_anew(self, con: duckdb.DuckDBPyConnection) -> None:
        """Begin with what this run knows so far: all else was about rows that are gone."""
        for table in RUN_TABLES:
            con.execute(table.create_sql())
        _write_outcomes(con, self._outcomes)
        _write_seconds(con, self.seconds)


def _write_outcomes(
    con: duckdb.DuckDBPyConnection, outcomes: dict[tuple[str, str], CheckOutcome]
) -> None:
    _replace_rows(
        con,
        CHECK_RESULTS,
        [
            {
                "asset": outcome.asset,
                "check_name": outcome.name,
                "severity": outcome.severity,
                "passed": outcome.passed,
                "figure": _rounded(outcome.figure),
                "bound": outcome.bound,
                "failing_rows": outcome.failing_count,
                "promise": outcome.description,
                "remedy": outcome.remedy,
                "skipped_because": outcome.skipped,
            }
            for outcome in outcomes.values()
        ],
    )


def _write_seconds(con: duckdb.DuckDBPyConnection, seconds: dict[str, float]) -> None:
    _replace_rows(
        con,
        RUN_FIGURES,
        [
            {"metric": STAGE_SECONDS, "segment": step, "value": value, "unit": "s"}
            for step, value in seconds.items()
        ],
    )


def _replace_rows(
    con: duckdb.DuckDBPyConnection, table: PipelineTable, rows: list[dict[str, Any]]
) -> None:
    """Put rows in the place of those with their keys."""
    if not rows:
        return
    name, key = identifier(table.name), [identifier(each) for each in table.primary_key]
    marks = ", ".join([f"({', '.join('?' for _ in key)})"] * len(rows))
    same = " and ".join(f"{name}.{each} = new.{each}" for each in key)
    con.execute(
        f"delete from {name} using (values {marks}) as new({', '.join(key)}) where {same}",
        [row[each] for row in rows for each in table.primary_key],
    )
    insert_rows(con, table, rows)


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else float(f"{figure:.{_SIGNIFICANT_DIGITS}g}")
