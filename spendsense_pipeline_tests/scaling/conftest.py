"""Twenty people made, judged and explained in one piece, once: what shards and ranges are held to."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from spendsense_pipeline.sql import literal
from spendsense_pipeline_tests.fixtures.advised_people import advised
from spendsense_pipeline_tests.fixtures.data_directories import built_once
from spendsense_pipeline_tests.fixtures.generated_people import some_people


@pytest.fixture(scope="session")
def kept_in_one_piece(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of `some_people(20)`."""

    def build(folder: Path) -> None:
        with advised(some_people(20)) as con:
            con.execute(f"attach {literal(folder / 'advised.duckdb')} as kept")
            con.execute("copy from database memory to kept")

    return built_once(tmp_path_factory, "advised_twenty", build) / "advised.duckdb"


@pytest.fixture
def twenty_people(kept_in_one_piece: Path) -> duckdb.DuckDBPyConnection:
    """A copy of it in memory, to write into."""
    con = duckdb.connect()
    con.execute(f"attach {literal(kept_in_one_piece)} as kept (read_only)")
    con.execute("copy from database kept to memory")
    con.execute("detach kept")
    return con
