"""The warehouse as a Dagster resource: one writer from before a run's first step to its end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster_duckdb import DuckDBResource
from pydantic import Field, PrivateAttr

from spendsense_pipeline.defs.runs import claim_run, mark_dead_runs
from spendsense_pipeline.disk import DiskFullError, disk_full
from spendsense_pipeline.publishing.run_record import RunRecord, prepare
from spendsense_pipeline.publishing.warehouse import (
    named_errors,
    open_building,
    remove_building,
    writer_lock,
)
from spendsense_pipeline.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.checks.staged import StagedRelations
    from spendsense_pipeline.controls import ResolvedConfig


class Warehouse(DuckDBResource):
    """dagster-duckdb's resource, with what a shared file needs: it creates its directory, queues
    behind another writer instead of failing on its lock, and closes whatever happens.

    The plain resource retries a missing directory for 102 seconds and leaves the connection open
    when a step fails, which locks everybody else out until the process ends.
    """

    database: str = Field(
        default="",
        description="Leave empty: it is warehouse/building.duckdb in the data directory.",
    )
    data_dir: str = Field(
        default="",
        description="Data directory; empty = SPENDSENSE_DATA_DIR, else data/ in the checkout.",
    )
    lock_wait_seconds: float = Field(
        default=3600.0,
        description="How long a run queues behind another that is writing before it gives up.",
    )

    _con: duckdb.DuckDBPyConnection | None = PrivateAttr(default=None)
    _record: RunRecord = PrivateAttr(default_factory=RunRecord)
    _began_empty: bool = PrivateAttr(default=False)
    _resolved: ResolvedConfig | None = PrivateAttr(default=None)
    _given_up: DiskFullError | None = PrivateAttr(default=None)
    # What the checks of this run have staged of the tables as they are now.
    _staged: Any = PrivateAttr(default=None)

    @property
    def settings(self) -> Settings:
        """Where the files are."""
        settings = Settings.from_environment()
        return replace(settings, data_dir=Path(self.data_dir)) if self.data_dir else settings

    @contextlib.contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Warehouse]:
        """Hold the writer lock and one connection for the whole run."""
        run_id = context.run.run_id if context.run else None
        instance, log = context.instance, context.log
        if run_id is not None and instance is not None:
            claim_run(instance, run_id)
            mark_dead_runs(instance, except_run=run_id)
        holder = f"run {run_id[:8]}" if run_id else "another run"
        with self._writing(holder, log.info if log else lambda _: None) as con:
            self._con = con
            self._record = RunRecord()
            self._began_empty = False
            self._resolved = self._given_up = None
            try:
                yield self
            finally:
                self.drop_staged()
                self._con = None

    @contextlib.contextmanager
    def get_connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The run's connection to the warehouse being built; outside a run, one of its own.

        Raises:
            DiskFullError: when the disk fills up, and for every later step of a run that met that.
        """
        if self._given_up is not None:
            raise self._given_up
        if self._con is None:
            with self._writing("a direct call", lambda _: None) as con:
                yield con
            return
        try:
            yield self._con
        except BaseException as error:
            with contextlib.suppress(Exception):  # nothing to roll back is not worth a word
                self._con.rollback()
            full = disk_full(error, self.settings.warehouse_dir)
            if full is not None:
                raise self._give_up(full) from error
            raise

    def _give_up(self, full: DiskFullError) -> DiskFullError:
        """Write nothing more in this run. What a run that makes everything has made goes at once:
        it is worth nothing, and Dagster's books need room to say what happened.
        """
        from spendsense_pipeline.reporting.estimate import estimate
        from spendsense_pipeline.scaling.capacity import still_missing

        settings = self.settings
        if self._resolved is not None:
            full = full.needing(still_missing(estimate(self._resolved), settings))
        self._given_up = full
        if self._began_empty and self._con is not None:
            self.drop_staged()
            self._con.close()
            remove_building(settings)
        return full

    def note_controls(self, resolved: ResolvedConfig) -> None:
        """Remember what this run makes, by which it knows how much room that takes."""
        self._resolved = resolved

    @property
    def record(self) -> RunRecord:
        """What this run has found so far, whose lock nobody else can have held since."""
        return self._record

    def staged(
        self, con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig
    ) -> StagedRelations | None:
        """Relations that the checks of several steps read; None outside a run, which has no steps.

        The steps of a run share its connection, so temporary tables of one are there for the next.
        """
        from spendsense_pipeline.checks.staged import StagedRelations

        if self._con is None:
            return None
        if self._staged is None or self._staged.resolved != resolved:
            self.drop_staged()
            self._staged = StagedRelations(con, resolved)
        staged: StagedRelations = self._staged
        return staged

    def note_written(self, *tables: str) -> None:
        """These tables have other rows now: what was staged of them is out of date."""
        if self._staged is not None:
            self._staged.forget(tables)

    def drop_staged(self) -> None:
        """Give back what staged relations hold: they are as large as what they read."""
        if self._staged is not None:
            with contextlib.suppress(Exception):  # a broken connection takes them along
                self._staged.close()
            self._staged = None

    @property
    def began_empty(self) -> bool:
        """Whether this run emptied the warehouse before it made anything."""
        return self._began_empty

    def note_beginning(self) -> None:
        """Remember that it did."""
        self._began_empty = True

    @contextlib.contextmanager
    def _writing(
        self, holder: str, say: Callable[[str], None]
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        settings = self.settings
        with (
            writer_lock(
                settings,
                holder=holder,
                wait_seconds=self.lock_wait_seconds,
                say=say,
            ),
            open_building(settings, config=self.connection_config) as con,
        ):
            with named_errors(settings.building_path):
                prepare(con)
            yield con
