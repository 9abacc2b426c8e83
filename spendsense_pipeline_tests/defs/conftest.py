"""Runs of the real graph over trivial households, each test in its own data directory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

import spendsense_pipeline.generation
from spendsense_pipeline.definitions import defs
from spendsense_pipeline_tests.fixtures import trivial_households
from spendsense_pipeline_tests.fixtures.dagster_books import kept_engines
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of, built_once
from spendsense_pipeline_tests.fixtures.graph_runs import QUIET, Run, run_config
from spendsense_pipeline_tests.fixtures.undrawn_pictures import undrawn_pictures

__all__ = ["kept_engines", "undrawn_pictures"]


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
        return defs.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance,
            asset_selection=None if assets is None else [dg.AssetKey(a) for a in assets],
            run_config={**(config or {}), **QUIET},
            raise_on_error=False,
        )

    return run


@pytest.fixture(scope="session")
def published_small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after one refresh; copy it, do not change it."""

    def refresh(directory: Path) -> None:
        with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
            patch.setenv("SPENDSENSE_DATA_DIR", str(directory))
            patch.setattr(
                spendsense_pipeline.generation,
                "generate",
                trivial_households.generate,
                raising=False,
            )
            result = defs.resolve_implicit_global_asset_job_def().execute_in_process(
                instance=instance, run_config=run_config() | QUIET
            )
        assert result.success

    return built_once(tmp_path_factory, "small_world", refresh)


@pytest.fixture
def after_a_refresh(published_small_world: Path, data_dir: Path) -> Path:
    """This test's data directory, as one refresh left it."""
    return a_copy_of(published_small_world, data_dir)
