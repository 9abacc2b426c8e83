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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig
    from spendsense_pipeline.settings import Settings

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
    from benchmarks import floors
    from spendsense_pipeline.controls import (
        DataGenerationConfig,
        OperatorConfig,
        OperatorControls,
        resolve,
    )
    from spendsense_pipeline.generation import generate
    from spendsense_pipeline.publishing.warehouse import open_building
    from spendsense_pipeline.scaling.engines import SHARD_USERS
    from spendsense_pipeline.settings import Settings

    # The upper bound of a population is a setting, to keep laptops out of trouble; not here.
    os.environ["SPENDSENSE_MAX_USERS"] = str(max(users, 1000))
    os.environ["SPENDSENSE_DATA_DIR"] = str(folder)
    settings = Settings.from_environment()
    resolved = resolve(OperatorConfig(config=DataGenerationConfig(num_users=users)), as_of=AS_OF)
    nothing_happens = OperatorConfig(
        config=DataGenerationConfig(num_users=users),
        controls=OperatorControls(life_event_rate=0.0),
    )
    uneventful = resolve(nothing_happens, as_of=AS_OF)
    stages: dict[str, Seconds] = {}
    for _ in generate(resolved):  # first call: catalogues are read, libraries loaded
        break
    with timed(stages, "generate"):
        for _ in generate(resolved):
            pass
    with timed(stages, "floor: uneventful"):
        for _ in generate(uneventful):
            pass
    generator_peak = peak_memory_mb()
    with open_building(settings) as con:
        _build(con, settings, resolved, stages)
        peak = peak_memory_mb()
        with timed(stages, "parquet"):
            con.execute(
                "copy raw_transactions to $path (format parquet, compression zstd)",
                {"path": str(folder / "raw_transactions.parquet")},
            )
        rows = floors.in_memory(con)
        with timed(stages, "floor: parquet"):
            floors.write_parquet(rows, folder / "floor.parquet")
        with timed(stages, "floor: write"):
            floors.write(rows, folder / "floor.duckdb")
        with timed(stages, "floor: read"):
            floors.read(con)
        [(transactions,)] = con.execute("select count(*) from raw_transactions").fetchall()
    shard = _one_shard(resolved, folder) if users >= SHARD_USERS else None
    return {
        "shard": shard,
        "users": users,
        "transactions": transactions,
        "stages": stages,
        "peak_memory_mb": peak,
        "generator_memory_mb": generator_peak,
        "parquet_bytes": (folder / "raw_transactions.parquet").stat().st_size,
        "bytes": settings.published_path.stat().st_size,
        "floor_bytes": (folder / "floor.duckdb").stat().st_size,
    }


def the_stages_alone(users: int, folder: Path) -> None:
    """Every stage once, as a program would call them that wants no Dagster."""
    from spendsense_pipeline.controls import DataGenerationConfig, OperatorConfig, resolve
    from spendsense_pipeline.publishing.warehouse import open_building
    from spendsense_pipeline.settings import Settings

    os.environ["SPENDSENSE_DATA_DIR"] = str(folder)
    settings = Settings.from_environment()
    resolved = resolve(OperatorConfig(config=DataGenerationConfig(num_users=users)), as_of=AS_OF)
    with open_building(settings) as con:
        _build(con, settings, resolved, {"generate": {"wall": 0.0, "cpu": 0.0}})


def _one_shard(resolved: ResolvedConfig, folder: Path) -> dict[str, float]:
    """What a worker of an engine spends on a shard, from nothing to Parquet files."""
    from spendsense_pipeline.publishing.identity import code_version
    from spendsense_pipeline.scaling.engines import SHARD_USERS
    from spendsense_pipeline.scaling.shard import ShardTask, make_shard

    task = ShardTask(resolved, 0, SHARD_USERS, str(folder / "shards"), {}, code_version())
    seconds: dict[str, Seconds] = {}
    with timed(seconds, "shard"):
        made = make_shard(task)
    return {
        **seconds["shard"],
        "users": made.users,
        "bytes": made.bytes,
        "transactions": made.transactions,
    }


def _build(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    resolved: ResolvedConfig,
    stages: dict[str, Seconds],
) -> None:
    """Every stage after generating, with the functions that the pipeline's steps call."""
    from spendsense_pipeline.checks import run_all
    from spendsense_pipeline.evaluation.event_detection import build_event_detection
    from spendsense_pipeline.evaluation.measures import build_evaluation
    from spendsense_pipeline.generation import generate
    from spendsense_pipeline.personas.assignment import assign
    from spendsense_pipeline.personas.rules import rules_version
    from spendsense_pipeline.publishing.loading import TableLoader, made_ahead
    from spendsense_pipeline.publishing.publish import publish
    from spendsense_pipeline.recommendations import build_recommendations, catalogue_in_force
    from spendsense_pipeline.recommendations.build import write_content_items
    from spendsense_pipeline.recommendations.guardrails.planting import recall
    from spendsense_pipeline.scaling.ranges import measure_features, measure_streams
    from spendsense_pipeline.tables.features import WINDOWS
    from spendsense_pipeline.tables.raw import GENERATED_TABLES
    from spendsense_pipeline.traces import build_traces

    with timed(stages, "generate and load"):
        loaders = [TableLoader(con, table) for table in GENERATED_TABLES]
        for shard in made_ahead(generate(resolved)):
            for loader, rows in zip(loaders, shard, strict=True):
                loader.add(rows)
        for loader in loaders:
            loader.finish()
        con.execute("checkpoint")
    both, alone = stages.pop("generate and load"), stages["generate"]
    stages["load"] = {clock: max(0.0, both[clock] - alone[clock]) for clock in both}
    with timed(stages, "streams"):
        measure_streams(con, as_of=AS_OF)
    with timed(stages, "features"):
        for window_days in WINDOWS:
            measure_features(
                con, as_of=AS_OF, window_days=window_days, history_start=resolved.history_start
            )
    with timed(stages, "assign"):
        assign(con, as_of=AS_OF, thresholds=resolved.thresholds)
    with timed(stages, "traces"):
        build_traces(con, resolved=resolved, dataset_id="0" * 16, code_version="benchmark")
    catalogue = catalogue_in_force(resolved)
    with timed(stages, "advise"):
        write_content_items(con, catalogue)
        build_recommendations(con, resolved=resolved, catalogue=catalogue)
    with timed(stages, "evaluate"):
        build_event_detection(
            con,
            as_of=AS_OF,
            history_start=resolved.history_start,
            thresholds=resolved.thresholds,
            scored=False,
        )
        build_evaluation(con, resolved=resolved, all_replay=True, recall=recall)
    with timed(stages, "checks"):
        run_all(con, resolved)
    with timed(stages, "publish"):
        publish(
            con,
            settings,
            resolved,
            rules_version=rules_version(resolved.thresholds),
            run_id=None,
            now=dt.datetime.now(dt.UTC),
            is_all_new=True,
        )


def main() -> None:
    """Measure one size and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("users", type=int)
    parser.add_argument("--stages-alone", action="store_true", help="run them, measure nothing")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.stages_alone:
            the_stages_alone(chosen.users, Path(folder))
        else:
            print(json.dumps(measured(chosen.users, Path(folder))))


if __name__ == "__main__":
    main()
