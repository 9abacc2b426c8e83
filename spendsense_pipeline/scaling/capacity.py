"""Whether the machine has the capacity for what was asked, before anything is written."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.files import human_bytes
from spendsense_pipeline.publishing.warehouse import MEMORY_LIMIT_GIB
from spendsense_pipeline.scaling.engines import SHARD_USERS

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.estimate import Estimate
    from spendsense_pipeline.settings import Settings

# The warehouse being built and the copy that is published, and a tenth of room to sort in.
_COPIES = 2.1
# Measured (docs/performance.md): libraries and a shard, and DuckDB's working tables for so many
# people; beyond ten thousand they are measured in ranges, and DuckDB is held to its limit anyway.
_BYTES_ANY_RUN = 400_000_000
_BYTES_PER_PERSON = 120_000
_MOST_IN_DUCKDB = round(MEMORY_LIMIT_GIB * 2**30)
# With an engine: what a worker on this machine holds, and a shard's files per transaction.
_BYTES_PER_WORKER = 700_000_000
_PARQUET_BYTES_PER_TRANSACTION = 32


def require_capacity(expected: Estimate, settings: Settings) -> None:
    """Refuse what this machine cannot hold.

    Raises:
        SpendSenseError: naming what is short, by how much, and what to do.
    """
    missing = shortage(expected, settings)
    if missing:
        raise missing


def shortage(expected: Estimate, settings: Settings) -> SpendSenseError | None:
    """What this machine is short of for the request, and what to do; None when it has room."""
    short = []
    disk, free = disk_needed(expected, settings), free_bytes(settings)
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
    """Bytes a run writes: the warehouse, its published copy and, with an engine, the shards."""
    shards = expected.transactions * _PARQUET_BYTES_PER_TRANSACTION if settings.engine else 0
    return round(expected.bytes * _COPIES) + shards


def free_bytes(settings: Settings) -> int:
    """Bytes free where the data directory is or will be."""
    place = settings.data_dir
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def memory_needed(people: int, settings: Settings) -> int:
    """Bytes a run holds at its peak on this machine, its engine's workers included."""
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
