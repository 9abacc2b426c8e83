"""A population made in shards by a process per core: time, CPU and the memory of all of them.

Run as a child process, so that its CPU seconds and memory are its own; prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import AS_OF

_SAMPLE_SECONDS = 0.5


class Memory(threading.Thread):
    """Samples what this process and its children hold together; stays at 0 without /proc."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        super().__init__(daemon=True)
        self.peak_mb = 0.0
        self._stopped = threading.Event()

    def run(self) -> None:
        """Sample until stopped."""
        while not self._stopped.wait(_SAMPLE_SECONDS):
            kilobytes = sum(_kilobytes(pid) for pid in (os.getpid(), *_children(os.getpid())))
            self.peak_mb = max(self.peak_mb, kilobytes / 1024)

    def stop(self) -> None:
        """Sample no more."""
        self._stopped.set()
        self.join()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text(encoding="ascii").split()]
        except OSError:  # ended meanwhile
            continue
    return found


def _kilobytes(pid: int) -> int:
    """What a process holds, pages shared with others in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def measured(users: int, folder: Path) -> dict[str, Any]:
    """Make everything about so many people with the default controls, as partitioned Parquet."""
    from spendsense_pipeline.controls import DataGenerationConfig, OperatorConfig, resolve
    from spendsense_pipeline.scaling.engines import Engine
    from spendsense_pipeline.scaling.partitions import make_partitions, results

    os.environ["SPENDSENSE_MAX_USERS"] = str(max(users, 1000))
    resolved = resolve(OperatorConfig(config=DataGenerationConfig(num_users=users)), as_of=AS_OF)
    memory = Memory()
    memory.start()
    wall = time.perf_counter()
    made = make_partitions(resolved, folder, engine=Engine("processes"))
    wall = time.perf_counter() - wall
    memory.stop()
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    shards = results(made)
    return {
        "users": users,
        "transactions": sum(shard.transactions for shard in shards),
        "shards": len(shards),
        "bytes": sum(shard.bytes for shard in shards),
        "wall": wall,
        "cpu": sum(usage.ru_utime + usage.ru_stime for usage in spent),
        "peak_memory_mb": memory.peak_mb,
    }


def main() -> None:
    """Measure one size and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("users", type=int)
    parser.add_argument("--folder", type=Path, help="where to write, if not the temporary folder")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        print(json.dumps(measured(chosen.users, Path(folder))))


if __name__ == "__main__":
    main()
