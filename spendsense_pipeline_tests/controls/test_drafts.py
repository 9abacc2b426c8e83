"""What is being filled in: what was typed stands over the preset, and the preset over defaults."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from spendsense_pipeline.controls import as_of_for, operator_config_from, resolve
from spendsense_pipeline.controls.drafts import Draft
from spendsense_pipeline.controls.form import FormField, form_fields
from spendsense_pipeline.controls.presets import PRESET_NAMES

DAY = dt.date(2026, 7, 1)
FIELDS = {(field.section, field.name): field for field in form_fields()}


def field(name: str, section: str = "controls") -> FormField:
    return FIELDS[section, name]


def settled(asked: dict[str, Any]) -> Any:
    config = operator_config_from(asked)
    return resolve(config, as_of=as_of_for(config, today=DAY))


@pytest.mark.parametrize("preset", PRESET_NAMES)
def test_what_a_preset_sets_stands_in_the_form_as_it_would_be_run(preset: str) -> None:
    draft = Draft({"preset": preset})
    good = settled(draft.asked)
    for each in FIELDS.values():
        in_force = getattr(good, each.section).model_dump(mode="json")[each.name]
        source = good.sources[f"{each.section}.{each.name}"]
        assert draft.value(each, good) == in_force
        assert (draft.origin(each) == "preset") == (
            source == "preset" and draft.value(each) != each.default
        ), each.name


def test_what_was_typed_stands_whatever_it_is_until_it_is_taken_back() -> None:
    draft = Draft({"preset": "overlap_testing"})
    adoption = field("subscription_adoption_rate")
    draft.give("controls", adoption.name, "a lot")
    assert draft.value(adoption, settled({})) == "a lot"
    assert draft.origin(adoption) == "yours"
    assert Draft.from_text(draft.to_text()).asked == draft.asked
    draft.give("controls", adoption.name, None)
    assert draft.asked == {"preset": "overlap_testing"}
    assert (draft.value(adoption), draft.origin(adoption)) == (0.85, "preset")


def test_a_picture_of_another_preset_says_nothing_of_this_one() -> None:
    draft = Draft({"preset": "overlap_testing"})
    assert draft.value(field("subscription_adoption_rate"), settled({})) == 0.85


@pytest.mark.parametrize("preset", PRESET_NAMES)
def test_who_is_asked_for_is_what_a_run_would_be_asked(preset: str) -> None:
    draft = Draft({"preset": preset})
    asked = {key.value: share for key, share in settled(draft.asked).target_weights.items()}
    assert draft.weights() == pytest.approx(asked, abs=0.001)


def test_nobody_asked_for_is_a_natural_population_under_any_preset() -> None:
    for preset in PRESET_NAMES:
        draft = Draft({"preset": preset})
        draft.give_weights({"variable_income": 0.4, "general": 0.6})
        assert draft.weights() == {"variable_income": 0.4, "general": 0.6}
        assert draft.origin(field("target_personas")) != "preset"
        draft.give_weights({})
        assert settled(draft.asked).is_natural
        assert not draft.weights()


@pytest.mark.parametrize("text", ["{", "[]", '{"config": 3}', json.dumps("x"), "", None])
def test_what_is_no_draft_begins_an_empty_one(text: str | None) -> None:
    assert Draft.from_text(text).asked == {}
