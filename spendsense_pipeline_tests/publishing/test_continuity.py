"""Nights continue one world until it would pass 24 months; a change of configuration starts another."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendsense_pipeline.controls import OperatorConfig, resolve
from spendsense_pipeline.publishing.continuity import continue_history, continue_published
from spendsense_pipeline_tests.fixtures.rows import AS_OF
from spendsense_pipeline_tests.fixtures.tiny_dataset import a_config, published, settings_in

START = dt.date(2025, 12, 1)


def test_the_next_night_extends_the_same_history() -> None:
    choice = continue_history(as_of=AS_OF, published_start=START, is_same_configuration=True)
    assert choice.history_start == START
    assert choice.is_continued
    assert not choice.is_rebased
    assert "2025-12-01" in choice.note


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"published_start": None}, "First dataset"),
        ({"is_same_configuration": False}, "configuration has changed"),
        ({"is_fresh": True}, "--fresh"),
    ],
)
def test_a_new_world_is_started_and_said(changes: dict[str, object], words: str) -> None:
    choice = continue_history(
        as_of=AS_OF,
        **({"published_start": START, "is_same_configuration": True} | changes),  # type: ignore[arg-type]
    )
    assert choice.history_start is None
    assert not choice.is_continued
    assert not choice.is_rebased
    assert words in choice.note


@given(night=st.integers(1, 1000))
def test_a_history_is_rebased_on_the_first_night_past_24_months_and_never_before(
    night: int,
) -> None:
    as_of = START + dt.timedelta(days=27 + night)
    choice = continue_history(as_of=as_of, published_start=START, is_same_configuration=True)
    is_past = as_of > dt.date(2027, 12, 31)
    assert choice.is_rebased == is_past
    assert choice.history_start == (None if is_past else START)


@given(night=st.integers(0, 1500))
def test_whatever_is_chosen_can_be_resolved(night: int) -> None:
    as_of = START + dt.timedelta(days=night)
    choice = continue_history(as_of=as_of, published_start=START, is_same_configuration=True)
    resolve(OperatorConfig(), as_of=as_of, history_start=choice.history_start)


def test_the_published_dataset_is_extended_only_by_its_own_configuration(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    tomorrow = AS_OF + dt.timedelta(days=1)
    asked = OperatorConfig(config={"seed": 7})
    assert not continue_published(settings, asked, as_of=tomorrow).is_continued
    published(settings, a_config(seed=7))
    same = continue_published(settings, asked, as_of=tomorrow)
    assert same.history_start == a_config(seed=7).history_start
    assert not continue_published(settings, asked, as_of=tomorrow, is_fresh=True).is_continued
    other = OperatorConfig(config={"seed": 8})
    assert not continue_published(settings, other, as_of=tomorrow).is_continued


def test_a_chain_of_nights_keeps_its_start_however_the_start_was_passed_on(tmp_path: Path) -> None:
    settings, asked = settings_in(tmp_path), OperatorConfig(config={"seed": 7})
    published(settings, resolve(asked, as_of=AS_OF))
    start = resolve(asked, as_of=AS_OF).history_start
    for night in range(1, 40):
        as_of = AS_OF + dt.timedelta(days=night)
        choice = continue_published(settings, asked, as_of=as_of)
        assert choice.history_start == start
        tonight = asked.replace(config=asked.config.replace(history_start=choice.history_start))
        if night % 13 == 0:
            published(settings, resolve(tonight, as_of=as_of), minute=night)


def test_a_history_start_the_operator_gave_wins(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    published(settings)
    asked = OperatorConfig(config={"history_start": "2026-03-01"})
    assert continue_published(settings, asked, as_of=AS_OF).history_start == dt.date(2026, 3, 1)


def test_a_broken_published_file_is_not_extended(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.published_path.write_text("not a database")
    choice = continue_published(settings, OperatorConfig(), as_of=AS_OF)
    assert choice.history_start is None
