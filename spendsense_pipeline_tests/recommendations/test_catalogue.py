"""A content catalogue is read, or every problem of it is named; ours can be had by somebody."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from spendsense_pipeline.controls import ControlsError, OperatorConfig, OperatorControls
from spendsense_pipeline.controls.files import load_config
from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.recommendations import catalogue_in_force
from spendsense_pipeline.recommendations.items import CatalogueError, read_items
from spendsense_pipeline.recommendations.loading import our_catalogue, with_the_operators
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration

LEAST_ITEMS = {"education": 6, "offer": 3}


def an_item(**changes: Any) -> dict[str, Any]:
    """A row of a catalogue file with nothing wrong."""
    item: dict[str, Any] = {
        "content_id": "know_your_card",
        "kind": "education",
        "form": "article",
        "title": "Know your card",
        "body": "Read the statement.",
        "topics": ["cards"],
        "personas": ["high_utilization"],
        "signals": [{"criterion": "card_use_high"}],
        "eligibility": [{"feature": "card_count", "at_least": 1}],
        "rationale": "Your {card_name} is at {card_utilization} of its limit.",
        "reading_minutes": 2,
    }
    return {key: value for key, value in (item | changes).items() if value is not ...}


OFFER = {"kind": "offer", "form": "offer", "product_kind": "budgeting_app", "reading_minutes": ...}

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"colour": "red"}, "'colour'"),
    ({"kind": "advert"}, "education, offer"),
    ({"form": "video"}, "'video'"),
    ({"form": "offer"}, "'offer'"),
    ({"content_id": "Know Your Card"}, "small letters"),
    ({"title": "t" * 91}, "title a text of at most 90"),
    ({"body": ...}, "have body"),
    ({"topics": "cards"}, "topics a list"),
    ({"personas": ["saver"]}, "'saver'"),
    ({"personas": []}, "have personas"),
    ({"signals": [{"criterion": "card_use_hihg"}]}, "did you mean card_use_high?"),
    ({"signals": [{"feature": "max_utilisation", "at_least": 0.5}]}, "mean max_utilization?"),
    ({"signals": [{"feature": "card_name", "at_least": 1}]}, "'card_name'"),
    ({"signals": [{"feature": "max_utilization"}]}, "at_least, above, below, is"),
    ({"signals": [{"feature": "max_utilization", "over": 0.5}]}, "'over'"),
    ({"signals": [{"feature": "max_utilization", "at_least": "half"}]}, "against a number"),
    ({"signals": [{"feature": "max_utilization", "at_least": True}]}, "against a number"),
    ({"signals": [{"feature": "is_overdue", "at_least": 1}]}, "true or false"),
    ({"signals": [{"feature": "max_utilization", "is": 0.5}]}, "yes/no facts only"),
    ({"signals": [{"feature": "max_utilization", "at_least": 0.5, "full": 0.4}]}, "far side"),
    ({"signals": "card_use_high"}, "signals a list"),
    ({"eligibility": [{"feature": "card_count", "below": 0}]}, "card_count < 0 never holds"),
    (
        {
            "eligibility": [
                {"feature": "card_count", "at_least": 2},
                {"feature": "card_count", "below": 2},
            ]
        },
        "card_count ≥ 2 and card_count < 2 cannot both hold",
    ),
    (
        {
            "signals": [{"feature": "holds_cd", "is": True}],
            "eligibility": [{"feature": "holds_cd", "is": False}],
        },
        "holds_cd is true and holds_cd is false cannot both hold",
    ),
    ({"rationale": "Your {card_nam} is full."}, "did you mean card_name?"),
    ({"rationale": "You use {card_utilization} of 5,000 dollars."}, "'5,000'"),
    ({"rationale": "You owe $12 on {card_name}."}, "{card_balance_usd}"),
    ({"rationale": "You use a card."}, "no slot"),
    ({"rationale": "You use { of {card_name}."}, "braces"),
    ({"rationale": "Overdue: {is_overdue} {card_name}."}, "{is_overdue}"),
    ({"reading_minutes": 0}, "1 to 60"),
    ({"reading_minutes": ...}, "reading_minutes"),
    ({"product_kind": "budgeting_app"}, "being education"),
    (OFFER | {"product_kind": "payday_loan"}, "'payday_loan'"),
    (OFFER | {"reading_minutes": 3}, "being an offer"),
]


def test_a_right_item_is_read() -> None:
    [item] = read_items([an_item()])
    assert item.slots == ("card_name", "card_utilization")
    [offer] = read_items([an_item(**OFFER)])
    assert offer.product_kind == "budgeting_app"


@pytest.mark.parametrize(("changes", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_is_wrong_is_named(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read_items([an_item(**changes)])
    [problem] = [problem for problem in caught.value.problems if said in problem]
    assert problem.startswith(("know_your_card", "item 1", "Know Your Card"))
    assert ": " in problem, "a remedy follows"


def test_every_problem_is_named_at_once() -> None:
    rows = [an_item(content_id=f"item_{n}", **changes) for n, (changes, _) in enumerate(WRONG[1:4])]
    with pytest.raises(CatalogueError) as caught:
        read_items([*rows, an_item(), an_item(), "a text"])
    text = "\n".join(caught.value.problems)
    for expected in ("item_0", "item_1", "item_2", "know_your_card", "item 6"):
        assert expected in text


def test_ours_has_enough_for_every_persona() -> None:
    counts = {
        (persona, kind): sum(
            item.kind == kind and persona in item.personas for item in our_catalogue()
        )
        for persona in PERSONA_KEYS
        for kind in LEAST_ITEMS
    }
    short = {key: count for key, count in counts.items() if count < LEAST_ITEMS[key[1]]}
    assert not short
    assert len(our_catalogue().items) >= 40


def test_a_version_follows_the_words_and_the_criteria() -> None:
    def version(**changes: Any) -> str:
        [item] = read_items([an_item(**changes)])
        return item.version

    changed = [
        {},
        {"title": "Know the card"},
        {"body": "Read it."},
        {"rationale": "Your {card_name} holds {card_balance_usd}."},
        {"signals": [{"criterion": "card_overdue"}]},
        {"eligibility": []},
    ]
    assert len({version(**each) for each in changed}) == len(changed)


def test_thresholds_of_the_rule_book_are_the_runs() -> None:
    resolved = a_configuration(
        thresholds={"high_utilization_max_utilization_share": 0.65},
        controls={"content_catalog": [an_item()]},
    )
    [item] = catalogue_in_force(resolved)
    assert item.signals[0].threshold == 0.65
    assert catalogue_in_force(a_configuration()).item("how_card_use_is_counted")


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_an_operators_file_stands_alone_once_read(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"mine{suffix}"
    rows = [an_item()]
    file.write_text(json.dumps(rows) if suffix == ".json" else yaml.safe_dump(rows))
    saved = tmp_path / "operator.json"
    saved.write_text(json.dumps({"controls": {"content_catalog": file.name}}))
    config = load_config(saved)
    file.unlink()
    again = OperatorConfig(**config.given_json())
    assert again.controls.content_catalog == {"extends": False, "items": rows}


def test_an_operators_items_extend_ours_or_replace_them() -> None:
    ours = len(our_catalogue().items)
    rewritten = an_item(content_id="how_card_use_is_counted", title="Rewritten")
    for items, expected in (([an_item()], ours + 1), ([rewritten], ours)):
        assert len(with_the_operators({"extends": True, "items": items}).items) == expected
        assert len(with_the_operators({"extends": False, "items": items}).items) == 1
    extended = with_the_operators({"extends": True, "items": [rewritten]})
    assert extended.item("how_card_use_is_counted").title == "Rewritten"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("missing.yaml", "No such file"),
        ("catalogue.txt", "save the catalogue as one of these"),
        ({"items": [], "merge": True}, "extends"),
        ({"items": "all"}, "items as a list"),
        ([], "1 to 500 items; it holds 0"),
        ([an_item(form="video")], "know_your_card must have as form"),
    ],
)
def test_a_wrong_catalogue_is_refused_under_the_controls_name(value: Any, said: str) -> None:
    with pytest.raises(ControlsError, match="content_catalog") as caught:
        OperatorControls(content_catalog=copy.deepcopy(value))
    assert said in str(caught.value)


def test_a_file_too_large_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_text("# " + "x" * 2_000_000)
    with pytest.raises(ControlsError, match="at most 2,000,000 bytes"):
        OperatorControls(content_catalog=str(file))


def test_an_invalid_review_policy_is_refused() -> None:
    with pytest.raises(ControlsError, match="review_policy"):
        OperatorControls(review_policy="never")
