"""How features are spread: figures as the dataset says, and the address says what is looked at."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from spendsense_pipeline_tests.fixtures.dashboard import Dashboard, open_page
from spendsense_pipeline_tests.fixtures.published_data import rows_of
from spendsense_pipeline_tests.ui.test_people import choose


@pytest.fixture
def page(onlooker: Page) -> Page:
    """Nobody does anything here that is kept."""
    return onlooker


def test_the_share_a_line_catches_and_who_has_no_data(server: Dashboard, page: Page) -> None:
    shares = [
        rows_of(
            server.data_dir,
            "select count(*), count(*) - count(max_utilization), median(max_utilization),"
            " 100 * count(*) filter (max_utilization >= 0.5) / count(*)"
            f" from features_{window}d",
        )[0]
        for window in (30, 180)
    ]
    open_page(page, f"{server.url}/signals?feature=max_utilization")
    spread = page.get_by_role("region", name="Highest card utilisation in both windows")
    for (people, missing, median, _), window in zip(shares, (30, 180), strict=True):
        row = spread.get_by_role("row", name=f"{window} days")
        expect(row.get_by_role("cell").nth(1)).to_have_text(str(people))
        expect(row.get_by_role("cell").nth(2)).to_contain_text(f"{missing} (")
        expect(row.get_by_role("cell").nth(6)).to_have_text(f"{median * 100:.1f} %")
    caught = page.get_by_role("region", name="Share of people each line catches")
    row = caught.get_by_role("row", name="High Utilization")
    expect(row.get_by_role("cell").nth(2)).to_have_text(f"{shares[0][3]:.1f} %")
    expect(row.get_by_role("cell").nth(3)).to_have_text(f"{shares[1][3]:.1f} %")


def test_another_feature_and_a_persona_stand_in_the_address(server: Dashboard, page: Page) -> None:
    open_page(page, f"{server.url}/signals")
    choose(page, "Only people who are", "High Utilization")
    page.wait_for_url("**persona=high_utilization*")
    page.get_by_role("navigation", name="Features").get_by_role(
        "link", name="Card interest"
    ).click()
    page.wait_for_url("**feature=interest_charged_usd*")
    assert parse_qs(urlsplit(page.url).query)["persona"] == ["high_utilization"]
    [(people,)] = rows_of(
        server.data_dir,
        "select count(*) from persona_assignments where window_days = 30"
        " and primary_persona = 'high_utilization'",
    )
    spread = page.get_by_role("region", name="Card interest in both windows")
    expect(spread.get_by_role("row", name="30 days").get_by_role("cell").nth(1)).to_have_text(
        str(people)
    )


def test_yes_or_no_is_a_share_of_those_with_data(server: Dashboard, page: Page) -> None:
    short, long = (
        rows_of(
            server.data_dir,
            "select 100 * count(*) filter (is_overdue) / nullif(count(is_overdue), 0),"
            f" count(*) - count(is_overdue) from features_{window}d",
        )[0]
        for window in (30, 180)
    )
    open_page(page, f"{server.url}/signals")
    row = page.get_by_role("region", name="Yes-or-no features").get_by_role(
        "row", name="Card overdue"
    )
    expect(row.get_by_role("cell").nth(2)).to_have_text(f"{short[0]:.0f} % / {long[0]:.0f} %")
    expect(row.get_by_role("cell").nth(3)).to_have_text(f"{short[1]} / {long[1]}")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("feature=password", "feature must be one of"),
        ("persona=nobody", "persona must be one of"),
        ("persona=general&window=7", "window must be one of"),
    ],
)
def test_a_wrong_address_says_what_is_allowed(
    server: Dashboard, page: Page, asked: str, said: str
) -> None:
    open_page(page, f"{server.url}/signals?{asked}")
    expect(page.get_by_role("alert")).to_contain_text(said)


@pytest.mark.long
def test_every_feature_is_drawn(server: Dashboard, page: Page) -> None:
    open_page(page, f"{server.url}/signals")
    links = page.get_by_role("navigation", name="Features").get_by_role("link").all()
    addresses = [str(link.get_attribute("href")) for link in links]
    assert len(addresses) > 20
    for address in addresses:
        answer = page.request.get(server.url + address)
        assert answer.status == 200
        assert "This cannot be shown" not in answer.text()
