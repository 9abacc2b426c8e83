"""One population, every stage, in this process: seconds, CPU seconds, rows and peak memory.

Run as a child process so that each size has a memory peak of its own; prints one line of JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

AS_OF = dt.date(2026, 6, 30)
Seconds = dict[str, float]


@contextlib.contextmanager
def timed(stages: dict[str, Seconds], name: str) -> Iterator[None]:
    """Record wall and CPU seconds (of all threads) of the block."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    stages[name] = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def peak_memory_mb() -> float:
    """Most memory this process has held, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def measured(users: int, folder: Path) -> dict[str, Any]:
    """Stages and floors for a population of the default controls."""
    import duckdb

    from benchmarks import floors
    from spendsense_pipeline.checks import run_all
    from spendsense_pipeline.controls import DataGenerationConfig, OperatorConfig, resolve
    from spendsense_pipeline.features import build_features, build_recurring_streams
    from spendsense_pipeline.generation import generate
    from spendsense_pipeline.personas import assign
    from spendsense_pipeline.plaid.tables import GENERATED_TABLES
    from spendsense_pipeline.publishing.loading import TableLoader
    from spendsense_pipeline.traces import build_traces

    # The upper bound of a population is a setting, to keep laptops out of trouble; not here.
    os.environ["SPENDSENSE_MAX_USERS"] = str(max(users, 1000))
    resolved = resolve(OperatorConfig(config=DataGenerationConfig(num_users=users)), as_of=AS_OF)
    stages: dict[str, Seconds] = {}
    for _ in generate(resolved):  # first call: catalogues are read, libraries loaded
        break
    with timed(stages, "generate"):
        for _ in generate(resolved):
            pass
    con = duckdb.connect(str(folder / "warehouse.duckdb"))
    with timed(stages, "generate and load"):
        loaders = {t.name.removeprefix("raw_"): TableLoader(con, t) for t in GENERATED_TABLES}
        for shard in generate(resolved):
            for name, loader in loaders.items():
                loader.add(getattr(shard, name))
        for loader in loaders.values():
            loader.finish()
        con.execute("checkpoint")
    with timed(stages, "streams"):
        build_recurring_streams(con, as_of=AS_OF)
    with timed(stages, "features"):
        for window_days in (30, 180):
            build_features(
                con, as_of=AS_OF, window_days=window_days, history_start=resolved.history_start
            )
    with timed(stages, "assign"):
        assign(con, as_of=AS_OF, thresholds=resolved.thresholds)
    with timed(stages, "traces"):
        build_traces(con, resolved=resolved, dataset_id="0" * 16, code_version="benchmark")
    with timed(stages, "checks"):
        run_all(con, resolved)
    peak = peak_memory_mb()
    rows = floors.in_memory(con)
    with timed(stages, "floor: write"):
        floors.write(rows, folder / "floor.duckdb")
    with timed(stages, "floor: read"):
        floors.read(con)
    [(transactions,)] = con.execute("select count(*) from raw_transactions").fetchall()
    con.close()
    size = (folder / "warehouse.duckdb").stat().st_size
    return {
        "users": users,
        "transactions": transactions,
        "stages": stages,
        "peak_memory_mb": peak,
        "bytes": size,
    }


def main() -> None:
    """Measure one size and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("users", type=int)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measured(parser.parse_args().users, Path(folder))))


if __name__ == "__main__":
    main()
