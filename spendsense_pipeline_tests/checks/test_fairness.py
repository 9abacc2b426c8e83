"""Groups are compared with everybody else, allowing for chance."""

from __future__ import annotations

import duckdb

from spendsense_pipeline.checks.fairness import groups_are_covered_alike
from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.personas.fairness import build_fairness_report
from spendsense_pipeline_tests.fixtures.assigned_people import assigned_people
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration


def population(covered_women: int, covered_men: int, each: int = 100) -> duckdb.DuckDBPyConnection:
    """Women, then men; so many of each are assigned a persona."""
    personas = [
        "savings_builder" if number < covered else "general"
        for covered in (covered_women, covered_men)
        for number in range(each)
    ]
    con = assigned_people(personas)
    con.execute("update raw_users set gender = 'male' where user_id >= ?", [f"user_{each:04d}"])
    build_fairness_report(con)
    return con


def test_equal_groups_pass() -> None:
    found = groups_are_covered_alike(CheckRun(population(80, 78), a_configuration()))
    assert found.passed
    assert found.figure is not None
    assert abs(found.figure - 0.02) < 1e-12


def test_a_group_left_behind_is_named() -> None:
    found = groups_are_covered_alike(CheckRun(population(90, 55), a_configuration()))
    assert not found.passed
    assert {(row["dimension"], row["group_name"]) for row in found.failing_rows} == {
        ("gender", "female"),
        ("gender", "male"),
    }


def test_small_groups_may_differ_by_chance() -> None:
    assert groups_are_covered_alike(CheckRun(population(7, 4, each=8), a_configuration())).passed


def test_ten_points_are_allowed_at_any_size() -> None:
    con = population(850, 760, each=1000)
    assert groups_are_covered_alike(CheckRun(con, a_configuration())).passed
