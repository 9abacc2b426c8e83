"""One small refresh, by the command itself, that the reading commands are tried on."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from spendsense_pipeline_tests.fixtures.command import Answer, run
from spendsense_pipeline_tests.fixtures.dagster_books import kept_engines
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of, built_once
from spendsense_pipeline_tests.fixtures.undrawn_pictures import undrawn_pictures

__all__ = ["kept_engines", "undrawn_pictures"]

AS_OF = "2026-06-30"
# Twenty people cannot promise shares; what is tested here is the command line.
ANYTHING_GOES = {"min_coverage": 0.0, "min_persona_share": 0.0, "max_persona_share": 1.0}
ASKED = {
    "config": {"num_users": 20, "months_history": 4, "generation_timestamp": AS_OF},
    "expectations": ANYTHING_GOES,
}


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """A data directory after one refresh, and what the command said."""

    def refresh(folder: Path) -> None:
        config = folder / "asked.json"
        config.write_text(json.dumps(ASKED), encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SPENDSENSE_DATA_DIR", str(folder / "data"))
            answer = run("refresh", "--config", config, "--yes")
        (folder / "answer.json").write_text(json.dumps(asdict(answer)), encoding="utf-8")

    folder = built_once(tmp_path_factory, "refreshed", refresh)
    return folder / "data", Answer(**json.loads((folder / "answer.json").read_text("utf-8")))


@pytest.fixture
def published(refreshed: tuple[Path, Answer], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The refreshed data directory, to read only."""
    data_dir, answer = refreshed
    assert answer.code == 0, answer.err
    monkeypatch.setenv("SPENDSENSE_DATA_DIR", str(data_dir))
    return data_dir


@pytest.fixture
def own_copy(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to write into."""
    data_dir = a_copy_of(published, tmp_path / "data", without="warehouse")
    monkeypatch.setenv("SPENDSENSE_DATA_DIR", str(data_dir))
    return data_dir
