"""What happens to one shard of people, on whatever machine: generate, measure, judge, explain, and
write one Parquet file per table.

Takes and returns plain picklable values and keeps nothing between calls, so any engine can call it.
A file appears whole or not at all, and the note that a shard is done appears after its files: a
shard made twice, or by a worker that was killed, is the same shard.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError
from spendsense_pipeline.features import build_features, build_recurring_streams
from spendsense_pipeline.features.balances import build_account_balances, days_kept
from spendsense_pipeline.files import new_file
from spendsense_pipeline.generation.generator import generate_shard, shard_users_of
from spendsense_pipeline.personas.assignment import assign
from spendsense_pipeline.publishing.consent import Decision, apply_decisions
from spendsense_pipeline.publishing.identity import code_version, dataset_id
from spendsense_pipeline.publishing.loading import TableLoader
from spendsense_pipeline.recommendations import build_recommendations, catalogue_in_force
from spendsense_pipeline.sql import identifier, literal
from spendsense_pipeline.tables import tables_in
from spendsense_pipeline.tables.features import WINDOWS
from spendsense_pipeline.tables.raw import GENERATED_TABLES, RAW_TRANSACTIONS
from spendsense_pipeline.traces import build_traces

if TYPE_CHECKING:
    import duckdb

SHARD_TABLES = tables_in("shards")
DONE_FOLDER = "_done"
# Of zstd's levels the fastest: measured, its files are no larger than those of the usual third.
COMPRESSION_LEVEL = 1


@dataclass(frozen=True)
class ShardTask:
    """One shard to make.

    Attributes:
        resolved: what to make it from.
        first_user: position of its first person in the population.
        users: how many people.
        folder: where its files go, one folder per table; reachable by all who make shards.
        decisions: consent decisions by user id.
        code_version: of whoever asks, which the worker's must equal.
    """

    resolved: ResolvedConfig
    first_user: int
    users: int
    folder: str
    decisions: Mapping[str, Decision]
    code_version: str

    @property
    def part(self) -> str:
        """Name of the shard's files: in order of users when sorted."""
        return f"part-{self.first_user:012d}"

    @property
    def done_path(self) -> Path:
        """The note that this shard is complete."""
        return Path(self.folder) / DONE_FOLDER / f"{self.part}.json"


@dataclass(frozen=True)
class ShardResult:
    """What was made.

    Attributes:
        first_user: position of its first person in the population.
        users: how many people.
        transactions: rows of `raw_transactions`.
        bytes: of all its files.
    """

    first_user: int
    users: int
    transactions: int
    bytes: int


def make_shard(task: ShardTask) -> ShardResult:
    """Make the shard unless it is already there.

    Args:
        task: what to make and where.

    Returns:
        What was made, now or before.

    Raises:
        SpendSenseError: when this machine's package is not the one that asked.
        OSError: when a file cannot be written; none of it appears half, and the shard is not done.
    """
    import duckdb

    if task.done_path.exists():
        return ShardResult(**json.loads(task.done_path.read_text(encoding="utf-8")))
    here = code_version()
    if here != task.code_version:
        raise SpendSenseError(
            problem=(
                f"this worker runs version {here} of spendsense_pipeline and was asked by version"
                f" {task.code_version}"
            ),
            remedy="install the same version on every machine",
            exit_code=RUN_FAILED,
        )
    # One thread: an engine runs as many shards at once as a machine has cores.
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("set enable_progress_bar = false")
        transactions = _fill(con, task)
        for table in SHARD_TABLES:
            if table is not RAW_TRANSACTIONS:
                _copy(con, table.name, task)
    size = sum(_path(task, table.name).stat().st_size for table in SHARD_TABLES)
    result = ShardResult(task.first_user, task.users, transactions, size)
    with _new_file(task.done_path) as new:
        new.write_text(json.dumps(asdict(result)), encoding="utf-8")
    return result


def _fill(con: duckdb.DuckDBPyConnection, task: ShardTask) -> int:
    """Every table of the shard, by the very functions the pipeline's steps call.

    Returns:
        How many transactions there are.
    """
    resolved = task.resolved
    transactions = _generate(con, task)
    apply_decisions(con, task.decisions)
    as_of = resolved.as_of
    build_account_balances(
        con,
        as_of=as_of,
        history_start=resolved.history_start,
        days=days_kept(resolved.controls.account_balance_days, resolved.config.num_users),
    )
    build_recurring_streams(con, as_of=as_of)
    for window in WINDOWS:
        build_features(con, as_of=as_of, window_days=window, history_start=resolved.history_start)
    assign(con, as_of=as_of, thresholds=resolved.thresholds)
    build_traces(
        con,
        resolved=resolved,
        dataset_id=dataset_id(resolved),
        code_version=task.code_version,
    )
    build_recommendations(con, resolved=resolved, catalogue=catalogue_in_force(resolved))
    return transactions


def _generate(con: duckdb.DuckDBPyConnection, task: ShardTask) -> int:
    """Load the raw tables a stretch of people at a time; but transactions go straight to their
    file, and are read from there.

    As they are generated they still know which of their texts repeat, and take half the time to
    write; in memory they would be most of what a worker needs.
    """
    import pyarrow.parquet as pq

    path = _path(task, RAW_TRANSACTIONS.name)
    loaders = [
        None if table is RAW_TRANSACTIONS else TableLoader(con, table) for table in GENERATED_TABLES
    ]
    transactions = 0
    end = task.first_user + task.users
    with contextlib.ExitStack() as files:
        writer: Any = None
        at_once = shard_users_of(task.resolved)
        for first in range(task.first_user, end, at_once):
            stretch = generate_shard(task.resolved, first, min(at_once, end - first))
            rows = stretch.transactions
            if writer is None:
                writer = pq.ParquetWriter(
                    files.enter_context(_new_file(path)),
                    rows.schema,
                    compression="zstd",
                    compression_level=COMPRESSION_LEVEL,
                    use_dictionary=_repeating(rows.schema),
                )
                files.enter_context(writer)
            writer.write_table(rows)
            transactions += rows.num_rows
            for loader, table in zip(loaders, stretch, strict=True):
                if loader:
                    loader.add(table)
        for loader in loaders:
            if loader:
                loader.finish()
    con.execute(
        f"create view {identifier(RAW_TRANSACTIONS.name)} as from read_parquet({literal(path)})"
    )
    return transactions


def _repeating(schema: Any) -> list[str]:
    """Columns whose texts are stored once: the others are ids, no two alike."""
    import pyarrow as pa

    return [field.name for field in schema if pa.types.is_dictionary(field.type)]


def _copy(con: duckdb.DuckDBPyConnection, table: str, task: ShardTask) -> None:
    with _new_file(_path(task, table)) as new:
        con.execute(
            f'copy "{table}" to $path (format parquet, compression zstd,'
            f" compression_level {COMPRESSION_LEVEL})",
            {"path": str(new)},
        )


def _path(task: ShardTask, table: str) -> Path:
    return Path(task.folder) / table / f"{task.part}.parquet"


def _new_file(path: Path) -> contextlib.AbstractContextManager[Path]:
    """A file written whole: an engine may run a shard again while the first try still runs."""
    return new_file(path, apart=uuid.uuid4().hex)
