"""What holds for every page: no serious fault for axe, readable at three sizes, light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from spendsense_pipeline_tests.fixtures.dashboard import (
    PHONE,
    TABLET,
    WIDE,
    Dashboard,
    open_page,
    serious_faults,
    visit,
)

PERSON = "/people/user_0000"
PAGES = (
    "/",
    "/people",
    PERSON,
    *(
        pytest.param(f"{PERSON}?part={part}", marks=pytest.mark.long)
        for part in ("money", "transactions", "features", "advice")
    ),
    f"{PERSON}?part=decision",
    "/people/nobody",
    "/signals",
    "/history",
    "/bank",
)


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_serious_fault(server: Dashboard, browser: Browser, path: str) -> None:
    for size in (WIDE, TABLET, PHONE):
        with visit(browser, size=size) as page:
            open_page(page, server.url + path)
            assert not serious_faults(page), size
            page.get_by_role("button", name="Dark colours").click()
            page.get_by_role("button", name="Light colours").wait_for()
            assert not serious_faults(page), (size, "dark")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_runs_off_the_side(server: Dashboard, browser: Browser, path: str) -> None:
    for size in (WIDE, TABLET, PHONE):
        with visit(browser, size=size) as page:
            open_page(page, server.url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_places_are_real_links(server: Dashboard, page: Page) -> None:
    open_page(page, server.url)
    links = page.get_by_role("navigation", name="Places").get_by_role("link")
    assert [link.get_attribute("href") for link in links.all()][:2] == ["/", "/generate"]
    assert links.first.get_attribute("aria-current") == "page"
