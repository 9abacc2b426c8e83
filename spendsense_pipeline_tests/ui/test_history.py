"""The page of the past: the clock is moved, a dataset compared and gone back to, and the log says
who did it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from spendsense_pipeline.publishing.retention import current_dataset
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.dashboard import (
    OPERATOR,
    Dashboard,
    dashboard,
    introduce,
    open_page,
    visit,
)
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of
from spendsense_pipeline_tests.fixtures.refreshed_directory import AS_OF

RUN_PATIENCE_MS = 180_000


@pytest.fixture
def page(onlooker: Page) -> Page:
    """Nobody does anything here that is kept."""
    return onlooker


@pytest.fixture
def own_server(refreshed: tuple[Path, object], tmp_path: Path) -> Iterator[Dashboard]:
    """A dashboard whose dataset may be replaced."""
    with dashboard(a_copy_of(refreshed[0], tmp_path / "data")) as running:
        yield running


def published(server: Dashboard) -> str:
    settings = Settings.from_environment({"SPENDSENSE_DATA_DIR": str(server.data_dir)})
    return current_dataset(settings).dataset_id


def operations(server: Dashboard) -> list[tuple[str, str, str]]:
    log = (server.data_dir / "operations.jsonl").read_text(encoding="utf-8").splitlines()
    return [(e["operator"], e["action"], e["via"]) for e in map(json.loads, log)]


@pytest.mark.long
def test_the_clock_moves_on_and_a_dataset_is_gone_back_to(
    own_server: Dashboard, browser: Browser
) -> None:
    first = published(own_server)
    with visit(browser) as page, visit(browser) as onlooker:
        open_page(onlooker, own_server.url)
        open_page(page, f"{own_server.url}/history")
        expect(page.get_by_text(f"It is {AS_OF} in the published world.")).to_be_visible()
        page.get_by_role("button", name="+1 week").click()
        page.get_by_role("button", name="Move the clock").click()
        introduce(page)
        page.wait_for_url("**/history/*-*")
        # Somebody else sees the same run, wherever they are.
        line = onlooker.locator(".at-work a")
        expect(line).to_be_visible(timeout=RUN_PATIENCE_MS)
        assert own_server.url + str(line.get_attribute("href")) == page.url
        expect(page.get_by_text("succeeded", exact=True)).to_be_visible(timeout=RUN_PATIENCE_MS)
        expect(onlooker.get_by_text("Another dataset has been published")).to_be_visible()
        second = published(own_server)
        assert second != first

        open_page(page, f"{own_server.url}/history")
        expect(page.get_by_text("It is 2026-07-07 in the published world.")).to_be_visible()
        page.get_by_role("link", name=f"Compare {first}").click()
        expect(page.get_by_role("heading", name="Two datasets")).to_be_visible()
        expect(page.get_by_text(f"{first[:8]} ({AS_OF})").first).to_be_visible()

        open_page(page, f"{own_server.url}/history")
        page.get_by_role("button", name=f"Go back to {first}").click()
        page.get_by_role("button", name="Go back", exact=True).click()
        expect(page.get_by_text(f"It is {AS_OF} in the published world.")).to_be_visible()
        assert published(own_server) == first
        expect(page.get_by_role("cell", name=OPERATOR).first).to_be_visible()
    assert operations(own_server)[-2:] == [
        (OPERATOR, "refresh", "dashboard"),
        (OPERATOR, "rollback", "dashboard"),
    ]


@pytest.mark.parametrize(
    ("day", "said"), [(AS_OF, f"It is {AS_OF} already"), ("", "Write a day as 2026-07-01")]
)
def test_a_day_that_has_passed_is_refused_beside_the_field(
    server: Dashboard, page: Page, day: str, said: str
) -> None:
    open_page(page, f"{server.url}/history")
    page.get_by_label("Live on to").fill(day)
    page.get_by_role("button", name="Move the clock").click()
    expect(page.get_by_text(said)).to_be_visible()


def test_a_run_that_nobody_knows_is_said(server: Dashboard, page: Page) -> None:
    open_page(page, f"{server.url}/history/no-such-run")
    expect(page.get_by_role("alert")).to_contain_text("no run 'no-such-run'")


def test_an_empty_name_is_refused(server: Dashboard, page: Page) -> None:
    open_page(page, f"{server.url}/history")
    page.get_by_role("button", name="Move the clock").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("who says this is not known")).to_be_visible()
    page.get_by_label("Your name").fill("pipeline")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("runs go by that name")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    assert page.url == f"{server.url}/history"
