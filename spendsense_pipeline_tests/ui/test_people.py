"""The list of people: found as one types, filtered, sorted, and the address says the same."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from spendsense_pipeline_tests.fixtures.dashboard import Dashboard, open_page
from spendsense_pipeline_tests.fixtures.published_data import rows_of


@pytest.fixture
def page(onlooker: Page) -> Page:
    """Nobody does anything here that is kept."""
    return onlooker


def ids_shown(page: Page) -> list[str]:
    """Ids in the order of the table."""
    return page.locator("table tbody td:nth-child(2)").all_inner_texts()


def ids_of(server: Dashboard, where: str, *parameters: object) -> list[str]:
    found = rows_of(
        server.data_dir, f"select user_id from raw_users where {where} order by 1", *parameters
    )
    return [user_id for (user_id,) in found]


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a field, by how an option begins."""
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option").filter(has_text=option).first.click()


def test_a_name_is_found_as_one_types_and_a_reload_shows_the_same(
    server: Dashboard, page: Page
) -> None:
    [(name,)] = rows_of(server.data_dir, "select name from raw_users where user_id = 'user_0003'")
    expected = ids_of(server, "contains(lower(user_id || ' ' || name), ?)", name[:4].lower())
    assert 0 < len(expected) < 20
    open_page(page, f"{server.url}/people")
    page.get_by_label("Name or id").press_sequentially(name[:4].upper())
    count = page.get_by_role("status").filter(has_text="of 20 people")
    expect(count).to_contain_text(f"{len(expected)} of 20 people")
    assert ids_shown(page) == expected
    page.wait_for_url("**q=*")
    assert parse_qs(urlsplit(page.url).query) == {"q": [name[:4].upper()]}
    page.reload()
    expect(count).to_contain_text(f"{len(expected)} of 20 people")
    assert ids_shown(page) == expected
    expect(page.get_by_label("Name or id")).to_have_value(name[:4].upper())


@pytest.mark.parametrize("typed", ["%", "_____", "' or 1=1 --", "\\"])
def test_what_is_typed_is_found_literally(server: Dashboard, page: Page, typed: str) -> None:
    open_page(page, f"{server.url}/people")
    page.get_by_label("Name or id").fill(typed)
    expect(page.get_by_text("Nobody is like that.")).to_be_visible()
    page.get_by_role("link", name="Show everybody").click()
    expect(page.get_by_text("20 of 20 people")).to_be_visible()


def test_a_persona_of_a_window_and_consent_are_filtered_by(server: Dashboard, page: Page) -> None:
    [(persona, people)] = rows_of(
        server.data_dir,
        "select primary_persona, count(*) from persona_assignments where window_days = 180"
        " and primary_persona = 'high_utilization' group by 1",
    )
    open_page(page, f"{server.url}/people")
    choose(page, "in the window", "180 days")
    page.wait_for_url("**window=180*")
    choose(page, "Persona", f"High Utilization ({people})")
    expect(page.get_by_text(f"{people} of 20 people")).to_be_visible()
    page.wait_for_url("**persona=*")
    assert parse_qs(urlsplit(page.url).query) == {"window": ["180"], "persona": [persona]}
    expected = ids_of(
        server,
        "user_id in (select user_id from persona_assignments where window_days = 180"
        " and primary_persona = ?)",
        persona,
    )
    assert ids_shown(page) == expected
    choose(page, "Consent", "denied")
    expect(page.get_by_text("Nobody is like that.")).to_be_visible()


def test_headings_sort_and_keep_what_is_asked(server: Dashboard, page: Page) -> None:
    open_page(page, f"{server.url}/people?region=South")
    page.get_by_role("link", name="Age").click()
    page.wait_for_url("**sort=age**")
    expect(page.get_by_role("columnheader", name="Age")).to_have_attribute(
        "aria-sort", "descending"
    )
    oldest = rows_of(
        server.data_dir,
        "select user_id from raw_users where region = 'South'"
        " and consent_status = 'granted' order by age desc, user_id",
    )
    assert ids_shown(page) == [user_id for (user_id,) in oldest]
    page.locator("table tbody a").first.click()
    expect(page.locator("code", has_text=oldest[0][0]).or_(page.locator("h1"))).not_to_have_count(0)
    assert page.url.startswith(f"{server.url}/people/{oldest[0][0]}")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("persona=nobody", "persona must be one of"),
        ("sort=password", "sort must be one of"),
        ("page=0", "page must be at least 1"),
        ("page=two", "page must be a whole number"),
        ("window=7&persona=general", "window must be one of"),
        (f"q={'x' * 300}", "at most 200 characters"),
    ],
)
def test_a_wrong_address_says_what_is_allowed(
    server: Dashboard, page: Page, asked: str, said: str
) -> None:
    open_page(page, f"{server.url}/people?{asked}")
    expect(page.get_by_role("alert")).to_contain_text(said)


def test_past_the_last_page_there_is_a_way_back(server: Dashboard, page: Page) -> None:
    open_page(page, f"{server.url}/people?page=9")
    expect(page.get_by_text("This page is past the last.")).to_be_visible()
    page.get_by_role("link", name="First page").click()
    expect(page.get_by_text("1–20 of 20")).to_be_visible()
