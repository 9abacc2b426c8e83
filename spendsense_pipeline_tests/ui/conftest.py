"""The dashboard of one small refresh, and one browser, for all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from spendsense_pipeline_tests.fixtures.dagster_books import kept_engines
from spendsense_pipeline_tests.fixtures.dashboard import (
    PHONE,
    WIDE,
    Dashboard,
    chromium,
    dashboard,
    visit,
    watched,
)
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


Watched = tuple[Page, list[str]]


@pytest.fixture(scope="module")
def _at_a_desk(browser: Browser) -> Iterator[Watched]:
    with watched(browser, size=WIDE) as looking:
        yield looking


@pytest.fixture(scope="module")
def _with_a_phone(browser: Browser) -> Iterator[Watched]:
    with watched(browser, size=PHONE) as looking:
        yield looking


@pytest.fixture
def onlooker(_at_a_desk: Watched) -> Iterator[Page]:
    """One visitor for all tests of a module that only look: who comes a second time is shown a page
    in a third of the time. Who gives a name or types what is kept is a `page` of its own.
    """
    yield from _uncomplaining(*_at_a_desk)


@pytest.fixture
def onlooker_with_a_phone(_with_a_phone: Watched) -> Iterator[Page]:
    """The same on a small screen."""
    yield from _uncomplaining(*_with_a_phone)


def _uncomplaining(page: Page, complaints: list[str]) -> Iterator[Page]:
    complaints.clear()
    yield page
    assert not complaints
