"""Reviewing on pages: what is said there stands in the log, and is seen at once where it counts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from spendsense_pipeline.operations.consent import decide_consent
from spendsense_pipeline.operations.entries import COMMAND_LINE
from spendsense_pipeline.operations.reviewing import say
from spendsense_pipeline.reporting.dataset_reader import open_dataset
from spendsense_pipeline.reporting.review_queue import ItemsOf, review_queue
from spendsense_pipeline.reporting.reviewed import QueueItem
from spendsense_pipeline.review.log import read
from spendsense_pipeline.settings import Settings
from spendsense_pipeline_tests.fixtures.dashboard import (
    OPERATOR,
    PHONE,
    Dashboard,
    dashboard,
    introduce,
    open_page,
    serious_faults,
    visit,
)
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of
from spendsense_pipeline_tests.fixtures.reviews import after


@pytest.fixture
def own_server(refreshed: tuple[Path, object], tmp_path: Path) -> Iterator[Dashboard]:
    """A dashboard in whose log nobody else writes."""
    with dashboard(a_copy_of(refreshed[0], tmp_path / "data", without="warehouse")) as running:
        yield running


def settings_of(server: Dashboard) -> Settings:
    return Settings.from_environment({"SPENDSENSE_DATA_DIR": str(server.data_dir)})


def pending(server: Dashboard, **asked: str) -> tuple[QueueItem, ...]:
    settings = settings_of(server)
    with open_dataset(settings) as published:
        return review_queue(published, settings, status="pending", items=ItemsOf(**asked)).items


def at_present() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def said_of(server: Dashboard, item: QueueItem) -> list[tuple[str, str, str | None]]:
    return [
        (entry.operator, entry.to_state, entry.reason or entry.text)
        for entry in read(settings_of(server))
        if entry.recommendation_id == item.recommendation_id
    ]


def open_item(page: Page, server: Dashboard, item: QueueItem) -> None:
    open_page(page, f"{server.url}/review/{item.recommendation_id}")


def shown_to(browser: Browser, server: Dashboard, user_id: str) -> str:
    """What a person's own page says."""
    with visit(browser, size=PHONE) as page:
        open_page(page, f"{server.url}/me/{user_id}")
        return page.locator("#content").inner_text()


def test_what_is_approved_is_shown_and_what_is_recalled_is_gone_at_once(
    server: Dashboard, browser: Browser, page: Page
) -> None:
    item = pending(server)[0]
    assert item.title not in shown_to(browser, server, item.user_id)
    open_item(page, server, item)
    page.get_by_role("button", name="Approve").click()
    introduce(page)
    said = f"{item.recommendation_id} of {item.user_id}: pending, now approved by {OPERATOR}."
    expect(page.get_by_text(said)).to_be_visible()
    assert item.title in shown_to(browser, server, item.user_id)

    page.get_by_role("button", name="Recall").click()
    expect(page.get_by_text("recall needs a reason, and it is empty")).to_be_visible()
    page.get_by_label("Reason, for the log").fill("<b>out</b> of date")
    page.get_by_role("button", name="Recall").click()
    expect(page.get_by_text("Nothing more can be said of this text")).to_be_visible()
    # What somebody typed stays text.
    expect(page.locator(".history")).to_contain_text("<b>out</b> of date")
    assert item.title not in shown_to(browser, server, item.user_id)
    assert said_of(server, item) == [
        (OPERATOR, "approved", None),
        (OPERATOR, "withdrawn", "<b>out</b> of date"),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("You spend $3,000 a month.", "use a slot such as"),
        pytest.param(
            "You are irresponsible with {monthly_expenses_usd}.",
            "which shames: say what",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "You spend {monthly_expense_usd}.",
            "{monthly_expense_usd} is none",
            marks=pytest.mark.long,
        ),
    ],
)
def test_words_a_guardrail_stops_are_refused_while_one_types(
    server: Dashboard, page: Page, words: str, said: str
) -> None:
    item = pending(server)[1]
    open_item(page, server, item)
    page.get_by_role("button", name="Edit the words").click()
    field = page.get_by_label("New rationale")
    expect(page.locator(".answer")).to_contain_text("Every guardrail lets it")
    field.fill(words)
    expect(page.locator(".answer")).to_contain_text(said)
    expect(page.get_by_role("button", name="Save these words")).to_be_disabled()
    assert not said_of(server, item)


@pytest.mark.long
def test_an_edit_reads_with_the_persons_figures_and_a_reload_loses_none_of_it(
    server: Dashboard, page: Page
) -> None:
    item = pending(server)[2]
    words = "About {monthly_expenses_usd} a month goes out. A plan may help."
    open_item(page, server, item)
    page.get_by_role("button", name="Edit the words").click()
    expect(page.locator(".answer")).to_contain_text("Every guardrail lets it")
    page.get_by_label("New rationale").fill(words)
    expect(page.locator(".answer")).to_contain_text("About $")
    open_item(page, server, item)
    expect(page.get_by_label("New rationale")).to_have_value(words)
    expect(page.locator(".answer")).to_contain_text("About $")
    page.get_by_role("button", name="Save these words").click()
    introduce(page)
    expect(page.locator(".reading .why").first).to_contain_text("About $")
    expect(page.get_by_label("New rationale")).not_to_be_visible()
    assert said_of(server, item) == [(OPERATOR, "edited", words)]


def test_a_click_puts_a_slot_into_the_text(server: Dashboard, page: Page) -> None:
    open_item(page, server, pending(server)[3])
    page.get_by_role("button", name="Edit the words").click()
    field = page.get_by_label("New rationale")
    expect(field).not_to_have_value("")
    page.get_by_role("button", name="Put in transaction_count").click()
    expect(field).to_have_value(re.compile(r" \{transaction_count\}$"))


@pytest.mark.long
def test_who_acts_on_what_has_changed_is_told_so(
    server: Dashboard, browser: Browser, page: Page
) -> None:
    item, other = pending(server)[4:6]
    with visit(browser) as second:
        for visitor in (page, second):
            open_item(visitor, server, item)
        page.get_by_role("button", name="Approve").click()
        introduce(page)
        expect(page.locator(".about")).to_contain_text("approved by Olga")
        second.get_by_role("button", name="Approve").click()
        introduce(second, "Paul")
        refused = f"{item.recommendation_id} of {item.user_id} is approved by {OPERATOR} since"
        expect(second.get_by_text(refused)).to_be_visible()
        expect(second.locator(".about")).to_contain_text("approved by Olga")

        # Words that the second has not read are not approved by them.
        for visitor in (page, second):
            open_item(visitor, server, other)
        page.get_by_label("Reason, for the log").fill("ask the lender")
        page.get_by_role("button", name="Flag").click()
        expect(page.locator(".about")).to_contain_text("flagged")
        second.get_by_role("button", name="Approve").click()
        expect(second.get_by_text("has changed since it was read: it is flagged")).to_be_visible()
        expect(second.locator(".about")).to_contain_text("flagged by Olga")
    assert said_of(server, item) == [(OPERATOR, "approved", None)]
    assert said_of(server, other) == [(OPERATOR, "flagged", "ask the lender")]


@pytest.mark.long
def test_filters_stand_in_the_address_and_pages_are_links(server: Dashboard, page: Page) -> None:
    open_page(page, f"{server.url}/review")
    expect(page.locator(".queue > li")).to_have_count(25)
    page.get_by_label("Kind").select_option("offer")
    page.wait_for_url("**/review?kind=offer")
    offers = len(pending(server, kind="offer"))
    expect(page.get_by_role("link", name=f"pending {offers:,}")).to_be_visible()
    page.get_by_role("link", name="Later").click()
    page.wait_for_url("**kind=offer&page=2")
    page.get_by_role("link", name="pending").click()
    page.wait_for_url("**/review?status=pending&kind=offer")
    expect(page.get_by_role("heading", name=f"{offers:,} items")).to_be_visible()
    page.get_by_label("Person", exact=True).fill("nobody")
    page.get_by_label("Person", exact=True).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("nobody")


@pytest.mark.long
def test_everything_found_is_approved_at_once_and_who_withdrew_is_left_out(
    own_server: Dashboard, browser: Browser, page: Page
) -> None:
    everything = pending(own_server)
    gone = everything[0].user_id
    decide_consent(
        settings_of(own_server),
        gone,
        "revoked",
        operator=None,
        via=COMMAND_LINE,
        at=after(0),
    )
    others = [item for item in everything if item.user_id != gone]
    assert 0 < len(others) < len(everything)
    open_page(page, f"{own_server.url}/review")
    expect(page.get_by_text("people who have withdrawn consent")).to_be_visible()
    expect(page.get_by_role("link", name=gone)).to_have_count(0)

    page.get_by_role("checkbox", name="All on this page").click()
    page.get_by_role("button", name="Approve 25 chosen").click()
    introduce(page)
    expect(page.get_by_text("25 items: approved.")).to_be_visible()
    assert len(read(settings_of(own_server))) == 25
    page.get_by_role("button", name=f"Approve all {len(others) - 25} found").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_text(f"{len(others) - 25} items: approved.")).to_be_visible()
    said = {(entry.recommendation_id, entry.to_state) for entry in read(settings_of(own_server))}
    assert said == {(item.recommendation_id, "approved") for item in others}
    assert everything[0].title not in shown_to(browser, own_server, gone)
    assert others[0].title in shown_to(browser, own_server, others[0].user_id)


@pytest.mark.long
def test_nothing_is_approved_that_came_or_changed_after_the_page_was_shown(
    own_server: Dashboard, page: Page
) -> None:
    """While somebody decides, a person gives consent again and an item is flagged."""
    settings = settings_of(own_server)
    everything = pending(own_server)
    gone, flagged = everything[0].user_id, everything[-1]
    decide_consent(settings, gone, "revoked", operator=None, via=COMMAND_LINE, at=at_present())
    shown = pending(own_server)
    open_page(page, f"{own_server.url}/review")
    page.get_by_role("button", name=f"Approve all {len(shown)} found").click()
    decide_consent(settings, gone, "granted", operator=None, via=COMMAND_LINE, at=at_present())
    say(
        settings,
        "flag",
        [flagged.recommendation_id],
        operator="Paul",
        reason="ask the lender",
        now=at_present,
    )
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    introduce(page)
    expect(page.get_by_text(f"{len(shown) - 1} items: approved.")).to_be_visible()
    came = len(everything) - len(shown) + 1
    said = f"{came} items came or changed after this was shown: not approved."
    expect(page.get_by_text(said)).to_be_visible()
    approved = {e.recommendation_id for e in read(settings) if e.to_state == "approved"}
    assert approved == {item.recommendation_id for item in shown} - {flagged.recommendation_id}
    # What is shown now may be approved now.
    page.get_by_role("button", name=f"Approve all {came} found").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_text(f"{came} items: approved.")).to_be_visible()


def test_an_item_reads_well_on_a_phone_and_to_axe(server: Dashboard, browser: Browser) -> None:
    with visit(browser, size=PHONE) as page:
        open_item(page, server, pending(server)[6])
        page.get_by_role("button", name="Edit the words").click()
        expect(page.locator(".answer")).to_contain_text("Every guardrail lets it")
        assert not serious_faults(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_an_item_nobody_knows_is_said(server: Dashboard, page: Page) -> None:
    open_page(page, f"{server.url}/review/ffffffffffff")
    expect(page.get_by_role("alert")).to_contain_text("there is no recommendation ffffffffffff")
