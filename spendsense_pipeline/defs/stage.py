"""What every stage does around its own work: read the configuration its inputs were made from,
refuse inputs that disagree, stamp what it made, and report it.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import dagster as dg

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.defs.metadata import table_metadata
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError
from spendsense_pipeline.publishing.identity import (
    Stamp,
    require_inputs,
    stamp_table,
)
from spendsense_pipeline.publishing.warehouse import named_errors
from spendsense_pipeline.sql import identifier
from spendsense_pipeline.tables.controls import OPERATOR_CONTROLS
from spendsense_pipeline.tables.declaration import PipelineTable

if TYPE_CHECKING:
    import duckdb


@dataclass
class Stage:
    """A step at work: its connection, its configuration, and what it will report."""

    step: str
    con: duckdb.DuckDBPyConnection
    warehouse: Warehouse
    resolved: ResolvedConfig
    started: float = field(default_factory=time.perf_counter)
    seconds: float | None = None

    def stop_clock(self) -> None:
        """The work is done; what follows is only telling about it (pictures, samples)."""
        if self.seconds is None:
            self.seconds = round(time.perf_counter() - self.started, 3)

    def note_written(self, table: PipelineTable) -> None:
        """Its rows are others now: what was found and staged of the old ones is out of date."""
        self.warehouse.note_written(table.name)
        self.warehouse.record.forget(self.con, table)

    def note_seconds(self) -> None:
        """Record how long the step has taken in all, telling about it included; once."""
        if self.step not in self.warehouse.record.seconds:
            seconds = time.perf_counter() - self.started
            self.warehouse.record.note_seconds(self.con, self.step, seconds)

    def result(
        self,
        table: PipelineTable,
        metadata: Mapping[str, Any] | None = None,
        *,
        data_version: str | None = None,
        check_results: Sequence[dg.AssetCheckResult] = (),
    ) -> dg.MaterializeResult[Any]:
        """Stamp the table and report it, with what was checked in the same step."""
        self.stop_clock()
        stamp_table(self.con, table.name, Stamp.of(self.resolved))
        self.note_written(table)
        about = table_metadata(self.con, table)
        dg.get_dagster_logger().info(
            "%s: %s rows, %.2f s", table.name, f"{about['dagster/row_count']:,}", self.seconds
        )
        return dg.MaterializeResult(
            asset_key=table.asset,
            # The UI keeps this order: what this table is looked at for, then where it comes from.
            metadata={**(metadata or {}), **self.provenance(), **about},
            data_version=dg.DataVersion(data_version) if data_version else None,
            check_results=check_results,
        )

    def provenance(self) -> dict[str, Any]:
        """Which dataset this belongs to, and how long the step took (numbers plot over nights)."""
        stamp = Stamp.of(self.resolved)
        return {
            "as_of": stamp.as_of,
            "config_hash": stamp.config_hash,
            "dataset_id": stamp.dataset_id,
            "seconds": self.seconds,
        }


@contextlib.contextmanager
def one_line_failures() -> Iterator[None]:
    """Report what a person can act on as Dagster's `Failure`: its message, without a traceback."""
    try:
        yield
    except SpendSenseError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from None


@contextlib.contextmanager
def stage(
    warehouse: Warehouse, step: str, *, inputs: Sequence[str] = (), words: str = ""
) -> Iterator[Stage]:
    """Work on the warehouse with the configuration it was made from.

    Args:
        warehouse: the resource.
        step: the step, as Dagster names it.
        inputs: tables it reads, which must agree with the operator controls.
        words: what messages call the step, where that is not its name.
    """
    with (
        one_line_failures(),
        named_errors(warehouse.settings.building_path),
        warehouse.get_connection() as con,
    ):
        resolved = read_controls(con, step=words or step)
        warehouse.note_controls(resolved)
        require_inputs(con, step=words or step, inputs=inputs, resolved=resolved)
        work = Stage(step, con, warehouse, resolved)
        yield work
        work.note_seconds()


def read_controls(con: duckdb.DuckDBPyConnection, *, step: str) -> ResolvedConfig:
    """The configuration in the warehouse's `operator_controls` table.

    Raises:
        SpendSenseError: when there is none to read.
    """
    import duckdb

    columns = OPERATOR_CONTROLS.column_names
    quoted = ", ".join(map(identifier, columns))
    try:
        rows = con.execute(f"select {quoted} from operator_controls").fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        rows = []
    if not rows:
        raise SpendSenseError(
            problem=f"{step} cannot run: the warehouse has no operator controls of this version",
            remedy="materialize operator_controls and what follows it, or run the job demo_refresh",
            exit_code=RUN_FAILED,
        )
    return _resolved(tuple(rows))


@functools.lru_cache(maxsize=1)
def _resolved(rows: tuple[tuple[Any, ...], ...]) -> ResolvedConfig:
    """The same rows in each of a run's two dozen steps; nobody changes what they say."""
    columns = OPERATOR_CONTROLS.column_names
    return ResolvedConfig.from_rows([dict(zip(columns, row, strict=True)) for row in rows])
