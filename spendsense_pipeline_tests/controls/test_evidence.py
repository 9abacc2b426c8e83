"""A history too short for a persona is valid, and said: which, what it needs, what there is, what to do."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spendsense_pipeline.controls import OperatorConfig, PersonaTarget, resolve
from spendsense_pipeline.controls.evidence import unevidenced_personas
from spendsense_pipeline.controls.history import full_months
from spendsense_pipeline.personas.rules import PERSONA_KEYS

# Written out: a change of what a persona needs should be noticed here.
NEEDED = {
    "high_utilization": 0,
    "variable_income": 4,
    "cash_flow_stressed": 1,
    "subscription_heavy": 3,
    "savings_builder": 1,
    "general": 0,
}


@pytest.mark.parametrize(
    ("start", "as_of", "months"),
    [
        ("2026-01-01", "2026-01-30", 0),
        ("2026-01-01", "2026-01-31", 1),
        ("2026-01-01", "2026-06-30", 6),
        ("2026-01-15", "2026-06-14", 5),
        ("2026-01-15", "2026-06-13", 4),
        ("2024-02-01", "2024-02-29", 1),
        ("2025-12-01", "2026-06-01", 6),
    ],
)
def test_whole_months_of_history(start: str, as_of: str, months: int) -> None:
    assert full_months(dt.date.fromisoformat(start), dt.date.fromisoformat(as_of)) == months


def test_four_months_show_every_persona() -> None:
    assert unevidenced_personas(dt.date(2026, 3, 1), dt.date(2026, 6, 30)) == ()
    assert unevidenced_personas(dt.date(2026, 3, 2), dt.date(2026, 6, 30)) == ("variable_income",)


def counted_by_hand(start: dt.date, as_of: dt.date) -> int:
    """Full months: how often the same day a month later is reached by the end of as_of."""
    months, year, month = 0, start.year, start.month
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        if as_of + dt.timedelta(days=1) < dt.date(year, month, 1) + dt.timedelta(start.day - 1):
            return months
        months += 1


@given(
    months=st.integers(1, 24),
    as_of=st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)),
    target=st.sampled_from([None, *PERSONA_KEYS]),
)
def test_who_cannot_show_is_named_and_the_remedy_is_one(
    months: int, as_of: dt.date, target: str | None
) -> None:
    controls = {} if target is None else {"target_personas": [target]}
    asked = OperatorConfig(config={"months_history": months}, controls=controls)
    resolved = resolve(asked, as_of=as_of)
    there = counted_by_hand(resolved.history_start, as_of)
    expected = [
        persona for persona in PERSONA_KEYS if NEEDED[persona] > there and target in (None, persona)
    ]
    assert [short.persona for short in resolved.short_histories] == expected
    for short in resolved.short_histories:
        assert (short.months_needed, short.months_given) == (NEEDED[short.persona], there)
        assert f"let months_history be {short.months_needed} or more" in str(short)
        longer = asked.replace(config={"months_history": short.months_needed})
        said = [each.persona for each in resolve(longer, as_of=as_of).short_histories]
        assert short.persona not in said, "what is advised is enough"


@pytest.mark.parametrize("months", range(1, 25))
@pytest.mark.parametrize("persona", [None, *PERSONA_KEYS])
def test_every_persona_at_every_length_is_valid(months: int, persona: str | None) -> None:
    as_of = dt.date(2026, 6, 15)
    controls = {} if persona is None else {"target_personas": [PersonaTarget(persona)]}
    asked = OperatorConfig(config={"months_history": months}, controls=controls)
    said = {short.persona for short in resolve(asked, as_of=as_of).short_histories}
    keys = PERSONA_KEYS if persona is None else (persona,)
    assert said == {key for key in keys if NEEDED[key] > months}


def test_where_the_history_start_is_given_the_remedy_is_about_that() -> None:
    as_of = dt.date(2026, 6, 15)
    asked = OperatorConfig(config={"history_start": "2026-05-01"})
    shorts = resolve(asked, as_of=as_of).short_histories
    assert [short.persona for short in shorts] == ["variable_income", "subscription_heavy"]
    assert "let history_start be 2026-02-01 or earlier" in str(shorts[0])
    longer = OperatorConfig(config={"history_start": "2026-02-01"})
    assert not resolve(longer, as_of=as_of).short_histories
