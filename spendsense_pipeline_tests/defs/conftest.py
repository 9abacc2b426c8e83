"""Runs of the real graph over trivial households, each test in its own data directory."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

import spendsense_pipeline.generation
from spendsense_pipeline.definitions import defs
from spendsense_pipeline_tests.fixtures import trivial_households

Run = Callable[..., dg.ExecuteInProcessResult]

CONFIG: dict[str, Any] = {"num_users": 12, "generation_timestamp": "2026-06-30"}


def run_config(**changes: Any) -> dict[str, Any]:
    """Run config of the whole graph for the small world; `changes` to its `config` section."""
    controls = {"config": CONFIG | changes, "expectations": trivial_households.ANYTHING_GOES}
    return {"ops": {"operator_controls": {"config": controls}}}


@pytest.fixture
def small_households(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        spendsense_pipeline.generation, "generate", trivial_households.generate, raising=False
    )


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def materialize(small_households: None, data_dir: Path, instance: dg.DagsterInstance) -> Run:
    """Materialize some assets (all by default) in this test's data directory."""

    def run(
        assets: Sequence[str] | None = None, config: Mapping[str, Any] | None = None
    ) -> dg.ExecuteInProcessResult:
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        return defs.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance,
            asset_selection=None if assets is None else [dg.AssetKey(a) for a in assets],
            run_config={**(config or {}), **quiet},
            raise_on_error=False,
        )

    return run


@pytest.fixture(scope="session")
def published_small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after one refresh; copy it, do not change it."""
    directory = tmp_path_factory.mktemp("small") / "data"
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("SPENDSENSE_DATA_DIR", str(directory))
        patch.setattr(
            spendsense_pipeline.generation, "generate", trivial_households.generate, raising=False
        )
        result = defs.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance,
            run_config=run_config()
            | {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    assert result.success
    return directory


@pytest.fixture
def after_a_refresh(published_small_world: Path, data_dir: Path) -> Path:
    """This test's data directory, as one refresh left it."""
    shutil.copytree(published_small_world, data_dir)
    # A copy of a hard link is a file of its own; the published name stands for the newest again.
    [kept] = (data_dir / "datasets").glob("*.duckdb")
    (data_dir / "spendsense.duckdb").unlink()
    (data_dir / "spendsense.duckdb").hardlink_to(kept)
    return data_dir
