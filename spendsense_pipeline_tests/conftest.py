"""What every test can rely on: its own data directory, and property tests that repeat."""

from __future__ import annotations

import functools
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import hypothesis
import pytest

# The same examples on every run, so that a red build is red for everybody; no deadline, because
# the machine is shared. `make fuzz` draws anew, and many more.
hypothesis.settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "fuzz",
    parent=hypothesis.settings.get_profile("repeatable"),
    derandomize=False,
    max_examples=2_000,
)
hypothesis.settings.load_profile("repeatable")


def pytest_configure() -> None:
    """What is imported and collected stays to the end: garbage is not looked for in it, then or
    later."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_unconfigure() -> None:
    gc.unfreeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _one_thread_per_database() -> Iterator[None]:
    """The workers are what runs at once: a second thread on a few rows only takes a worker's core.

    A test that is about threads asks for them, and other processes have as many as they like.
    """
    connect = duckdb.connect

    @functools.wraps(connect)
    def with_one(
        database: str | Path = ":memory:",
        read_only: bool = False,
        config: dict[str, Any] | None = None,
    ) -> duckdb.DuckDBPyConnection:
        return connect(database, read_only, {"threads": 1} | (config or {}))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duckdb, "connect", with_one)
        yield


@pytest.fixture(scope="session", autouse=True)
def _clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing a person set in their shell leaks in, and no test writes into the checkout's data."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in (
            "DAGSTER_HOME",
            "DAGSTER_MODULE_NAME",
            "SPENDSENSE_ENGINE",
            "SPENDSENSE_ENGINE_ADDRESS",
            "SPENDSENSE_MAX_USERS",
            "SPENDSENSE_OPERATOR",
            "SPENDSENSE_TIMEZONE",
        ):
            patch.delenv(variable, raising=False)
        patch.setenv("SPENDSENSE_DATA_DIR", str(tmp_path_factory.mktemp("session") / "data"))
        patch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
        yield


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory of the test's own, not made yet; `Settings.from_environment()` finds it."""
    directory = tmp_path / "data"
    monkeypatch.setenv("SPENDSENSE_DATA_DIR", str(directory))
    return directory


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Half as many workers again as there are cores: a quarter of a run is spent waiting, for
    browsers, disks and clocks. The long tests drive servers that keep a core busy beside a worker's.
    """
    if config.getoption("markexpr") == "long":
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(2, (cores or 1) * 3 // 2)
