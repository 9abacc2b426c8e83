"""Pages where data is missing, broken or swapped, and many people looking at once."""

from __future__ import annotations

import statistics
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from spendsense_pipeline_tests.fixtures.dashboard import (
    Dashboard,
    Visitor,
    dashboard,
    open_page,
    serious_faults,
    visit,
)
from spendsense_pipeline_tests.ui.test_every_page import PAGES

# Where something can be done before there is a dataset.
WITHOUT_DATA = {"/history", "/generate"}
SOMEBODY = ("/people/user_0001", "/me/user_0001")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with dashboard(tmp_path_factory.mktemp("empty") / "data") as running:
        yield running


# One of each kind: a page of the dataset, one on which something can be done, one person, a room.
_QUICK = {"/", "/generate", *SOMEBODY}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=[] if path in _QUICK else pytest.mark.long)
        for path in (*PAGES, *SOMEBODY)
    ],
)
def test_before_the_first_dataset_every_page_says_what_to_do(
    empty: Dashboard, onlooker: Page, path: str
) -> None:
    open_page(onlooker, empty.url + path)
    if path.startswith("/me/"):
        expect(onlooker.get_by_text("There is nothing to see just now")).to_be_visible()
    elif path not in WITHOUT_DATA:
        expect(onlooker.get_by_role("heading", name="Nothing has been made yet")).to_be_visible()
    assert not serious_faults(onlooker)


@pytest.mark.long
def test_what_is_no_dataset_is_named(tmp_path: Path, browser: Browser) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "spendsense.duckdb").write_bytes(b"not a database")
    with dashboard(data_dir) as server, visit(browser) as page:
        open_page(page, server.url)
        expect(page.get_by_role("alert")).to_contain_text("spendsense.duckdb")
        assert "Traceback" not in page.content()


@pytest.mark.load
def test_a_thousand_page_views_leave_memory_as_it_was(server: Dashboard) -> None:
    visitor = Visitor(server)
    paths = [*PAGES, *SOMEBODY]

    def view(times: int) -> int:
        for number in range(times):
            assert visitor.get(paths[number % len(paths)]) == 200
        return server.resident_bytes

    # A page nobody's browser came back for is kept for a minute: by then as many go as come.
    view(400)
    before = [view(25) for _ in range(4)]
    view(400)
    after = [view(25) for _ in range(4)]
    assert statistics.median(after) < 1.10 * statistics.median(before)


@pytest.mark.load
def test_twenty_operators_at_once_are_all_answered(server: Dashboard) -> None:
    answers: list[int] = []

    def look_around() -> None:
        visitor = Visitor(server)
        answers.extend(visitor.get(path) for path in (*PAGES, *SOMEBODY))

    operators = [threading.Thread(target=look_around) for _ in range(20)]
    for operator in operators:
        operator.start()
    for operator in operators:
        operator.join()
    assert answers == [200] * (20 * (len(PAGES) + len(SOMEBODY)))


def test_an_address_that_is_no_page_is_said_without_a_trace(server: Dashboard) -> None:
    visitor = Visitor(server)
    assert visitor.get("/no/such/page") == 404
