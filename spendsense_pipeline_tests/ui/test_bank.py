"""The page of the local Plaid: what it shows while a server runs beside it, and when none does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from spendsense_pipeline.publishing.consent import record_decision
from spendsense_pipeline_tests.fixtures.dashboard import (
    PHONE,
    WIDE,
    Dashboard,
    dashboard,
    open_page,
    serious_faults,
)
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of
from spendsense_pipeline_tests.fixtures.local_bank import bank_process
from spendsense_pipeline_tests.fixtures.tiny_dataset import settings_in

SECRET = "of-the-app-alone"
NOWHERE = f"http://127.0.0.1:9/webhooks?key={SECRET}"


@pytest.fixture
def own(refreshed: tuple[Path, object], tmp_path: Path) -> Iterator[Dashboard]:
    """A dashboard of a copy that nothing else writes into."""
    data_dir = a_copy_of(refreshed[0], tmp_path / "data", without="warehouse")
    with dashboard(data_dir) as running:
        yield running


def tile(page: Page, name: str) -> Locator:
    return page.locator(".tile").filter(has=page.get_by_text(name, exact=True))


def rows(page: Page, caption: str) -> Locator:
    return page.get_by_role("region", name=caption).locator("tbody tr")


@pytest.mark.long
def test_the_page_follows_a_server(own: Dashboard, page: Page) -> None:
    open_page(page, f"{own.url}/bank")
    expect(tile(page, "Server")).to_contain_text("does not run")
    expect(page.get_by_text("Nobody is linked.")).to_contain_text("make plaid")
    settings = settings_in(own.data_dir)
    with bank_process(own.data_dir) as bank:
        expect(tile(page, "Server")).to_contain_text("apps are answered", timeout=10_000)
        token = bank.link(products=("transactions",), webhook=NOWHERE)
        [item] = [bank.get("/item/get", access_token=token)["item"]]
        bank.error("/liabilities/get", access_token=token)
        linked = rows(page, "Items, newest first")
        expect(linked).to_have_count(1, timeout=10_000)
        expect(linked).to_contain_text("in order")
        expect(linked).to_contain_text(item["institution_name"])
        expect(linked).to_contain_text("transactions")
        expect(linked).to_contain_text("127.0.0.1:9")
        user_id = linked.get_by_role("link").inner_text()
        expect(linked.get_by_role("link")).to_have_attribute("href", f"/people/{user_id}")
        expect(rows(page, "Webhooks, newest first")).to_have_count(2)
        expect(rows(page, "Errors answered, newest first")).to_contain_text("/liabilities/get")
        record_decision(settings, user_id, "revoked", decided_at=dt.datetime.now(dt.UTC))
        expect(linked).to_contain_text("does not consent", timeout=10_000)
        expect(linked).not_to_contain_text(item["institution_name"])
        expect(linked).not_to_contain_text("transactions")
        expect(tile(page, "Items")).to_contain_text("1 of them in an error")
    expect(tile(page, "Server")).to_contain_text("does not run", timeout=10_000)
    open_page(page, f"{own.url}/bank")
    expect(rows(page, "Items, newest first")).to_contain_text("USER_PERMISSION_REVOKED")
    for size in (PHONE, WIDE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        open_page(page, f"{own.url}/bank")
        assert not serious_faults(page), size
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for secret in (token, SECRET):
        assert secret not in page.content()
