"""Whether the machine can hold what was asked for, before anything is written."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from spendsense_pipeline.publishing.warehouse import WarehouseError

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.estimate import Estimate
    from spendsense_pipeline.settings import Settings

# The warehouse being built and the copy that is published, and a tenth of room to sort in.
_COPIES = 2.1
# Measured (docs/performance.md): libraries, a shard and DuckDB's working tables for so many people;
# beyond ten thousand they are measured in ranges and memory stays where it is.
_BYTES_ANY_RUN = 300_000_000
_BYTES_PER_PERSON = 120_000
_MOST_PEOPLE_AT_ONCE = 10_000


class NoRoomError(WarehouseError):
    """The disk or the memory would not hold the request; the message holds the estimate."""


def require_room(expected: Estimate, settings: Settings) -> None:
    """Refuse what this machine cannot hold.

    Raises:
        NoRoomError: naming what is short, by how much, and what to do.
    """
    short = []
    disk, free = round(expected.bytes * _COPIES), free_bytes(settings)
    if disk > free:
        short.append(
            f"{_gigabytes(disk)} of disk in {settings.data_dir}, where {_gigabytes(free)} are free"
        )
    memory, available = memory_needed(expected.people), available_memory()
    if available is not None and memory > available:
        short.append(f"{_gigabytes(memory)} of memory, of which {_gigabytes(available)} are free")
    if short:
        msg = (
            f"{expected.people:,} people with {expected.transactions:,} transactions need about "
            f"{' and '.join(short)}. Ask for fewer people or months, make room or set "
            "SPENDSENSE_DATA_DIR to a larger disk; --force tries all the same. Nothing was written."
        )
        raise NoRoomError(msg)


def free_bytes(settings: Settings) -> int:
    """Bytes free where the data directory is or will be."""
    place = settings.data_dir
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def memory_needed(people: int) -> int:
    """Bytes a run holds at its peak."""
    return _BYTES_ANY_RUN + _BYTES_PER_PERSON * min(people, _MOST_PEOPLE_AT_ONCE)


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


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
