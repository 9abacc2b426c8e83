"""Coverage, presence, shares, mix and accuracy: met, missed by more than a person, not applicable."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.checks import CHECKS, CheckOutcome, run_check
from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.personas.rules import PERSONA_KEYS, PERSONAS
from spendsense_pipeline_tests.fixtures.assigned_people import NATURAL_MIX, assigned_people, evenly
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration

NATURAL = a_configuration()
TARGETED = a_configuration(
    controls={"persona_weights": {"savings_builder": 0.5, "subscription_heavy": 0.5}}
)


def outcome(
    name: str, con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig = NATURAL
) -> CheckOutcome:
    (check,) = (c for c in CHECKS if c.name == name and c.asset == "persona_assignments")
    return run_check(con, check, resolved, imported=False)


def with_share(persona: str, count: int, people: int = 100) -> list[str]:
    """`count` of `people` have the persona; the others have the other personas in turn."""
    others = [key for key in PERSONA_KEYS if key != persona]
    return [persona] * count + [others[n % len(others)] for n in range(people - count)]


def test_a_natural_population_meets_every_expectation() -> None:
    con = assigned_people(NATURAL_MIX)
    for name in (
        "coverage_is_sufficient",
        "personas_are_present",
        "no_persona_dominates",
        "history_shows_every_persona",
    ):
        assert outcome(name, con).passed, name


@pytest.mark.parametrize(("general", "passes"), [(30, True), (31, True), (32, False)])
def test_coverage_is_widened_by_one_person(general: int, passes: bool) -> None:
    found = outcome("coverage_is_sufficient", assigned_people(with_share("general", general)))
    assert found.passed is passes
    assert found.figure == pytest.approx(1 - general / 100)
    assert found.severity == "ERROR"
    assert "0.7" in found.bound


def test_coverage_counts_the_worse_window() -> None:
    con = assigned_people(NATURAL_MIX, in_180_days=with_share("general", 60))
    found = outcome("coverage_is_sufficient", con)
    assert not found.passed
    assert found.figure == pytest.approx(0.4)
    assert [row["window_days"] for row in found.failing_rows] == [180]


def test_coverage_asks_no_more_than_the_targets_leave() -> None:
    resolved = a_configuration(
        controls={"persona_weights": {"general": 0.6, "savings_builder": 0.4}}
    )
    wanted = ["general"] * 60 + ["savings_builder"] * 40
    assert outcome(
        "coverage_is_sufficient", assigned_people(wanted, targets=wanted), resolved
    ).passed
    poorer = ["general"] * 67 + ["savings_builder"] * 33
    assert not outcome(
        "coverage_is_sufficient", assigned_people(poorer, targets=wanted), resolved
    ).passed


@pytest.mark.parametrize(("count", "passes"), [(35, True), (36, True), (37, False)])
def test_no_persona_dominates(count: int, passes: bool) -> None:
    found = outcome(
        "no_persona_dominates", assigned_people(with_share("subscription_heavy", count))
    )
    assert found.passed is passes
    assert found.figure == pytest.approx(count / 100)


def test_a_missing_persona_is_named() -> None:
    con = assigned_people(NATURAL_MIX, in_180_days=with_share("variable_income", 0))
    found = outcome("personas_are_present", con)
    assert not found.passed
    assert found.severity == "ERROR"
    assert [(r["window_days"], r["what"]) for r in found.failing_rows] == [(180, "variable_income")]


def test_presence_applies_from_fifty_people() -> None:
    few = with_share("variable_income", 0, people=49)
    assert outcome("personas_are_present", assigned_people(few)).skipped
    enough = with_share("variable_income", 0, people=50)
    assert not outcome("personas_are_present", assigned_people(enough)).passed


def test_presence_can_be_waived() -> None:
    resolved = a_configuration(expectations={"min_persona_share": 0.0})
    con = assigned_people(with_share("variable_income", 0))
    assert outcome("personas_are_present", con, resolved).passed


def test_changed_controls_lower_default_bounds_to_warnings() -> None:
    con = assigned_people(with_share("general", 60))
    changed: dict[str, Any] = {"subscription_adoption_rate": 0.1}
    resolved = a_configuration(controls=changed)
    assert outcome("coverage_is_sufficient", con, resolved).severity == "WARN"
    resolved = a_configuration(controls=changed, expectations={"min_coverage": 0.7})
    assert outcome("coverage_is_sufficient", con, resolved).severity == "ERROR"
    assert outcome("no_persona_dominates", con, resolved).severity == "WARN"


def test_unconsented_people_do_not_count() -> None:
    found = outcome("coverage_is_sufficient", assigned_people(NATURAL_MIX, unconsented=50))
    assert found.figure == pytest.approx(0.8)


# -- targeting -----------------------------------------------------------------------------------

HALVES = ["savings_builder", "subscription_heavy"] * 50


def test_a_targeted_population_meets_every_expectation() -> None:
    con = assigned_people(HALVES, targets=HALVES)
    for name in ("mix_is_as_requested", "targets_are_assigned", "coverage_is_sufficient"):
        found = outcome(name, con, TARGETED)
        assert found.passed, name
        assert not found.skipped
    for name in ("personas_are_present", "no_persona_dominates"):
        assert outcome(name, con, TARGETED).skipped


def test_natural_populations_have_no_mix_to_keep() -> None:
    con = assigned_people(NATURAL_MIX)
    assert outcome("mix_is_as_requested", con).skipped
    assert outcome("targets_are_assigned", con).skipped


@pytest.mark.parametrize(("moved", "passes"), [(5, True), (6, True), (7, False)])
def test_the_mix_may_be_off_by_the_tolerance_and_one(moved: int, passes: bool) -> None:
    assigned = ["savings_builder"] * (50 + moved) + ["subscription_heavy"] * (50 - moved)
    found = outcome("mix_is_as_requested", assigned_people(assigned, targets=HALVES), TARGETED)
    assert found.passed is passes
    assert found.figure == pytest.approx(moved / 100)


def test_a_persona_nobody_asked_for_spoils_the_mix() -> None:
    assigned = [*HALVES[:80], *["high_utilization"] * 20]
    found = outcome("mix_is_as_requested", assigned_people(assigned, targets=HALVES), TARGETED)
    assert not found.passed
    assert {row["what"] for row in found.failing_rows} >= {"high_utilization"}


@pytest.mark.parametrize(("missed", "passes"), [(5, True), (6, True), (7, False)])
def test_targets_missed_are_shown(missed: int, passes: bool) -> None:
    assigned = ["high_utilization"] * missed + HALVES[missed:]
    con = assigned_people(HALVES, in_180_days=assigned, targets=HALVES)
    found = outcome("targets_are_assigned", con, TARGETED)
    assert found.passed is passes
    assert found.figure == pytest.approx(1 - missed / 100)
    if not passes:
        assert found.failing_count == missed
        assert {row["window_days"] for row in found.failing_rows} == {180}
        assert found.failing_rows[0]["primary_persona"] == "high_utilization"


def test_general_assigned_general_is_a_hit() -> None:
    resolved = a_configuration(controls={"target_personas": ["general"]})
    con = assigned_people(["general"] * 60, targets=["general"] * 60)
    assert outcome("targets_are_assigned", con, resolved).passed
    assert outcome("mix_is_as_requested", con, resolved).passed
    assert outcome("coverage_is_sufficient", con, resolved).passed


# -- short histories -----------------------------------------------------------------------------

SHORT = a_configuration(history_start=dt.date(2026, 5, 1))


def test_what_a_short_history_cannot_show_is_named_and_left_out() -> None:
    con = assigned_people(evenly(96))
    found = outcome("history_shows_every_persona", con, SHORT)
    assert not found.passed
    assert found.severity == "WARN"
    needing_more = [persona.key for persona in PERSONAS if persona.months_of_history > 2]
    assert needing_more[:2] == ["variable_income", "subscription_heavy"]
    assert [row["persona"] for row in found.failing_rows] == needing_more
    shown = [key for key in PERSONA_KEYS if key not in needing_more]
    without = assigned_people([shown[n % len(shown)] for n in range(96)])
    assert outcome("personas_are_present", without, SHORT).passed
    stable = assigned_people(with_share("general", 60))
    assert outcome("coverage_is_sufficient", stable, SHORT).severity == "WARN"
    assert outcome("no_persona_dominates", stable, SHORT).severity == "WARN"


def test_targets_a_short_history_cannot_show_are_left_out() -> None:
    resolved = a_configuration(
        history_start=dt.date(2026, 5, 1),
        controls={"persona_weights": {"savings_builder": 0.5, "variable_income": 0.5}},
    )
    targets = ["savings_builder", "variable_income"] * 50
    assigned = ["savings_builder", "general"] * 50
    con = assigned_people(assigned, targets=targets)
    for name in ("mix_is_as_requested", "targets_are_assigned", "coverage_is_sufficient"):
        assert outcome(name, con, resolved).passed, name
    found = outcome("history_shows_every_persona", con, resolved)
    assert [row["persona"] for row in found.failing_rows] == ["variable_income"]


def test_imported_people_need_not_resemble_a_population() -> None:
    con = assigned_people(["general"] * 100)
    (check,) = (c for c in CHECKS if c.name == "coverage_is_sufficient")
    found = run_check(con, check, NATURAL, imported=True)
    assert not found.passed
    assert found.severity == "WARN"
    assert "--from-raw" in found.remedy
    assert "controls" not in found.remedy
    assert "controls" in run_check(con, check, NATURAL, imported=False).remedy
