"""Mix and coverage, counted by hand."""

from __future__ import annotations

import pytest

from spendsense_pipeline.checks.population import coverage, persona_mix
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
