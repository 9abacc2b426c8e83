"""The page of guardrails and checks: what it counts is what the dataset holds, and what was changed
to a failure is shown first with what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Page, expect

from spendsense_pipeline_tests.fixtures.dashboard import Dashboard, dashboard, open_page, visit
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of

REMEDY = "Look at the <b>bands</b> that miss."


@pytest.fixture
def page(onlooker: Page) -> Page:
    """Nobody does anything here that is kept."""
    return onlooker


@pytest.fixture
def with_remark(refreshed: tuple[Path, object], tmp_path: Path) -> Iterator[Dashboard]:
    """A dashboard of a dataset one check of which remarks something."""
    data_dir = a_copy_of(refreshed[0], tmp_path / "data", without="warehouse")
    with duckdb.connect(str(data_dir / "spendsense.duckdb")) as con:
        con.execute(
            "update check_results set passed = false, severity = 'WARN', failing_rows = 3,"
            " figure = 0.25, bound = '0.1 at most', remedy = $remedy, skipped_because = null"
            " where check_name = (select min(check_name) from check_results"
            " where asset = 'raw_users')",
            {"remedy": REMEDY},
        )
    with dashboard(data_dir) as running:
        yield running


def counts(server: Dashboard) -> dict[str, int]:
    with duckdb.connect(str(server.data_dir / "spendsense.duckdb"), read_only=True) as con:
        rows = con.execute("select passed, severity, skipped_because from check_results").fetchall()
    skipped = sum(because is not None for *_, because in rows)
    failed = [severity for passed, severity, _ in rows if not passed]
    return {
        "all": len(rows),
        "failed": failed.count("ERROR"),
        "remarks": failed.count("WARN"),
        "skipped": skipped,
    }


def test_the_page_counts_what_the_dataset_holds(server: Dashboard, page: Page) -> None:
    open_page(page, f"{server.url}/guardrails")
    chips = page.get_by_role("navigation", name="Which checks").get_by_role("link")
    assert [chip.inner_text() for chip in chips.all()] == [
        f"{word} {count}" for word, count in counts(server).items()
    ]
    page.get_by_role("link", name="skipped").click()
    page.wait_for_url("**/guardrails?which=skipped")
    expect(page.locator(".checks > li")).to_have_count(counts(server)["skipped"])


def test_realism_is_measured_while_the_page_is_there(server: Dashboard, page: Page) -> None:
    open_page(page, f"{server.url}/guardrails")
    region = page.locator(".realism")
    height = region.evaluate("element => element.offsetHeight")
    expect(region.get_by_role("table")).to_be_visible(timeout=60_000)
    assert region.evaluate("element => element.offsetHeight") == height


@pytest.mark.long
def test_a_check_that_fails_comes_first_with_what_to_do(
    with_remark: Dashboard, browser: Browser
) -> None:
    with visit(browser) as page:
        open_page(page, f"{with_remark.url}/guardrails?which=remarks")
        first = page.locator(".parts > details").filter(has=page.get_by_text("raw_users"))
        expect(first).to_contain_text("0.25 against 0.1 at most")
        expect(first).to_contain_text("3 rows break it")
        expect(first).to_contain_text(f"What to do: {REMEDY}")
        open_page(page, f"{with_remark.url}/guardrails")
        expect(page.locator(".parts > details").first).to_have_attribute("open", "")
