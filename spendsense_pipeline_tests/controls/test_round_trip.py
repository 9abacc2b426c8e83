"""Whatever an operator writes is refused with reasons, or survives every form unchanged."""

from __future__ import annotations

import json
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spendsense_pipeline.controls import (
    ControlsError,
    OperatorConfig,
    PersonaTarget,
    ResolvedConfig,
    export_config,
    load_config,
    resolve,
)
from spendsense_pipeline.defs.config import OperatorRunConfig, operator_config_of
from spendsense_pipeline_tests.fixtures.configurations import requests


def assert_survives_every_form(asked: OperatorConfig) -> None:
    as_of = asked.config.generation_timestamp or date(2025, 6, 15)
    if asked.config.history_start is not None:
        as_of = asked.config.generation_timestamp or asked.config.history_start + timedelta(days=90)
    resolved = resolve(asked, as_of=as_of)
    given_json = json.loads(json.dumps(asked.given_json()))
    others = [
        OperatorConfig(**asked.given()),
        OperatorConfig.model_validate(given_json),
        operator_config_of(OperatorRunConfig(**given_json)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        others += [
            load_config(export_config(Path(folder) / name, asked))
            for name in ("asked.json", "asked.yaml")
        ]
    for other in others:
        assert other == asked
        assert other.given() == asked.given()
        assert resolve(other, as_of=as_of) == resolved
        assert resolve(other, as_of=as_of).config_hash == resolved.config_hash
    for again in (
        ResolvedConfig.from_json(resolved.to_json()),
        ResolvedConfig.from_rows(resolved.to_rows()),
    ):
        assert again == resolved
        assert again.to_json() == resolved.to_json()
        assert again.config_hash == resolved.config_hash


def asked_or_refused(request: dict[str, Any]) -> OperatorConfig | ControlsError:
    try:
        return OperatorConfig.model_validate(request)
    except ControlsError as error:
        return error


@pytest.mark.fuzz
@given(requests())
@example({"controls": {"overdue_probability": 0.0, "persona_weights": {}}})
@example({"preset": "balanced", "controls": {"persona_weights": {}}})
def test_what_is_within_bounds_contradicts_something_or_survives(request: dict[str, Any]) -> None:
    asked = asked_or_refused(request)
    if isinstance(asked, OperatorConfig):
        assert_survives_every_form(asked)
        return
    # Every value is allowed by itself, so the reasons can only be combinations of two of them.
    together = ("sum to at most 1", "must not exceed", "exactly the target", "must reach", "most 0.",
                "needs a subscription_count_min", "kinds that can happen",
                "at most 0,", "as_of", f"1/{len(PersonaTarget)}")  # fmt: skip
    for problem in asked.problems:
        assert any(words in problem for words in together), problem


@pytest.mark.fuzz
@given(requests(wild=True))
def test_anything_at_all_is_refused_in_sentences_or_survives(request: dict[str, Any]) -> None:
    asked = asked_or_refused(request)
    if isinstance(asked, OperatorConfig):
        assert_survives_every_form(asked)
        return
    assert asked.problems
    for problem in asked.problems:
        assert "\n" not in problem
        assert ": " in problem
        assert "Input should" not in problem


@pytest.mark.fuzz
@given(requests(), st.data())
def test_changing_one_value_at_a_time_ends_where_changing_all_does(
    request: dict[str, Any], data: st.DataObject
) -> None:
    """Assignment is validation of the whole; its order matters only to what is refused on the way."""
    request.pop("preset", None)
    try:
        asked = OperatorConfig.model_validate(request)
    except ControlsError:
        return
    changed = OperatorConfig()
    changes = [(s, name, value) for s, values in request.items() for name, value in values.items()]
    for section, name, value in data.draw(st.permutations(changes)):
        try:
            setattr(getattr(changed, section), name, value)
        except ControlsError:
            return
    assert changed == asked
    assert changed.given() == asked.given()
