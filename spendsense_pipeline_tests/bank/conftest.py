"""A small published world for all tests of a run, and a bank of it for those that only ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.command import Answer, run
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of, built_once
from spendsense_pipeline_tests.fixtures.local_bank import Bank, a_world, publish_people, serving
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with people published as of AS_OF; to copy."""
    folder = built_once(
        tmp_path_factory,
        "bank_world",
        lambda folder: publish_people(settings_in(folder / "data"), a_world()) and None,
    )
    return folder / "data"


@pytest.fixture
def settings(world: Path, tmp_path: Path) -> Settings:
    """Of a copy of it that is the test's own."""
    return settings_in(a_copy_of(world, tmp_path / "data"))


@pytest.fixture
def bank(settings: Settings) -> Iterator[Bank]:
    """A bank of the test's own."""
    with serving(settings) as running:
        yield running


@pytest.fixture
def refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """The command, which must not come to serve anything: a problem, what to do, and exit code 2."""

    def serve(*_: Any, **__: Any) -> None:
        pytest.fail("it serves")

    monkeypatch.setenv("SPENDSENSE_DATA_DIR", str(settings.data_dir))

    def refused(*words: str) -> Answer:
        port = () if "--port" in words else ("--port", "0")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(uvicorn.Server, "run", serve)
            answer = run("plaid", *port, *words)
        assert answer.code == 2
        assert answer.out == ""
        assert "Traceback" not in answer.err
        assert len(answer.err.strip().splitlines()) <= 2, answer.err
        return answer

    return refused
