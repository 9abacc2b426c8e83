"""Swapping in a dataset atomically.

A dataset is one DuckDB file in `datasets/`. Publishing writes it under a temporary name, forces it
to disk, gives it its own name, then makes `spendsense.duckdb` a second name of the same file in one
atomic rename. A process killed at any instant leaves the published name on a complete file; what it
left behind is cleared by the next publication. Which datasets are kept is `retention`'s business.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spendsense_pipeline.controls.resolved import IMPORTED
from spendsense_pipeline.files import UNFINISHED_SUFFIX, new_file
from spendsense_pipeline.publishing.identity import Stamp, code_version, dataset_id, stamp_table
from spendsense_pipeline.publishing.warehouse import (
    named_errors,
    prepare_data_dir,
    wal_of,
)
from spendsense_pipeline.sql import literal
from spendsense_pipeline.tables.dataset import DATASET

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig
    from spendsense_pipeline.settings import Settings

_READ_ONLY = 0o444
# Freed blocks are room that a published file takes for nothing.
_MOST_FREED_SHARE = 0.25


@dataclass(frozen=True)
class Dataset:
    """A published dataset: its `dataset` row, its file, and whether readers see it now."""

    dataset_id: str
    as_of: dt.date
    history_start: dt.date
    seed: int
    preset: str | None
    config_hash: str
    rules_version: str
    code_version: str
    run_id: str | None
    published_at: dt.datetime
    path: Path
    is_current: bool = False

    @property
    def is_imported(self) -> bool:
        """Whether its people were brought in rather than made up."""
        return self.preset == IMPORTED


def publish(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    resolved: ResolvedConfig,
    *,
    rules_version: str,
    run_id: str | None,
    now: dt.datetime,
    is_all_new: bool = False,
    verify: Callable[[], None] = lambda: None,
) -> Dataset:
    """Make the warehouse `con` is connected to the published dataset.

    Hold the writer lock. Tables and views whose name begins with `_` are internal and stay behind.

    Args:
        con: the warehouse being built, already checked.
        settings: where the files are.
        resolved: what it was made from.
        rules_version: version of the rules that judged it.
        run_id: the Dagster run, for the books.
        now: the clock, in UTC.
        is_all_new: everything in the warehouse was made for this dataset, in a file that began
            empty; so freed blocks, too, hold nothing but this dataset.
        verify: called once everything is there, the `dataset` row included; what it raises leaves
            the published dataset as it was.

    Returns:
        the published dataset's file and identity.
    """
    prepare_data_dir(settings)
    clear_leftovers(settings)
    published_at = now.astimezone(dt.UTC).replace(tzinfo=None)
    name = f"{published_at:%Y%m%dT%H%M%S%f}_{dataset_id(resolved)}"
    kept = settings.datasets_dir / f"{name}.duckdb"
    dataset = Dataset(
        dataset_id=dataset_id(resolved),
        as_of=resolved.as_of,
        history_start=resolved.history_start,
        seed=resolved.config.seed,
        preset=resolved.preset,
        config_hash=resolved.config_hash,
        rules_version=rules_version,
        code_version=code_version(),
        run_id=run_id,
        published_at=published_at,
        path=kept,
        is_current=True,
    )
    _write_row(con, dataset)
    stamp_table(con, DATASET.name, Stamp.of(resolved))
    verify()
    with named_errors(kept):
        with new_file(kept) as new:
            con.execute("checkpoint")
            _copy_database(con, new, is_all_new=is_all_new)
            new.chmod(_READ_ONLY)
        point_readers_at(kept, settings)
    return dataset


def _write_row(con: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
    marks = ", ".join("?" for _ in DATASET.columns)
    con.execute(DATASET.create_sql())
    con.execute(
        f"insert into dataset values ({marks})",
        [getattr(dataset, name) for name in DATASET.column_names],
    )


def _copy_database(con: duckdb.DuckDBPyConnection, target: Path, *, is_all_new: bool) -> None:
    """Copy every public table and view, with types, keys and comments, and force it to disk.

    The file is copied as it stands, at a twentieth of the cost, unless its freed blocks may hold
    the rows of people who are gone, or are many: then the tables are, which leaves those behind.
    """
    [(source, file, freed, blocks)] = con.execute(
        "select database_name, path, free_blocks, total_blocks from pragma_database_size()"
        " join duckdb_databases() using (database_name) where database_name = current_database()"
    ).fetchall()
    as_it_stands = not freed or (is_all_new and freed <= _MOST_FREED_SHARE * blocks)
    if as_it_stands:
        _copy_file(Path(file), target)
    con.execute(f"attach {literal(target)} as published_copy")
    try:
        if not as_it_stands:
            con.execute(f'copy from database "{source}" to published_copy')
        for (table,) in con.execute(
            "select table_name from duckdb_tables()"
            " where database_name = 'published_copy' and starts_with(table_name, '_')"
        ).fetchall():
            con.execute(f'drop table published_copy."{table}"')
        con.execute("checkpoint published_copy")
    finally:
        con.execute("detach published_copy")
        wal_of(target).unlink(missing_ok=True)  # of a checkpoint that the disk had no room for


def _copy_file(source: Path, target: Path) -> None:
    """Copy a file that DuckDB has open, in a process of its own.

    The kernel drops a process's locks on a file when it closes any descriptor of it, so reading the
    warehouse here would give up DuckDB's lock on it.
    """
    done = subprocess.run(
        ["cp", "--", str(source), str(target)],
        env={"PATH": os.defpath, "LC_ALL": "C"},  # its messages in the words looked for below
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip()
        full = os.strerror(errno.ENOSPC) in said
        raise OSError(errno.ENOSPC if full else errno.EIO, said, str(target))


def point_readers_at(dataset: Path, settings: Settings) -> None:
    """Make the published name a name of this file, in one rename.

    Args:
        dataset: a complete dataset in `datasets/`.
        settings: names the published file.

    Raises:
        WarehouseError: when it cannot be; readers see the dataset they saw.
        DiskFullError: likewise, on a disk without hard links.
    """
    published = settings.published_path
    with named_errors(published), new_file(published) as other_name:
        try:
            other_name.hardlink_to(dataset)
        except OSError:  # a disk without hard links: a copy costs space, nothing else
            shutil.copyfile(dataset, other_name)
        # A program that opened the published file for writing may have left a log beside it, and
        # DuckDB would refuse to open the new file with the old one's log.
        wal_of(published).unlink(missing_ok=True)


def clear_leftovers(settings: Settings) -> None:
    """Remove what a killed publication left behind. Hold the writer lock.

    Args:
        settings: where the datasets are.
    """
    for pattern in (f"*{UNFINISHED_SUFFIX}*", "*.wal"):
        for path in settings.datasets_dir.glob(pattern):
            path.unlink(missing_ok=True)


def remove_database(path: Path) -> None:
    """Delete a database file and its log; one that cannot be deleted is left for the next time.

    Args:
        path: the file.
    """
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
        wal_of(path).unlink(missing_ok=True)
