"""One small refresh, by the command itself, that the reading commands are tried on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from spendsense_pipeline_tests.fixtures.command import Answer, run

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
    data_dir = tmp_path_factory.mktemp("cli") / "data"
    config = tmp_path_factory.mktemp("asked") / "asked.json"
    config.write_text(json.dumps(ASKED), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPENDSENSE_DATA_DIR", str(data_dir))
        return data_dir, run("refresh", "--config", config, "--yes")


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
    data_dir = tmp_path / "data"
    shutil.copytree(published, data_dir, ignore=shutil.ignore_patterns("warehouse"))
    kept = next((data_dir / "datasets").glob("*.duckdb"))
    (data_dir / "spendsense.duckdb").unlink()
    (data_dir / "spendsense.duckdb").hardlink_to(kept)
    monkeypatch.setenv("SPENDSENSE_DATA_DIR", str(data_dir))
    return data_dir
