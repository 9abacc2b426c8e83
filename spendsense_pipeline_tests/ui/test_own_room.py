"""A person's own page: what they decide there is recorded as theirs, and holds at once."""

from __future__ import annotations

import io
import json
import re
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from spendsense_pipeline.operations.reviewing import say
from spendsense_pipeline.reporting.dataset_reader import open_dataset
from spendsense_pipeline.reporting.review_queue import ItemsOf, review_queue
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.dashboard import (
    OPERATOR,
    PHONE,
    Dashboard,
    dashboard,
    open_page,
    serious_faults,
    visit,
)
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of
from spendsense_pipeline_tests.fixtures.reviews import after

# What an operator calls things; a person is never called any of it.
_OPERATORS_WORDS = r"\bpersona\b|\bpending\b|\bflagged\b|\w_\w|spendsense"


@pytest.fixture
def own_server(refreshed: tuple[Path, object], tmp_path: Path) -> Iterator[Dashboard]:
    """A dashboard in whose data somebody may withdraw consent."""
    with dashboard(a_copy_of(refreshed[0], tmp_path / "data", without="warehouse")) as running:
        yield running


def settings_of(server: Dashboard) -> Settings:
    return Settings.from_environment({"SPENDSENSE_DATA_DIR": str(server.data_dir)})


def somebody(server: Dashboard) -> tuple[str, tuple[str, ...], str]:
    """Somebody who consents: their id, merchants of theirs, and an item now approved for them."""
    settings = settings_of(server)
    with open_dataset(settings) as published:
        item = review_queue(
            published, settings, status="pending", items=ItemsOf(kind="education"), limit=1
        ).items[0]
        merchants = tuple(
            name
            for (name,) in published.con.execute(
                "select distinct merchant_name from raw_transactions join raw_accounts"
                " using (account_id) where raw_accounts.user_id = $user_id"
                " and merchant_name is not null",
                {"user_id": item.user_id},
            ).fetchall()
        )
    say(
        settings,
        "approve",
        [item.recommendation_id],
        operator=OPERATOR,
        now=lambda: after(0),
    )
    return item.user_id, merchants, item.title


def unconsenting(server: Dashboard) -> str:
    with open_dataset(settings_of(server)) as published:
        [(user_id,)] = published.con.execute(
            "select user_id from raw_users where consent_status <> 'granted' limit 1"
        ).fetchall()
    return str(user_id)


def source_of(server: Dashboard, user_id: str) -> str:
    with urllib.request.urlopen(f"{server.url}/me/{user_id}") as answer:
        assert answer.status == 200
        return str(answer.read(), "utf-8")


def test_a_person_withdraws_consent_and_gives_it_again(
    own_server: Dashboard, browser: Browser
) -> None:
    user_id, merchants, title = somebody(own_server)
    assert any(name in source_of(own_server, user_id) for name in merchants)
    with (
        visit(browser, size=PHONE) as page,
        visit(browser) as elsewhere,
        visit(browser) as operator,
    ):
        open_page(operator, own_server.url)
        open_page(elsewhere, f"{own_server.url}/me/{user_id}")
        open_page(page, f"{own_server.url}/me/{user_id}")
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        page.get_by_role("button", name="Withdraw my consent").click()
        expect(page.get_by_role("dialog")).to_contain_text("deleted by the next run")
        page.get_by_role("button", name="Keep it").click()
        assert not (own_server.data_dir / "consent.json").exists()
        page.get_by_role("button", name="Withdraw my consent").click()
        page.get_by_role("button", name="Withdraw", exact=True).click()
        expect(page.get_by_role("heading", name="Your consent is withdrawn")).to_be_visible()
        assert consent(own_server, user_id) == "revoked"
        expect(elsewhere.get_by_role("heading", name="Your consent is withdrawn")).to_be_visible()
        expect(operator.get_by_text("Consent has been decided on since")).to_be_visible()

        source = source_of(own_server, user_id)
        assert not [name for name in (*merchants, title) if name in source]

        page.get_by_role("button", name="I agree").click()
        expect(page.get_by_role("heading", name="Your data")).to_be_visible()
        # What was approved before is read anew first.
        expect(page.get_by_role("heading", name=title)).to_have_count(0)
        assert consent(own_server, user_id) == "granted"
    log = (own_server.data_dir / "operations.jsonl").read_text("utf-8").splitlines()
    assert [(e["operator"], e["action"], e["subject"], e["via"]) for e in map(json.loads, log)][
        -2:
    ] == [
        (user_id, "consent revoked", user_id, "person's room"),
        (user_id, "consent granted", user_id, "person's room"),
    ]


def consent(server: Dashboard, user_id: str) -> str:
    decided = json.loads((server.data_dir / "consent.json").read_text("utf-8"))
    return str(decided[user_id]["status"])


def test_a_person_takes_their_data_along(server: Dashboard, browser: Browser) -> None:
    user_id, _, title = somebody(server)
    with visit(browser, size=PHONE) as page:
        open_page(page, f"{server.url}/me/{user_id}")
        with page.expect_download() as download:
            page.get_by_role("button", name="Take my data with me").click()
        data = Path(download.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        about = json.loads(archive.read("about.json"))
        users = json.loads(archive.read("raw_users.json"))
        everything = b"".join(map(archive.read, archive.namelist())).decode()
    assert about["user_id"] == user_id
    assert [user["user_id"] for user in users] == [user_id]
    assert title in everything


def test_nothing_of_the_operators_is_on_the_page(server: Dashboard, browser: Browser) -> None:
    user_id, _, title = somebody(server)
    with visit(browser, size=PHONE) as page:
        open_page(page, f"{server.url}/me/{user_id}")
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        said = page.locator("#content").inner_text()
        assert not re.findall(_OPERATORS_WORDS, said.lower())
        assert not page.get_by_role("link").filter(has_not_text="Skip").count()
        expect(page.get_by_text("A demonstration, not a log-in")).to_be_visible()
        assert not serious_faults(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_whoever_is_unknown_or_never_agreed_gets_no_data(server: Dashboard, page: Page) -> None:
    open_page(page, f"{server.url}/me/<b>nobody")
    expect(page.get_by_text("Nobody of that id is in today's data.")).to_be_visible()
    user_id = unconsenting(server)
    open_page(page, f"{server.url}/me/{user_id}")
    expect(page.get_by_text("You have not agreed that we look at your money")).to_be_visible()
    expect(page.get_by_role("button", name="Withdraw my consent")).to_have_count(0)
    expect(page.get_by_role("button", name="I agree")).to_be_visible()
