"""From the form to a dataset: what was shown is what is made, a check that fails publishes nothing,
and two operators see the same run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from spendsense_pipeline.publishing.retention import current_dataset
from spendsense_pipeline.reporting.dataset_reader import open_dataset
from spendsense_pipeline.reporting.summary import mix_of
from spendsense_pipeline.reporting.wording import percent
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.dashboard import (
    Dashboard,
    dashboard,
    introduce,
    open_page,
    visit,
)
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of

pytestmark = pytest.mark.long

RUN_PATIENCE_MS = 240_000
DAY = "2026-06-30"


@pytest.fixture(scope="module")
def own_server(
    refreshed: tuple[Path, object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """A dashboard whose dataset may be replaced."""
    data_dir = a_copy_of(refreshed[0], tmp_path_factory.mktemp("generating") / "data")
    with dashboard(data_dir) as running:
        yield running


def settings_of(server: Dashboard) -> Settings:
    return Settings.from_environment({"SPENDSENSE_DATA_DIR": str(server.data_dir)})


def begin_with(page: Page, server: Dashboard, config: dict[str, Any]) -> None:
    open_page(page, f"{server.url}/generate")
    page.locator(".files > summary").click()
    page.locator(".files input[type=file]").set_input_files(
        {"name": "a.json", "mimeType": "application/json", "buffer": json.dumps(config).encode()}
    )
    expect(page.locator("pre.file")).to_have_text(json.dumps(config, indent=2) + "\n")


def picture(page: Page) -> list[list[str]]:
    """The persona mix of the preview, once it is of what is asked."""
    expect(page.locator(".picture .status")).to_contain_text("made in", timeout=60_000)
    return mix(page, ".picture")


def mix(page: Page, where: str) -> list[list[str]]:
    rows = page.locator(f"{where} tbody").first.locator("tr").all()
    return [[cell.inner_text() for cell in row.locator("td").all()] for row in rows]


def generate(page: Page) -> str:
    """Start it; the run's id."""
    page.get_by_role("button", name="Generate").click()
    introduce(page)
    page.wait_for_url("**/generate/*-*")
    return page.url.rpartition("/")[2]


def test_what_was_shown_is_what_is_made(own_server: Dashboard, browser: Browser) -> None:
    config = {
        "config": {"seed": 7, "num_users": 60, "months_history": 6, "generation_timestamp": DAY},
    }
    with visit(browser) as page, visit(browser) as other:
        begin_with(page, own_server, config)
        page.get_by_label("Variable Income, per cent").fill("40")
        expect(page.locator("pre.file")).to_contain_text("variable_income")
        shown = picture(page)
        lives = page.locator(".lives strong").all_inner_texts()
        run_id = generate(page)
        # Another operator sees it at work, and what is asked next would wait for it.
        open_page(other, f"{own_server.url}/generate")
        expect(other.get_by_text("Yours would wait for it.")).to_be_visible(timeout=60_000)
        link = other.locator(".launch a[href^='/history/']")
        assert link.get_attribute("href") == f"/history/{run_id}"
        page.reload()
        outcome = page.get_by_role("heading", name="Who came out")
        expect(outcome).to_be_visible(timeout=RUN_PATIENCE_MS)
        assert mix(page, ".outcome") == shown
    with open_dataset(settings_of(own_server)) as published:
        made = mix_of(published)
        names = {row["name"] for row in published.rows("select name from raw_users")}
    assert [row[2] for row in shown] == [percent(row.assigned_180d) for row in made]
    assert [row[-1] for row in shown] == [percent(row.assigned_30d) for row in made]
    assert len(names) >= 50
    assert lives
    assert set(lives) <= names


def test_a_check_that_fails_is_shown_and_publishes_nothing(
    own_server: Dashboard, browser: Browser
) -> None:
    before = current_dataset(settings_of(own_server)).dataset_id
    config = {
        "config": {"num_users": 20, "months_history": 2, "generation_timestamp": DAY},
        "expectations": {"min_coverage": 1.0},
    }
    with visit(browser) as page:
        begin_with(page, own_server, config)
        generate(page)
        failed = page.locator(".run .remark.bad").filter(has_text="min_coverage")
        expect(failed.first).to_be_visible(timeout=RUN_PATIENCE_MS)
        # The figure, the bound, and what to do.
        expect(failed.first).to_contain_text(re.compile(r"coverage_is_sufficient: 0\.\d+"))
        expect(failed.first).to_contain_text("persona >= 1")
        expect(failed.first).to_contain_text("Lower expectations.min_coverage")
        expect(page.get_by_role("heading", name="Who came out")).to_have_count(0)
    assert current_dataset(settings_of(own_server)).dataset_id == before
