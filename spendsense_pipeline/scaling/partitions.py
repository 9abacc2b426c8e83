"""A dataset in partitions: one folder per table, one Parquet file per shard, read as one table."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spendsense_pipeline.publishing.identity import code_version, dataset_id
from spendsense_pipeline.scaling.engines import SHARD_USERS
from spendsense_pipeline.scaling.shard import (
    DONE_FOLDER,
    SHARD_TABLES,
    ShardResult,
    ShardTask,
    make_shard,
)
from spendsense_pipeline.sql import identifier, literal

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig
    from spendsense_pipeline.publishing.consent import Decision
    from spendsense_pipeline.scaling.engines import Engine
    from spendsense_pipeline.tables.declaration import Table

_KEY_DIGITS = 16


@dataclass(frozen=True)
class Partitions:
    """A complete dataset in partitions.

    Attributes:
        folder: one folder per table in it, one file per shard in those.
    """

    folder: Path

    def glob(self, table: str) -> str:
        """What DuckDB, Spark or anything else reads as one table.

        Args:
            table: its name.
        """
        return str(self.folder / table / "part-*.parquet")

    def load(self, con: duckdb.DuckDBPyConnection, table: Table) -> None:
        """Create or replace a table of the warehouse from its partitions, in order of users.

        Args:
            con: the warehouse being built.
            table: its declaration.
        """
        con.execute(table.create_sql())
        columns = ", ".join(f'"{name}"' for name in table.column_names)
        con.execute(
            f'insert into "{table.name}" select {columns} from read_parquet($glob)',
            {"glob": self.glob(table.name)},
        )

    def attach(self, con: duckdb.DuckDBPyConnection) -> None:
        """One view per table, over the files where they are.

        Args:
            con: any database; a view of the same name is replaced.
        """
        for table in SHARD_TABLES:
            con.execute(
                f"create or replace view {identifier(table.name)} as "
                f"from read_parquet({literal(self.glob(table.name))})"
            )


def make_partitions(
    resolved: ResolvedConfig,
    parent: Path,
    *,
    engine: Engine,
    decisions: Mapping[str, Decision] | None = None,
    shard_users: int = SHARD_USERS,
) -> Partitions:
    """Make every shard that is not there yet, in a folder named for what decides the rows.

    Begun and interrupted, it goes on where it stopped.

    Args:
        resolved: what to make.
        parent: where the folder is; on more than one machine, one all of them reach by this path.
        engine: who makes the shards.
        decisions: consent decisions by user id, to apply before measuring.
        shard_users: people per shard; changes the files, never the rows.

    Returns:
        All of them.

    Raises:
        SpendSenseError: when the engine cannot be used, or a worker has other code.
        OSError: when a file cannot be written; the shards that were done stay.
    """
    decisions = dict(decisions or {})
    folder = parent / _key(resolved, decisions, shard_users)
    folder.mkdir(parents=True, exist_ok=True)
    open_tasks = [
        task
        for task in _tasks(resolved, folder, decisions, shard_users)
        if not task.done_path.exists()
    ]
    for _ in engine.run(make_shard, open_tasks):
        pass
    return Partitions(folder)


def results(partitions: Partitions) -> list[ShardResult]:
    """What each shard came to, in order of users.

    Args:
        partitions: a dataset, which may be incomplete.
    """
    return [
        ShardResult(**json.loads(path.read_text(encoding="utf-8")))
        for path in sorted((partitions.folder / DONE_FOLDER).glob("*.json"))
    ]


def remove_others(partitions: Partitions) -> None:
    """Delete datasets beside this one.

    Args:
        partitions: the one to keep.
    """
    for folder in partitions.folder.parent.iterdir():
        if folder != partitions.folder:
            shutil.rmtree(folder, ignore_errors=True)


def _tasks(
    resolved: ResolvedConfig, folder: Path, decisions: Mapping[str, Decision], shard_users: int
) -> Iterator[ShardTask]:
    total = resolved.config.num_users
    for first in range(0, total, shard_users):
        users = min(shard_users, total - first)
        yield ShardTask(resolved, first, users, str(folder), decisions, code_version())


def _key(resolved: ResolvedConfig, decisions: Mapping[str, Decision], shard_users: int) -> str:
    """Everything that decides the files."""
    said = {
        user: [decision.status, decision.decided_at.isoformat()]
        for user, decision in sorted(decisions.items())
    }
    text = json.dumps([dataset_id(resolved), said, shard_users])
    return hashlib.sha256(text.encode()).hexdigest()[:_KEY_DIGITS]
