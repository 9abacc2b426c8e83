"""With an engine chosen, the pipeline's steps take their tables from shards: the same tables. What
the machine cannot hold is refused before it is written, or given up in one line.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from spendsense_pipeline.controls import OperatorConfig, resolve
from spendsense_pipeline.defs.features import (
    account_balances,
    features_30d,
    features_180d,
    recurring_streams,
)
from spendsense_pipeline.defs.operator_controls import operator_controls
from spendsense_pipeline.defs.personas import persona_assignments
from spendsense_pipeline.defs.raw import FORCE_TAG, raw
from spendsense_pipeline.defs.recommendations import recommendations
from spendsense_pipeline.defs.traces import decision_traces
from spendsense_pipeline.defs.warehouse import Warehouse
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.generation import generate
from spendsense_pipeline.publishing.warehouse import writer_lock
from spendsense_pipeline.reporting import estimate as estimates
from spendsense_pipeline.reporting.estimate import Estimate, estimate
from spendsense_pipeline.scaling import capacity
from spendsense_pipeline.scaling.capacity import require_capacity
from spendsense_pipeline.scaling.shard import SHARD_TABLES
from spendsense_pipeline.settings import Settings
from spendsense_pipeline.tables import tables_of
from spendsense_pipeline.tables.raw import GENERATED
from spendsense_pipeline_tests.fixtures.command import run as command
from spendsense_pipeline_tests.fixtures.generated_people import (
    every_row,
    some_people,
)
from spendsense_pipeline_tests.fixtures.graph_runs import failures
from spendsense_pipeline_tests.fixtures.rows import AS_OF

STEPS: list[Any] = [
    operator_controls,
    raw,
    account_balances,
    recurring_streams,
    features_30d,
    features_180d,
    persona_assignments,
    decision_traces,
    recommendations,
]


def run(
    data_dir: Path, steps: list[Any] = STEPS, tags: dict[str, str] | None = None
) -> dg.ExecuteInProcessResult:
    config = {
        "num_users": 20,
        "seed": 11,
        "months_history": 4,
        "generation_timestamp": "2026-06-30",
    }
    return dg.materialize(
        steps,
        resources={"warehouse": Warehouse(data_dir=str(data_dir))},
        run_config={"ops": {"operator_controls": {"config": {"config": config}}}},
        tags=tags,
        raise_on_error=False,
    )


@pytest.mark.parametrize("engine", ["processes", pytest.param(None, marks=pytest.mark.long)])
def test_steps_take_their_tables_from_shards_where_an_engine_is_chosen(
    engine: str | None,
    tmp_path: Path,
    twenty_people: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if engine:
        monkeypatch.setenv("SPENDSENSE_ENGINE", engine)
    assert run(tmp_path).success
    assert (tmp_path / "shards").exists() == bool(engine)
    made = duckdb.connect(str(tmp_path / "warehouse" / "building.duckdb"), read_only=True)
    for table in SHARD_TABLES:
        assert every_row(made, table.name) == every_row(twenty_people, table.name), table.name


def test_what_the_machine_cannot_hold_is_refused_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity, "free_bytes", lambda _: 5_000_000)
    refused = run(tmp_path, [operator_controls, raw])
    [failure] = refused.get_step_failure_events()
    said = str(failure.step_failure_data.user_failure_data.description)
    assert "20 people" in said
    assert "--force" in said
    with duckdb.connect(str(tmp_path / "warehouse" / "building.duckdb")) as con:
        written = {name for (name,) in con.execute("show tables").fetchall()}
    assert not written & {table.name for table in tables_of(GENERATED)}
    assert run(tmp_path, [operator_controls, raw], {FORCE_TAG: "true"}).success


def test_the_command_refuses_with_the_estimate_and_writes_nothing(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity, "free_bytes", lambda _: 5_000_000)
    answer = command("refresh", "--users", "900", "--yes")
    assert answer.code == 2
    assert "900 people" in answer.err
    assert "--force tries all the same" in answer.err
    assert not data_dir.exists()


@pytest.mark.parametrize(
    ("free", "memory", "names"),
    [
        (10**12, 10**12, []),
        (10**12, None, []),
        (10**6, 10**12, ["disk"]),
        (10**12, 10**6, ["memory"]),
        (10**6, 10**6, ["disk", "memory"]),
    ],
)
def test_the_refusal_names_what_is_short(
    free: int, memory: int | None, names: list[str], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity, "free_bytes", lambda _: free)
    monkeypatch.setattr(capacity, "available_memory", lambda: memory)
    expected, settings = estimate(some_people(1_000)), Settings.from_environment()
    if not names:
        require_capacity(expected, settings)
        return
    with pytest.raises(SpendSenseError) as refusal:
        require_capacity(expected, settings)
    assert "1,000 people" in str(refusal.value)
    for name in ("disk", "memory"):
        assert (f"of {name}" in str(refusal.value)) == (name in names)


def test_memory_does_not_grow_with_people_beyond_a_range(data_dir: Path) -> None:
    settings = Settings.from_environment()
    assert capacity.memory_needed(100, settings) < capacity.memory_needed(10_000, settings)
    assert capacity.memory_needed(20_000, settings) == capacity.memory_needed(10_000_000, settings)


def test_an_engine_here_needs_memory_for_its_workers_and_disk_for_its_shards(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Settings.from_environment()
    here = dataclasses.replace(plain, engine="processes")
    elsewhere = dataclasses.replace(plain, engine="dask", engine_address="tcp://scheduler:8786")
    monkeypatch.setattr(capacity.os, "cpu_count", lambda: 4)
    alone = capacity.memory_needed(100_000, plain)
    assert capacity.memory_needed(100_000, here) == alone + 4 * 700_000_000
    assert capacity.memory_needed(100, here) == capacity.memory_needed(100, plain) + 700_000_000
    assert capacity.memory_needed(100_000, elsewhere) == alone
    expected = estimate(some_people(1_000))
    assert capacity.disk_needed(expected, here) == capacity.disk_needed(expected, elsewhere)
    assert capacity.disk_needed(expected, here) > capacity.disk_needed(expected, plain)


def test_a_dry_run_says_that_there_is_no_room(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "refused" not in command("refresh", "--dry-run").out
    monkeypatch.setattr(capacity, "free_bytes", lambda _: 10**6)
    answer = command("refresh", "--dry-run")
    assert answer.code == 0
    said = " ".join(answer.out.split())
    assert "Valid." in said
    assert "It would be refused here: 100 people" in said


def test_a_larger_population_needs_more_disk(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Estimate(1_000, 900, 400_000, 10**9, 5 * 10**8, 1.0)
    monkeypatch.setattr(capacity, "free_bytes", lambda _: 2 * 10**9)
    with pytest.raises(SpendSenseError, match=r"2\.8 GB of disk.*2\.0 GB are free"):
        require_capacity(expected, Settings.from_environment())


def test_sizes_are_said_in_units_that_tell_them_apart(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity, "free_bytes", lambda _: 3_000_000)
    with pytest.raises(SpendSenseError, match=r"[1-9]\d\.\d MB of disk.*3\.0 MB are free"):
        require_capacity(estimate(some_people(100)), Settings.from_environment())


def test_room_an_earlier_run_holds_in_the_warehouse_counts_as_free_and_is_given_back(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, expected = Settings.from_environment(), estimate(some_people(100))
    needed = capacity.disk_needed(expected, settings)
    settings.warehouse_dir.mkdir(parents=True)
    settings.building_path.write_bytes(bytes(1_000_000))
    monkeypatch.setattr(capacity, "free_bytes", lambda _: needed - 600_000)
    assert capacity.shortage(expected, settings) is None
    assert capacity.shortage(expected, settings, begins_anew=False) is not None
    assert capacity.still_missing(expected, settings) == 0
    with writer_lock(settings, holder="another run", wait_seconds=0):
        capacity.reclaim(expected, settings)
    assert settings.building_path.exists(), "another run was at work"
    capacity.reclaim(expected, settings)
    assert not settings.building_path.exists()
    assert capacity.still_missing(expected, settings) == 600_000
    settings.warehouse_dir.mkdir(parents=True)
    monkeypatch.setattr(capacity, "free_bytes", lambda _: needed)
    capacity.reclaim(expected, settings)
    assert settings.warehouse_dir.exists(), "nothing was short"


@pytest.mark.parametrize("preset", ["default", "variable_income_focus"])
def test_bytes_are_estimated_for_more_rows_than_are_made(preset: str) -> None:
    resolved = resolve(OperatorConfig(preset=preset, config={"num_users": 60}), as_of=AS_OF)
    rows_made = sum(shard.transactions.num_rows for shard in generate(resolved))
    expected = estimate(resolved)
    assert rows_made <= expected.transactions * estimates.MOST_ROWS
    assert abs(expected.transactions / rows_made - 1) < 0.2


def test_a_disk_that_fills_up_ends_the_run_once_and_leaves_room_to_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every step after it gives the same reason, and the next run works."""
    monkeypatch.setattr("spendsense_pipeline.defs.raw._makes_everything", lambda _: True)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("spendsense_pipeline.scaling.ranges.build_features", full)
        refused = run(tmp_path)
    reasons = set(failures(refused).values())
    assert len(reasons) == 1, reasons
    [reason] = reasons
    assert f"the disk holding {tmp_path / 'warehouse'} is too full" in reason
    assert not (tmp_path / "warehouse").exists()
    assert run(tmp_path).success
