"""What pages hand over: texts, checked with every problem at once, and never a path."""

from __future__ import annotations

import datetime as dt
import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given

from spendsense_pipeline import recommendations
from spendsense_pipeline.controls import (
    PRESET_CONFIGS,
    ControlsError,
    OperatorConfig,
    OperatorControls,
    resolve,
)
from spendsense_pipeline.controls.checking import check, notes
from spendsense_pipeline.controls.errors import Problem
from spendsense_pipeline.controls.files import as_text
from spendsense_pipeline.controls.presets import UnknownPresetError, changes_of
from spendsense_pipeline.controls.uploads import (
    LARGEST_UPLOAD_BYTES,
    uploaded_catalogue,
    uploaded_config,
    uploaded_merchants,
)
from spendsense_pipeline_tests.fixtures.configurations import requests

TODAY = dt.date(2026, 6, 30)
WRONG: dict[str, Any] = {
    "preset": "balancd",
    "config": {"num_users": 9, "colour": 1},
    "controls": {
        "consent_rate": 3,
        "subscription_count_min": 7,
        "subscription_count_max": 4,
        "custom_merchants": "/etc/passwd",
        "content_catalog": "~/.ssh/id_rsa",
    },
    "thresholds": 5,
    "expectations": {"min_persona_share": 0.5},
    "extra": {},
}


def _where(problems: tuple[Problem, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(problem.section, problem.names) for problem in problems]


def test_every_problem_is_found_at_once_beside_its_fields() -> None:
    found = check(WRONG, today=TODAY)
    # What goes together is not told before it is known on which preset the controls stand.
    assert _where(found) == [
        ("controls", ("custom_merchants",)),
        ("controls", ("content_catalog",)),
        ("the configuration", ("preset",)),
        ("config", ("num_users",)),
        ("config", ("colour",)),
        ("controls", ("consent_rate",)),
        ("thresholds", ()),
        ("expectations", ("min_persona_share", "max_persona_share")),
        ("the configuration", ("extra",)),
    ]
    assert all(": " in problem.sentence for problem in found)


def test_the_sentences_are_those_of_everywhere_else() -> None:
    asked = {
        "preset": "balanced",
        "controls": {
            "consent_rate": -1,
            "subscription_count_min": 7,
            "subscription_count_max": 4,
            "overdue_probabilty": 0.5,
        },
    }
    with pytest.raises(ControlsError) as refused:
        OperatorConfig(**asked)
    found = check(asked)
    assert [each.sentence for each in found] == refused.value.problems
    assert ("controls", ("overdue_probabilty",)) in _where(found)


def test_what_hangs_on_the_day() -> None:
    asked = {"config": {"history_start": "2026-06-29"}}
    assert check(asked) == ()
    [problem] = check(asked, today=TODAY)
    assert problem.names == ("history_start", "months_history")
    assert "28 days before as_of" in problem.sentence


def test_what_is_no_problem_is_a_note() -> None:
    asked = OperatorConfig(config={"months_history": 1}, controls={"overlap_rate": 0.5})
    resolved = resolve(asked, as_of=TODAY)
    said = notes(resolved)
    assert check(asked.given_json(), today=TODAY) == ()
    assert said[-1].startswith("overlap_rate has no effect")
    assert len(said) == len(resolved.short_histories) + 1 > 1


@given(requests())
def test_a_text_is_what_was_asked(given_values: dict[str, Any]) -> None:
    try:
        asked = OperatorConfig(**given_values)
    except ControlsError:
        assume(False)
    for is_json in (True, False):
        assert uploaded_config(as_text(asked, is_json=is_json)) == asked


def test_a_text_is_what_a_file_holds(tmp_path: Path) -> None:
    asked = OperatorConfig(preset="balanced", controls={"consent_rate": 0.5})
    for name in ("one.json", "one.yaml"):
        file = asked.export_config(tmp_path / name)
        assert file.read_text() == as_text(asked, is_json=name.endswith("json"))


def test_a_file_on_the_server_is_not_read_however_it_is_wrapped(tmp_path: Path) -> None:
    file = tmp_path / "merchants.json"
    file.write_text('[{"name": "Corner Bakery", "category": "groceries"}]')
    asked = {"controls": {"custom_merchants": str(file)}}
    assert OperatorConfig(**asked).controls.custom_merchants
    for form in (asked, {"ops": {"operator_controls": {"config": asked}}}):
        with pytest.raises(
            ControlsError, match=r"a page reads no files; it is .*: upload the file"
        ):
            uploaded_config(json.dumps(form))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "this is not JSON"),
        ("{preset: balanced", "this is not JSON"),
        ("a: [", "this is not YAML"),
        ("config: {seed: 1}\nconfig: {seed: 2}", "config is given twice"),
        ("x: &a [1]\ny: *a", "refers to its own parts"),
        ("just words", "must be names with values"),
        (b"\xff\xfe", "must be UTF-8 text"),
        (" " * (LARGEST_UPLOAD_BYTES + 1), "at most 2,000,000 bytes; it has 2,000,001"),
        ("[" * 50_000, "this is not JSON"),
    ],
)
def test_a_text_that_is_no_configuration(text: str | bytes, sentence: str) -> None:
    with pytest.raises(ControlsError) as refused:
        uploaded_config(text)
    [problem] = refused.value.problems
    assert sentence in problem


def test_short_yaml_is_read() -> None:
    assert uploaded_config("{preset: balanced, config: {seed: 7}}").config.seed == 7


def test_uploaded_merchants() -> None:
    as_csv = b"\xef\xbb\xbfname,category,typical_amount_usd\nCorner Bakery,groceries,12\n"
    as_yaml = "- {name: Corner Bakery, category: groceries, typical_amount_usd: 12}\n"
    merchants = uploaded_merchants(as_csv, file_name="Shops.CSV")
    assert merchants == uploaded_merchants(as_yaml, file_name="shops.yml")
    assert OperatorControls(custom_merchants=merchants).custom_merchants == merchants
    wrong = "name,category\n,groceries\nBakery,bread\nBakery,coffee,5\n"
    with pytest.raises(ControlsError) as refused:
        uploaded_merchants(wrong, file_name="shops.csv")
    assert [problem.split(";")[0].split(" a ")[0] for problem in refused.value.problems] == [
        "custom_merchants must give merchant 1",
        "custom_merchants must give merchant 2",
        "custom_merchants must give merchant 3 only name, category, typical_amount_usd, "
        "popularity, payment_channel",
    ]
    assert {each.names for each in refused.value.faults} == {("custom_merchants",)}
    twice = "name,category\nBakery,coffee\nBakery,groceries\n"
    for text, name in ((twice, "a.csv"), ("just words", "a.yaml"), ("{}", "a.json")):
        with pytest.raises(ControlsError, match="custom_merchants must"):
            uploaded_merchants(text, file_name=name)


def test_uploaded_catalogues() -> None:
    with pytest.raises(ControlsError) as refused:
        uploaded_catalogue("extends: true\nitems:\n- {content_id: x}\n- {content_id: y}\n")
    assert len(refused.value.problems) >= 2
    assert all(each.startswith("content_catalog: ") for each in refused.value.problems)
    for text in ("/etc/passwd", "5", "[{extends: 1}", "extends: true"):
        with pytest.raises(ControlsError):
            uploaded_catalogue(text)
    ours = resources.files(recommendations).joinpath("catalog")
    text = next(file for file in ours.iterdir() if file.name.endswith(".yaml")).read_bytes()
    uploaded = uploaded_catalogue(text)
    assert OperatorControls(content_catalog=uploaded).content_catalog == uploaded
    assert [item["content_id"] for item in uploaded["items"]]


def test_what_a_preset_changes() -> None:
    assert changes_of("default") == ()
    for name, preset in PRESET_CONFIGS.items():
        changed = {each.name: each.value for each in changes_of(name)}
        assert OperatorControls.model_validate(changed).model_dump() == preset.model_dump()
        assert all(each.value != each.default for each in changes_of(name))
    with pytest.raises(UnknownPresetError, match="preset must be the name"):
        changes_of("balancd")
