"""One person's page: what it shows is what the dataset says, and nothing without consent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from spendsense_pipeline_tests.fixtures.dashboard import (
    OPERATOR,
    Dashboard,
    dashboard,
    introduce,
    open_page,
    visit,
)
from spendsense_pipeline_tests.fixtures.data_directories import a_copy_of
from spendsense_pipeline_tests.fixtures.published_data import alter, rows_of

MARKUP = "<img src=x onerror=\"document.title='taken'\"><b>Bold</b>"
BROUGHT_IN, MARKED, DENIED = "user_0001", "user_0003", "user_0005"


@pytest.fixture
def page(onlooker: Page) -> Page:
    """Nobody does anything here that is kept."""
    return onlooker


@pytest.fixture(scope="module")
def altered(
    refreshed: tuple[Path, object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """People with markup in their names and merchants, little known of, or without consent."""
    data_dir = a_copy_of(refreshed[0], tmp_path_factory.mktemp("altered") / "data")
    said = MARKUP.replace("'", "''")
    accounts = f"(select account_id from raw_accounts where user_id = '{BROUGHT_IN}')"
    alter(
        data_dir,
        f"update raw_users set name = '{said}', consent_status = 'granted'"
        f" where user_id = '{MARKED}'",
        f"update raw_transactions set merchant_name = '{said}', name = '{said}'"
        f" where user_id = '{MARKED}'",
        f"update recurring_streams set merchant_name = '{said}' where user_id = '{MARKED}'",
        "update raw_users set name = null, age = null, gender = null, state = null,"
        f" household_type = null, region = null where user_id = '{BROUGHT_IN}'",
        f"delete from account_balances where account_id in {accounts}",
        f"update raw_accounts set name = null, mask = null where account_id in {accounts}",
        f"update raw_users set consent_status = 'denied' where user_id = '{DENIED}'",
    )
    with dashboard(data_dir) as running:
        yield running


def somebody(server: Dashboard) -> str:
    """Who has a decision that rests on rows one can count."""
    [(user_id,)] = rows_of(
        server.data_dir,
        "select user_id from decision_traces where window_days = 180"
        ' and contains(trace, \'"kind":"streams"\') order by 1 limit 1',
    )
    return str(user_id)


def names_of_rows(server: Dashboard, user_id: str) -> set[str]:
    found = rows_of(
        server.data_dir,
        "select distinct unnest([name, merchant_name]) from raw_transactions where user_id = ?",
        user_id,
    )
    return {name for (name,) in found if name}


def test_both_decisions_stand_on_it_in_the_words_of_their_traces(
    server: Dashboard, page: Page
) -> None:
    user_id = somebody(server)
    decided = rows_of(
        server.data_dir,
        "select window_days, trace->>'$.explanation' from decision_traces where user_id = ?",
        user_id,
    )
    open_page(page, f"{server.url}/people/{user_id}")
    for window, explanation in decided:
        panel = page.locator("section.panel").filter(
            has=page.get_by_role("heading", name=f"{window} days", exact=True)
        )
        expect(panel).to_contain_text(explanation)
    expect(page.get_by_role("link", name="What they see")).to_have_attribute(
        "href", f"/me/{user_id}"
    )


def test_the_chart_counts_days_in_need_and_shows_other_accounts(
    server: Dashboard, page: Page
) -> None:
    [(user_id, account_id, low, below, close)] = rows_of(
        server.data_dir,
        """
        with main as (
          select user_id, account_id from raw_transactions
          join raw_accounts using (user_id, account_id)
          where subtype = 'checking' and not pending
          group by user_id, account_id qualify row_number() over (
            partition by user_id order by count(*) desc, account_id) = 1
        )
        select user_id, account_id, count(*) filter (balance_usd < 100) as low,
          count(*) filter (balance_usd < 0) as below, max_by(balance_usd, date)
        from main join account_balances using (account_id)
        join persona_assignments using (user_id)
        where window_days = 30
        group by all order by low desc limit 1
        """,
    )
    open_page(page, f"{server.url}/people/{user_id}")
    chart = page.get_by_role("img", name="what is there at the end of every day")
    said = str(chart.first.get_attribute("aria-label"))
    assert f"{'-' if close < 0 else ''}${abs(close):,.2f} now" in said
    assert f"{low} days under $100" in said
    assert f"{below} day" in said
    others = rows_of(
        server.data_dir,
        "select name from raw_accounts where user_id = ? and account_id <> ? and type = 'credit'"
        " union all select name from raw_accounts where user_id = ? and account_id <> ? limit 1",
        user_id,
        account_id,
        user_id,
        account_id,
    )
    page.get_by_label("Account", exact=True).click()
    page.get_by_role("option").filter(has_text=others[0][0]).first.click()
    expect(page.locator(".drawn .chart")).to_have_attribute(
        "aria-label", re.compile(re.escape(others[0][0]))
    )


def test_transactions_are_found_as_one_types_with_their_sums(server: Dashboard, page: Page) -> None:
    user_id = somebody(server)
    [(merchant, rows, out)] = rows_of(
        server.data_dir,
        "select merchant_name, count(*), sum(amount) from raw_transactions"
        " where user_id = ? and amount > 0 and length(merchant_name) > 8"
        " group by 1 having count(*) between 2 and 40 order by 2 desc, 1 limit 1",
        user_id,
    )
    [(total,)] = rows_of(
        server.data_dir, "select count(*) from raw_transactions where user_id = ?", user_id
    )
    open_page(page, f"{server.url}/people/{user_id}?part=transactions")
    expect(page.get_by_text(f"{total:,} of {total:,} transactions")).to_be_visible()
    page.get_by_label("Merchant, category, city or amount").fill(merchant)
    expect(page.get_by_text(f"{rows} of {total:,} transactions")).to_be_visible()
    expect(page.get_by_text(f"out ${out:,.2f}")).to_be_visible()
    assert page.locator("table tbody tr").count() == rows
    page.wait_for_url("**q=*")
    page.reload()
    expect(page.get_by_text(f"{rows} of {total:,} transactions")).to_be_visible()
    page.get_by_label("Merchant, category, city or amount").fill("%")
    expect(page.get_by_text("Nothing is like that.")).to_be_visible()


def test_days_and_accounts_narrow_transactions(server: Dashboard, page: Page) -> None:
    user_id = somebody(server)
    [(account,)] = rows_of(
        server.data_dir,
        "select account_id from raw_transactions where user_id = ? group by 1"
        " order by count(*) desc limit 1",
        user_id,
    )
    [(rows,)] = rows_of(
        server.data_dir,
        "select count(*) from raw_transactions where user_id = ? and account_id = ?"
        " and date between '2026-05-01' and '2026-05-20'",
        user_id,
        account,
    )
    path = f"{server.url}/people/{user_id}?part=transactions&account={account}"
    open_page(page, path)
    page.get_by_label("From").fill("2026-05-01")
    page.wait_for_url("**from=2026-05-01*")
    page.get_by_label("Through").fill("2026-05-20")
    page.wait_for_url("**to=2026-05-20*")
    expect(page.locator(".tally")).to_contain_text(f"{rows} of ")


def test_a_reason_opens_to_the_rows_it_rests_on(server: Dashboard, page: Page) -> None:
    user_id = somebody(server)
    [(stored,)] = rows_of(
        server.data_dir,
        "select trace from decision_traces where user_id = ? and window_days = 180",
        user_id,
    )
    trace = json.loads(stored)
    [streams] = [e for e in trace["evidence"] if e.get("kind") == "streams"][:1]
    [(count, total)] = rows_of(
        server.data_dir,
        "with charges as (select unnest(transaction_ids) as transaction_id from recurring_streams"
        " where list_contains(?::varchar[], stream_id))"
        " select count(*), sum(amount) from raw_transactions join charges using (transaction_id)",
        streams["ids"],
    )
    open_page(page, f"{server.url}/people/{user_id}?part=decision&window=180")
    for reason in trace["reasons"]:
        expect(page.locator(".reasons")).to_contain_text(reason["text"])
    for button in page.locator(".reasons button").all():
        button.click()
        expect(button).to_have_attribute("aria-expanded", "true")
    facts = page.locator(".evidence .facts").filter(has_text=f"{count} row")
    expect(facts.first).to_contain_text(f"money out ${total:,.2f}")


def test_auditors_see_every_predicate_and_the_trace_itself(server: Dashboard, page: Page) -> None:
    user_id = somebody(server)
    [(stored,)] = rows_of(
        server.data_dir,
        "select trace from decision_traces where user_id = ? and window_days = 30",
        user_id,
    )
    trace = json.loads(stored)
    open_page(page, f"{server.url}/people/{user_id}?part=decision")
    predicates = [p["passed"] for each in trace["personas"] for p in each["predicates"]]
    said = page.locator(".judged td:nth-child(6)").all_text_contents()
    assert said == ["passed" if passed else "no" for passed in predicates]
    page.get_by_role("button", name="The trace as JSON").click()
    assert json.loads(page.locator(".stored pre").inner_text()) == trace


def test_features_say_what_is_met(server: Dashboard, page: Page) -> None:
    user_id = somebody(server)
    [(stored,)] = rows_of(
        server.data_dir,
        "select trace from decision_traces where user_id = ? and window_days = 30",
        user_id,
    )
    met = [p for each in json.loads(stored)["personas"] for p in each["predicates"] if p["passed"]]
    open_page(page, f"{server.url}/people/{user_id}?part=features")
    assert page.locator(".rule .badge", has_text="30 met").count() == len(met)


@pytest.mark.long
def test_revoking_hides_everything_at_once_and_granting_brings_it_back(
    refreshed: tuple[Path, object], tmp_path: Path, browser: Browser
) -> None:
    with dashboard(a_copy_of(refreshed[0], tmp_path / "data")) as server, visit(browser) as page:
        user_id = somebody(server)
        names = names_of_rows(server, user_id)
        [(called,)] = rows_of(
            server.data_dir, "select name from raw_users where user_id = ?", user_id
        )
        path = f"{server.url}/people/{user_id}"
        open_page(page, f"{path}?part=transactions")
        assert any(name in page.content() for name in names)
        open_page(page, path)
        page.get_by_role("button", name="Record that they revoke consent").click()
        introduce(page)
        page.get_by_role("button", name="Revoke", exact=True).click()
        expect(
            page.get_by_text(
                f"Recorded: {user_id} revoked. {user_id} is hidden from every command now"
            )
        ).to_be_visible()
        for part in ("", "?part=transactions", "?part=decision", "?part=advice", "?part=money"):
            open_page(page, path + part)
            expect(
                page.get_by_text("Consent is revoked: nothing past the raw tables")
            ).to_be_visible()
            source = page.content() + page.request.get(path + part).text()
            assert called not in source
            assert not [name for name in names if name in source]
        page.get_by_role("button", name="Record that they grant consent").click()
        expect(page.get_by_text(f"Recorded: {user_id} granted.")).to_be_visible()
        expect(page.get_by_role("heading", name=called)).to_be_visible()
        log = (server.data_dir / "operations.jsonl").read_text(encoding="utf-8").splitlines()
        deeds = [(e["operator"], e["action"], e["subject"], e["via"]) for e in map(json.loads, log)]
        assert deeds[-2:] == [
            (OPERATOR, "consent revoked", user_id, "dashboard"),
            (OPERATOR, "consent granted", user_id, "dashboard"),
        ]


def test_nobody_of_that_id_is_said_with_who_is_near(server: Dashboard, page: Page) -> None:
    answer = page.request.get(f"{server.url}/people/usr_0003")
    assert answer.status == 200
    open_page(page, f"{server.url}/people/usr_0003")
    expect(page.get_by_role("alert")).to_contain_text("there is no user usr_0003")
    expect(page.get_by_role("alert")).to_contain_text("did you mean user_0003?")
    assert page.get_by_role("navigation", name="Parts").count() == 0


def test_who_never_consented_is_but_an_id(altered: Dashboard, page: Page) -> None:
    [(called,)] = rows_of(altered.data_dir, "select name from raw_users where user_id = ?", DENIED)
    open_page(page, f"{altered.url}/people/{DENIED}?part=transactions")
    expect(page.get_by_text("Consent is denied: nothing past the raw tables")).to_be_visible()
    assert called not in page.content()
    assert not [name for name in names_of_rows(altered, DENIED) if name in page.content()]
    expect(page.get_by_role("button", name="Record that they grant consent")).to_be_visible()


@pytest.mark.parametrize("part", ["life", "money", "transactions", "decision"])
def test_markup_in_names_stays_text(altered: Dashboard, page: Page, part: str) -> None:
    open_page(page, f"{altered.url}/people/{MARKED}?part={part}")
    expect(page.get_by_role("heading", level=1)).to_have_text(MARKUP)
    if part in ("money", "transactions"):
        expect(page.locator("td", has_text=MARKUP).first).to_be_visible()
    if part == "life":
        box = page.locator(".drawn .chart").bounding_box()
        assert box
        for step in range(0, 100, 2):
            page.mouse.move(box["x"] + 60 + (box["width"] - 80) * step / 100, box["y"] + 150)
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("b", has_text="Bold").count() == 0
    assert "taken" not in page.title().replace(MARKUP, "")


def test_markup_in_a_name_stays_text_in_the_list(altered: Dashboard, page: Page) -> None:
    open_page(page, f"{altered.url}/people")
    expect(page.get_by_role("link", name=MARKUP)).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.long
def test_who_was_brought_in_without_balances_has_a_page(altered: Dashboard, page: Page) -> None:
    open_page(page, f"{altered.url}/people/{BROUGHT_IN}")
    expect(page.get_by_role("heading", level=1)).to_have_text(BROUGHT_IN)
    expect(page.get_by_text("There is no bank, card or loan account whose balance")).to_be_visible()
    assert page.locator(".drawn").count() == 0
    for part in ("money", "transactions", "features", "decision", "advice"):
        open_page(page, f"{altered.url}/people/{BROUGHT_IN}?part={part}")
        assert page.get_by_role("alert").count() == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("part=secrets", "part must be one of"),
        ("part=decision&window=7", "window must be one of"),
        ("part=transactions&from=yesterday", "from must be a day"),
    ],
)
def test_a_wrong_address_says_what_is_allowed(
    server: Dashboard, page: Page, asked: str, said: str
) -> None:
    open_page(page, f"{server.url}/people/{somebody(server)}?{asked}")
    expect(page.get_by_role("alert")).to_contain_text(said)


def test_advice_says_where_each_item_stands(server: Dashboard, page: Page) -> None:
    user_id = somebody(server)
    items = rows_of(
        server.data_dir,
        "select recommendation_id from recommendations where user_id = ?",
        user_id,
    )
    open_page(page, f"{server.url}/people/{user_id}?part=advice")
    links = page.locator(".advice a")
    assert sorted(str(link.get_attribute("href")) for link in links.all()) == sorted(
        f"/review/{recommendation_id}" for (recommendation_id,) in items
    )
    assert page.locator(".advice .badge").count() == len(items)
