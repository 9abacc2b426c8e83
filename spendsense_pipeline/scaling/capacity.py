"""Whether the machine has the capacity for what was asked, before anything is written."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from spendsense_pipeline.disk import bytes_in, free_bytes, human_bytes
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.publishing.warehouse import (
    MEMORY_LIMIT_GIB,
    WarehouseError,
    remove_building,
    writer_lock,
)
from spendsense_pipeline.scaling.engines import SHARD_USERS

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.estimate import Estimate
    from spendsense_pipeline.settings import Settings

# DuckDB's log, which it writes into the file when it has grown to 16 MiB.
_LOG_BYTES = 17_000_000
# What Dagster's books grow by in a run.
BOOKS_BYTES = 6_000_000
# Files are rounded up to blocks, and large tables are sorted on disk beside them.
_MARGIN = 1.1
# Measured (docs/performance.md): libraries and a shard, and DuckDB's working tables for so many
# people; beyond ten thousand they are measured in ranges, and DuckDB is held to its limit anyway.
_BYTES_ANY_RUN = 400_000_000
_BYTES_PER_PERSON = 120_000
_MOST_IN_DUCKDB = round(MEMORY_LIMIT_GIB * 2**30)
# With an engine: what a worker on this machine holds, and a shard's files per transaction.
_BYTES_PER_WORKER = 700_000_000
_PARQUET_BYTES_PER_TRANSACTION = 32


def require_capacity(expected: Estimate, settings: Settings, *, begins_anew: bool = True) -> None:
    """Refuse what this machine cannot hold.

    Args:
        expected: what is asked for.
        settings: where it would be written, and who makes it.
        begins_anew: whether what an earlier run left in the warehouse is replaced as a whole.

    Raises:
        SpendSenseError: naming what is short, by how much, and what to do.
    """
    missing = shortage(expected, settings, begins_anew=begins_anew)
    if missing:
        raise missing


def shortage(
    expected: Estimate, settings: Settings, *, begins_anew: bool = True
) -> SpendSenseError | None:
    """What this machine is short of for the request, and what to do.

    Args:
        expected: what is asked for.
        settings: where it would be written, and who makes it.
        begins_anew: whether what an earlier run left in the warehouse is replaced as a whole.

    Returns:
        What `require_capacity` raises; None when it has room.
    """
    short = []
    disk, free = disk_needed(expected, settings), free_bytes(settings.data_dir)
    if begins_anew:
        free += bytes_in(settings.warehouse_dir)
    if disk > free:
        short.append(
            f"{human_bytes(disk)} of disk in {settings.data_dir}, where {human_bytes(free)} are"
            " free"
        )
    memory, available = memory_needed(expected.people, settings), available_memory()
    if available is not None and memory > available:
        short.append(f"{human_bytes(memory)} of memory, of which {human_bytes(available)} are free")
    if not short:
        return None
    return SpendSenseError(
        problem=(
            f"{expected.people:,} people with {expected.transactions:,} transactions need about"
            f" {' and '.join(short)}; nothing was written"
        ),
        remedy=(
            "ask for fewer people or months, make room or set SPENDSENSE_DATA_DIR to a larger disk;"
            " --force tries all the same"
        ),
    )


def disk_needed(expected: Estimate, settings: Settings) -> int:
    """Bytes by which a run that makes everything has grown the data directory at its largest.

    The warehouse being built; beside it first DuckDB's log, then, with that written, the published
    copy and the new export; Dagster's books; with an engine, the shards.

    Args:
        expected: what is asked for.
        settings: whether an engine makes it.

    Returns:
        Bytes, with a margin.
    """
    shards = expected.transactions * _PARQUET_BYTES_PER_TRANSACTION if settings.engine else 0
    beside = max(_LOG_BYTES, expected.bytes + expected.export_bytes)
    return round((expected.bytes + beside + BOOKS_BYTES + shards) * _MARGIN)


def still_missing(expected: Estimate, settings: Settings) -> int:
    """Bytes that are neither free nor already in the warehouse being built, of those needed.

    Args:
        expected: what is asked for.
        settings: where it is written.

    Returns:
        Bytes; 0 where there is room.
    """
    available = free_bytes(settings.data_dir) + bytes_in(settings.warehouse_dir)
    return max(0, disk_needed(expected, settings) - available)


def reclaim(expected: Estimate, settings: Settings) -> None:
    """Delete what an earlier run left in the warehouse, where the next one needs its room to begin.

    Nothing while another run is at work there.

    Args:
        expected: what the next run makes.
        settings: where it is written.
    """
    if free_bytes(settings.data_dir) >= disk_needed(expected, settings):
        return
    with (
        contextlib.suppress(WarehouseError),
        writer_lock(settings, holder="the next run", wait_seconds=0),
    ):
        remove_building(settings)


def memory_needed(people: int, settings: Settings) -> int:
    """Bytes a run holds at its peak on this machine, its engine's workers included.

    Args:
        people: how many are generated.
        settings: who makes them.

    Returns:
        Bytes.
    """
    needed = _BYTES_ANY_RUN + min(_BYTES_PER_PERSON * people, _MOST_IN_DUCKDB)
    if settings.engine and not settings.engine_address:
        shards = -(-people // SHARD_USERS)
        needed += _BYTES_PER_WORKER * min(shards, os.cpu_count() or 1)
    return needed


def available_memory() -> int | None:
    """Bytes that can be had without swapping; None where the system does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:  # noqa: PTH123 - no file of ours
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None
