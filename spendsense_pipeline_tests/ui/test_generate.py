"""The page that generates: the form holds every control, says what is wrong in the command's words,
and shows at once what would be made.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from spendsense_pipeline.controls import operator_config_from, resolve
from spendsense_pipeline.controls.form import form_fields
from spendsense_pipeline.preview import preview
from spendsense_pipeline.reporting.wording import percent
from spendsense_pipeline.tables.features import LONG_WINDOW
from spendsense_pipeline_tests.fixtures.command import run
from spendsense_pipeline_tests.fixtures.dashboard import (
    OPERATOR,
    Dashboard,
    introduce,
    open_page,
)
from spendsense_pipeline_tests.fixtures.refreshed_directory import ASKED

SMALL: dict[str, Any] = {
    "config": {"num_users": 20, "months_history": 2, "generation_timestamp": "2026-06-30"}
}
PATIENCE_MS = 60_000


def open_form(page: Page, server: Dashboard) -> None:
    open_page(page, f"{server.url}/generate")


def open_group(page: Page, title: str) -> None:
    page.locator("summary", has=page.get_by_role("heading", name=title, exact=True)).click()


def control(page: Page, name: str) -> Locator:
    return page.locator(f'[data-control~="{name}"]')


def wrong(page: Page, name: str) -> Locator:
    return control(page, name).locator(".wrong p")


def upload(page: Page, content: Any, *, name: str = "asked.json", of: str = ".files") -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    page.locator(f"{of} input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": text.encode()}
    )


def asked(page: Page) -> dict[str, Any]:
    """The configuration as the page would save it."""
    found: dict[str, Any] = json.loads(page.locator("pre.file").inner_text())
    return found


def begin_with(page: Page, server: Dashboard, config: dict[str, Any]) -> None:
    open_form(page, server)
    open_group(page, "As a file")
    upload(page, config)
    expect(page.locator("pre.file")).to_have_text(json.dumps(config, indent=2) + "\n")


def picture(page: Page) -> Locator:
    """The preview, once it is of what is asked."""
    status = page.locator(".picture .status")
    expect(status).to_contain_text("made in", timeout=PATIENCE_MS)
    return page.locator(".picture")


def mix_of(rows: Locator) -> dict[str, str]:
    """Title of a persona -> its share in the longer window, where people were asked for."""
    return {
        row.locator("td").nth(0).inner_text(): row.locator("td").nth(2).inner_text()
        for row in rows.all()
    }


def test_every_declared_control_is_there(server: Dashboard, page: Page) -> None:
    open_form(page, server)
    # From the last: one that is open is no longer among those that are not.
    for summary in reversed(page.locator(".asking .group:not([open]) > summary").all()):
        summary.click()
    fields = form_fields()
    expect(page.locator("[data-control]")).to_have_count(len(fields) - 1)
    rows: list[tuple[str, str]] = page.locator("[data-control]").evaluate_all(
        "rows => rows.map(row => [row.dataset.control, row.innerText])"
    )
    said = {name: text for names, text in rows for name in names.split()}
    assert set(said) == {field.name for field in fields}
    for field in fields:
        assert field.description in said[field.name]
        assert (field.measured_as or "") in said[field.name]


def test_a_share_that_is_typed_moves_the_others_and_the_picture(
    server: Dashboard, page: Page
) -> None:
    begin_with(page, server, SMALL)
    page.get_by_label("Variable Income, per cent").fill("40")
    expect(page.get_by_label("General, per cent")).to_have_value("60")
    page.get_by_label("Ask for High Utilization").check()
    expect(page.get_by_label("General, per cent")).not_to_have_value("60")
    weights = page.locator('[data-control~="persona_weights"] .share .box')
    total = sum(float(box.input_value() or 0) for box in weights.all())
    assert total == pytest.approx(100)
    slider = page.get_by_label("Variable Income, slider")
    slider.focus()
    before = slider.input_value()
    slider.press("ArrowRight")
    expect(page.get_by_label("Variable Income, per cent")).to_have_value(f"{float(before) + 1:g}")
    expect(page.locator("pre.file")).to_contain_text("persona_weights")
    config = asked(page)
    assert sum(config["controls"]["persona_weights"].values()) == pytest.approx(1)

    shown = mix_of(picture(page).locator("tbody").first.locator("tr"))
    settled = resolve(operator_config_from(config), as_of=dt.date(2026, 6, 30))
    expected = [each for each in preview(settled).mix if each.window_days == LONG_WINDOW]
    assert list(shown.values()) == [percent(each.assigned_share) for each in expected]


def test_what_is_kept_stays_where_it_is(server: Dashboard, page: Page) -> None:
    open_form(page, server)
    open_group(page, "Cards")
    row = control(page, "credit_utilization_distribution")
    row.get_by_role("button", name="Keep Low").click()
    row.get_by_label("Critical, per cent").fill("25")
    # The other two, 35 and 20, share what is left.
    for name, share in {"Low": "40", "Medium": "22.3", "High": "12.7", "Critical": "25"}.items():
        expect(row.get_by_label(f"{name}, per cent")).to_have_value(share)


def test_what_is_kept_stays_kept_over_a_reload(server: Dashboard, page: Page) -> None:
    open_form(page, server)
    row = control(page, "persona_weights")
    for title in ("High Utilization", "Savings Builder", "Variable Income"):
        row.get_by_label(f"Ask for {title}").check()
    kept = row.get_by_role("button", name="Keep High Utilization")
    kept.click()
    expect(kept).to_have_attribute("aria-pressed", "true")
    share = row.get_by_label("High Utilization, per cent")
    before = share.input_value()
    open_form(page, server)
    expect(kept).to_have_attribute("aria-pressed", "true")
    expect(row.locator("[aria-pressed=true]")).to_have_count(1)
    row.get_by_label("Savings Builder, per cent").fill("30")
    left = 100 - 30 - float(before)
    expect(row.get_by_label("Variable Income, per cent")).to_have_value(f"{left:.3g}")
    expect(share).to_have_value(before)
    kept.click()
    expect(kept).to_have_attribute("aria-pressed", "false")
    open_form(page, server)
    expect(share).to_have_value(before)
    expect(row.locator("[aria-pressed=true]")).to_have_count(0)


@pytest.mark.long
def test_two_tabs_of_a_visitor_ask_for_two_things(server: Dashboard, page: Page) -> None:
    """Each keeps its own over a reload; one that is new begins with what was changed last."""
    begin_with(page, server, SMALL)
    other = page.context.new_page()
    open_form(other, server)
    open_group(other, "As a file")
    seeds = [each.get_by_label("Seed", exact=True) for each in (page, other)]
    people = [each.get_by_label("Num users", exact=True) for each in (page, other)]
    expect(people[1]).to_have_value("20")
    seeds[1].fill("222")
    expect(other.locator("pre.file")).to_contain_text("222")
    people[0].fill("31")
    expect(page.locator("pre.file")).to_contain_text("31")
    assert "seed" not in asked(page)["config"]
    for _ in range(2):
        for tab in (page, other):
            tab.reload()
            tab.wait_for_function("window.did_handshake === true")
        for found, (seed, count) in zip(
            zip(seeds, people, strict=True), (("42", "31"), ("222", "20")), strict=True
        ):
            expect(found[0]).to_have_value(seed)
            expect(found[1]).to_have_value(count)
    picture(other)
    third = page.context.new_page()
    open_form(third, server)
    expect(third.get_by_label("Num users", exact=True)).to_have_value("31")


def test_a_reload_loses_nothing_and_a_value_is_taken_back(server: Dashboard, page: Page) -> None:
    open_form(page, server)
    page.get_by_label("Preset").select_option("overlap_testing")
    expect(control(page, "persona_weights")).to_contain_text("preset")
    page.get_by_label("Seed", exact=True).fill("12345678901234567")
    page.get_by_label("Num users", exact=True).fill("not a number")
    expect(control(page, "num_users")).to_contain_text("changed")
    open_form(page, server)
    expect(page.get_by_label("Preset")).to_have_value("overlap_testing")
    expect(page.get_by_label("Seed", exact=True)).to_have_value("12345678901234567")
    expect(page.get_by_label("Num users", exact=True)).to_have_value("not a number")
    expect(wrong(page, "num_users")).to_contain_text("it is 'not a number'")
    page.get_by_role("button", name="Take back Num users").click()
    expect(page.get_by_label("Num users", exact=True)).to_have_value("100")
    expect(wrong(page, "num_users")).to_have_count(0)
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_label("Preset")).to_have_value("default")
    expect(page.get_by_label("Seed", exact=True)).to_have_value("42")


# What is typed where, and the value of it in a file.
WRONG = {
    "num_users": ("The data set", "Num users", "5", ("config", 5)),
    "months_history": ("The data set", "Months history", "6.5", ("config", 6.5)),
    "overdue_probability": ("Cards", "Overdue probability", "150", ("controls", 1.5)),
    "transaction_multiplier": ("Purchases", "Transaction multiplier", "x", ("controls", "x")),
    "savings_transfer_range": (
        "Savings",
        "Savings transfer range, from",
        "900",
        ("controls", [900, 400]),
    ),
    "persona_weights": (
        "Personas",
        "General, per cent",
        "half",
        ("controls", {"general": "half"}),
    ),
    "min_coverage": ("What the checks demand", "Min coverage", "-1", ("expectations", -0.01)),
}


def test_what_is_wrong_is_said_beside_its_field_in_the_commands_words(
    server: Dashboard, page: Page, tmp_path: Path
) -> None:
    open_form(page, server)
    picture(page)
    config: dict[str, dict[str, Any]] = {}
    for name, (group, label, typed, (section, value)) in WRONG.items():
        if group not in ("The data set", "Personas"):
            open_group(page, group)
        page.get_by_label(label, exact=True).fill(typed)
        config.setdefault(section, {})[name] = value
    file = tmp_path / "asked.json"
    file.write_text(json.dumps(config), encoding="utf-8")
    said = run("config", "check", file, "--json").json["problems"]
    sentences = [str(sentence).removeprefix(f"{file}: ") for sentence in said]
    assert len(sentences) == len(WRONG)
    expect(page.get_by_role("button", name=f"{len(WRONG)} problems to correct")).to_be_disabled()
    for name in WRONG:
        [sentence] = [each for each in sentences if each.startswith(name)]
        expect(wrong(page, name)).to_have_text(sentence)
    # The last good picture is kept, and says what it is.
    expect(page.locator(".picture.behind")).to_contain_text("the last good picture")
    expect(page.locator(".picture tbody").first.locator("tr")).to_have_count(6)


def test_a_saved_configuration_fills_the_form_and_a_broken_one_says_everything(
    server: Dashboard, page: Page
) -> None:
    begin_with(page, server, {**SMALL, "controls": {"consent_rate": 0.5}})
    open_group(page, "Consent and hardship")
    expect(page.get_by_label("Consent rate", exact=True)).to_have_value("50")
    upload(
        page,
        {
            "config": {"num_users": 1, "colour": "red"},
            "controls": {"consent_rate": 7, "custom_merchants": "/etc/hosts"},
        },
    )
    problems = page.locator(".files .wrong p")
    expect(problems).to_have_count(4)
    for word in ("num_users", "colour", "consent_rate", "a page reads no files"):
        expect(problems.filter(has_text=word)).to_have_count(1)
    expect(page.get_by_label("Consent rate", exact=True)).to_have_value("50")
    upload(page, '{"config": {"seed": 1, "seed": 2}}')
    expect(problems).to_have_count(1)
    expect(problems).to_contain_text("given twice")
    upload(page, "x" * 2_000_001)
    expect(problems).to_contain_text("at most 2,000,000 bytes")


def test_merchants_are_uploaded_and_every_fault_of_them_is_said(
    server: Dashboard, page: Page
) -> None:
    begin_with(page, server, SMALL)
    open_group(page, "Merchants")
    place = '[data-control~="custom_merchants"]'
    upload(page, "name,category\nA,groceries\n,fuel\nB,gold\n", name="shops.csv", of=place)
    expect(page.locator(f"{place} .wrong p")).to_have_count(2)
    upload(page, "name,category\n<b>Shop</b>,groceries\n", name="shops.csv", of=place)
    expect(page.locator(f"{place} .wrong p")).to_have_count(0)
    expect(page.locator(place)).to_contain_text("1 entry")
    expect(page.locator("pre.file")).to_contain_text("<b>Shop</b>")


def test_a_search_leaves_what_is_called_so(server: Dashboard, page: Page) -> None:
    open_form(page, server)
    page.get_by_label("Search the controls").fill("overdue")
    expect(control(page, "overdue_probability")).to_be_visible()
    expect(control(page, "seed")).to_be_hidden()
    page.get_by_label("Search the controls").fill("nothing of the sort")
    expect(page.get_by_text("No control is called that.")).to_be_visible()


def test_the_configuration_is_kept_for_the_nights(server: Dashboard, page: Page) -> None:
    begin_with(page, server, {**SMALL, "controls": {"consent_rate": 0.75}})
    page.get_by_role("button", name="Save for the nights").click()
    introduce(page)
    expect(page.get_by_text("Saved operator_config.json")).to_be_visible()
    saved = server.data_dir / "operator_config.json"
    assert json.loads(saved.read_text(encoding="utf-8")) == asked(page)
    last = (server.data_dir / "operations.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    entry = json.loads(last)
    assert (entry["operator"], entry["action"]) == (OPERATOR, "save configuration")
    saved.unlink()


def test_what_is_published_is_asked_for_again(server: Dashboard, page: Page) -> None:
    open_form(page, server)
    page.get_by_role("button", name="What is published").click()
    expect(page.get_by_label("Num users", exact=True)).to_have_value(
        str(ASKED["config"]["num_users"])  # type: ignore[index]
    )


def children(pid: int) -> list[int]:
    """Processes that a process started and that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                _, _, rest = (entry / "stat").read_text(encoding="utf-8").rpartition(")")
            except OSError:
                continue
            state, parent, *_ = rest.split()
            if int(parent) == pid and state != "Z":
                found.append(int(entry.name))
    return found


def previews(server: Dashboard) -> list[int]:
    """Processes that make a preview now."""
    warm = [
        pid
        for pid in children(server.pid)
        if b"preview.warm" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return list(itertools.chain.from_iterable(map(children, warm)))


@pytest.mark.long
def test_many_changes_leave_one_process_and_the_picture_of_the_last(
    server: Dashboard, page: Page
) -> None:
    begin_with(page, server, SMALL)
    box = page.get_by_label("Num users", exact=True)
    for people in (30, 40, 50, 60, 70, 24):
        box.fill(str(people))
        # Long enough that each is begun, and too short for any to be done.
        page.wait_for_timeout(320)
        assert len(previews(server)) <= 1
    expect(page.locator(".picture")).to_contain_text("24 people", timeout=PATIENCE_MS)
    picture(page)
    page.wait_for_timeout(500)
    assert previews(server) == []
    expect(page.locator(".picture")).to_contain_text("24 people")


def test_a_page_that_is_left_leaves_no_process(server: Dashboard, page: Page) -> None:
    open_form(page, server)
    expect(page.locator(".picture .status")).to_have_text("making it…")
    page.goto("about:blank")
    page.wait_for_timeout(1_000)
    assert previews(server) == []
