"""Mix, coverage and length of history, counted by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from spendsense_pipeline.checks.population import (
    coverage,
    history_months,
    persona_mix,
    unevidenced_personas,
)
from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline_tests.fixtures.assigned_people import NATURAL_MIX, assigned_people


def test_the_mix_puts_targets_beside_assignments() -> None:
    targets = ["savings_builder"] * 60 + ["general"] * 40
    assigned = ["savings_builder"] * 58 + ["general"] * 42
    mix = persona_mix(assigned_people(assigned, targets=targets, unconsented=7))
    assert [row.persona for row in mix] == [*PERSONA_KEYS, *PERSONA_KEYS]
    (builders,) = (r for r in mix if r.persona == "savings_builder" and r.window_days == 30)
    assert (builders.people, builders.target_count, builders.assigned_count) == (100, 60, 58)
    assert builders.assigned_share == pytest.approx(0.58)


def test_coverage_leaves_out_the_stable() -> None:
    short, long = coverage(assigned_people(NATURAL_MIX, in_180_days=["general"] * 100))
    assert (short.window_days, short.share) == (30, pytest.approx(0.8))
    assert (long.window_days, long.share) == (180, 0)


def test_nobody_is_no_coverage() -> None:
    for row in coverage(assigned_people([])):
        assert row.share is None


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
    assert history_months(dt.date.fromisoformat(start), dt.date.fromisoformat(as_of)) == months


def test_four_months_show_every_persona() -> None:
    assert unevidenced_personas(dt.date(2026, 3, 1), dt.date(2026, 6, 30)) == ()
    assert unevidenced_personas(dt.date(2026, 3, 2), dt.date(2026, 6, 30)) == ("variable_income",)
