from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline_tests.fixtures.exportable_dataset import a_dataset, open_dataset


@pytest.fixture(scope="session")
def dataset_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_dataset(tmp_path_factory.mktemp("published") / "spendsense.duckdb")


@pytest.fixture
def dataset(dataset_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_dataset(dataset_path)
    yield con
    con.close()
