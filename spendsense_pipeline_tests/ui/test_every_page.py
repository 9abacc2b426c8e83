"""What holds for every page: no serious fault for axe, readable at three sizes, light and dark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from spendsense_pipeline.ui.server import STATIC
from spendsense_pipeline.ui.shell import PLACES
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
    "/generate",
    "/people",
    PERSON,
    f"{PERSON}?part=decision",
    "/people/nobody",
    "/signals",
    "/review",
    "/guardrails",
    "/history",
    "/bank",
    "/me/user_0000",
)
PARTS = tuple(f"{PERSON}?part={part}" for part in ("money", "transactions", "features", "advice"))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_fit_to_use_on_a_phone(
    server: Dashboard, onlooker_with_a_phone: Page, path: str
) -> None:
    page = onlooker_with_a_phone
    open_page(page, server.url + path)
    assert not serious_faults(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


@pytest.mark.long
@pytest.mark.parametrize("path", [*PAGES, *PARTS])
def test_a_page_is_fit_to_use_at_every_size_light_and_dark(
    server: Dashboard, browser: Browser, path: str
) -> None:
    with visit(browser) as page:
        for colours in ("light", "dark"):
            # On a phone, in light colours, every page has been looked at above.
            sizes = (
                (WIDE, TABLET) if colours == "light" and path in PAGES else (WIDE, TABLET, PHONE)
            )
            for width, height in sizes:
                page.set_viewport_size({"width": width, "height": height})
                open_page(page, server.url + path)
                assert not serious_faults(page), (width, colours)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
            if colours == "light":
                page.get_by_role("button", name="Dark colours").click()
                page.get_by_role("button", name="Light colours").wait_for()


def test_no_sheet_means_what_another_does() -> None:
    """All are loaded on every page: a name that two define would make one page look like another."""
    sheets: dict[str, set[str]] = {}
    for sheet in STATIC.glob("*.css"):
        rules = re.findall(r"(?:^|[}])\s*(?:[a-z]+)?\.([a-z-]+)\s*\{", sheet.read_text("utf-8"))
        for name in rules:
            sheets.setdefault(name, set()).add(sheet.name)
    assert sheets
    assert {name: files for name, files in sheets.items() if len(files) > 1} == {}


def test_every_place_is_looked_at() -> None:
    assert {place.path for place in PLACES} <= set(PAGES)


def test_places_are_real_links(server: Dashboard, onlooker_with_a_phone: Page) -> None:
    page = onlooker_with_a_phone
    open_page(page, server.url)
    links = page.get_by_role("navigation", name="Places").get_by_role("link")
    assert [link.get_attribute("href") for link in links.all()][:2] == ["/", "/generate"]
    assert links.first.get_attribute("aria-current") == "page"
