"""The dashboard of one small refresh, and one browser, for all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from spendsense_pipeline_tests.fixtures.dagster_books import kept_engines
from spendsense_pipeline_tests.fixtures.dashboard import Dashboard, chromium, dashboard, visit
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of
from spendsense_pipeline_tests.fixtures.refreshed_directory import published, refreshed
from spendsense_pipeline_tests.fixtures.undrawn_pictures import undrawn_pictures

__all__ = ["kept_engines", "published", "refreshed", "undrawn_pictures"]


@pytest.fixture(scope="session")
def server(
    refreshed: tuple[Path, object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """A dashboard of its own copy, which tests may write into."""
    data_dir = a_copy_of(
        refreshed[0], tmp_path_factory.mktemp("dashboard") / "data", without="warehouse"
    )
    with dashboard(data_dir) as running:
        yield running


@pytest.fixture(scope="module")
def browser(refreshed: object) -> Iterator[Browser]:
    """Chromium, for the tests of one module: while it is driven no other event loop can run in
    this process, neither that of another module's tests nor that of the refresh.
    """
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A visitor nobody knows yet, on a wide screen."""
    with visit(browser) as visitor:
        yield visitor
