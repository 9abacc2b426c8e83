"""Imported data in the warehouse: the raw tables, and operator controls that say where they come
from.

What follows the raw tables is the pipeline's own job, which reads these tables like generated ones.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from spendsense_pipeline.controls import OperatorConfig, ResolvedConfig, resolve
from spendsense_pipeline.controls.resolved import IMPORTED, STATED_START
from spendsense_pipeline.disk import full_disk_named
from spendsense_pipeline.importing.staged import StagedImport
from spendsense_pipeline.publishing.identity import Stamp, stamp_table
from spendsense_pipeline.publishing.provenance import write_provenance
from spendsense_pipeline.publishing.run_record import RunRecord
from spendsense_pipeline.publishing.warehouse import open_building, writer_lock
from spendsense_pipeline.settings import FEWEST_USERS
from spendsense_pipeline.tables.raw import GENERATED_TABLES

if TYPE_CHECKING:
    from spendsense_pipeline.settings import Settings

_WAIT_SECONDS = 600.0
# 32 bits of the fingerprint: the seed names the data as it names a generated world.
_SEED_DIGITS = 8


def imports_dir(settings: Settings) -> Path:
    """Folder of the imports set aside."""
    return settings.data_dir / "imports"


def resolved_for(staged: StagedImport, asked: OperatorConfig) -> ResolvedConfig:
    """The configuration of imported data: the operator's thresholds and expectations, nobody's
    controls.
    """
    rules = OperatorConfig(thresholds=asked.thresholds, expectations=asked.expectations)
    resolved = resolve(rules, as_of=staged.as_of)
    start = staged.history_start or staged.holdings.first_date or resolved.history_start
    people = max(FEWEST_USERS, staged.rows["raw_users"])  # stored controls keep their lower bound
    seed = int(staged.fingerprint[:_SEED_DIGITS], 16)
    # built beside validation: a real population may be smaller, larger or older than one we
    # would generate
    config = resolved.config.model_copy(update={"seed": seed, "num_users": people})
    sources = dict(resolved.sources)
    if staged.history_start is not None:
        sources[STATED_START] = "operator"
    return dataclasses.replace(
        resolved,
        preset=IMPORTED,
        config=config,
        history_start=min(start, staged.as_of),
        sources=sources,
    )


def fill_warehouse(
    settings: Settings, staged: StagedImport, asked: OperatorConfig
) -> ResolvedConfig:
    """Replace the raw tables and the operator controls by the import's, in one transaction.

    Waits for a run that is writing.

    Raises:
        WarehouseError: when another run does not end, or the warehouse cannot be opened.
        DiskFullError: when the disk fills up; what was in the warehouse is there still.
    """
    resolved = resolved_for(staged, asked)
    holder = f"spendsense import of {staged.source}"
    with (
        writer_lock(settings, holder=holder, wait_seconds=_WAIT_SECONDS),
        full_disk_named(settings.warehouse_dir),
        open_building(settings) as con,
    ):
        con.execute("begin")
        staged.fill(con)
        lines = [line.row(position) for position, line in enumerate(staged.report, 1)]
        write_provenance(con, resolved, import_report=lines)
        for table in GENERATED_TABLES:
            stamp_table(con, table.name, Stamp.of(resolved))
        RunRecord().write_anew(con)
        con.execute("commit")
    return resolved
