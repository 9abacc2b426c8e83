"""The traced town, built once."""

from __future__ import annotations

import duckdb
import pytest

from spendsense_pipeline_tests.fixtures.town import a_town
from spendsense_pipeline_tests.fixtures.traced_people import Trace, a_traced_world, traces_of


@pytest.fixture(scope="session")
def town() -> duckdb.DuckDBPyConnection:
    return a_traced_world(**a_town())


@pytest.fixture(scope="session")
def town_traces(town: duckdb.DuckDBPyConnection) -> list[Trace]:
    return traces_of(town)
