"""The fairness report: shares, intervals and flags recomputed by hand."""

from __future__ import annotations

import math
import statistics
from typing import Any

import duckdb
import pytest

from spendsense_pipeline.personas.assignment import assign
from spendsense_pipeline.personas.fairness import build_fairness_report
from spendsense_pipeline.tables.personas import FAIRNESS_REPORT
from spendsense_pipeline.tables.raw import RAW_USERS
from spendsense_pipeline_tests.fixtures.feature_rows import persona_row, thresholds, warehouse_of
from spendsense_pipeline_tests.fixtures.rows import AS_OF, Row, a_user, a_warehouse, insert


def reported(people: list[tuple[Row, str]]) -> list[Row]:
    """The report on people given as (changes to the user, persona)."""
    ids = [f"user_{i:04d}" for i in range(len(people))]
    con = a_warehouse()
    insert(con, RAW_USERS, [a_user(i, **user) for i, (user, _) in zip(ids, people, strict=True)])
    warehouse_of(
        [persona_row(key, user_id=i) for i, (_, key) in zip(ids, people, strict=True)], con=con
    )
    assign(con, as_of=AS_OF, thresholds=thresholds())
    build_fairness_report(con)
    cursor = con.execute("from fairness_report")
    names = [column[0] for column in cursor.description or ()]
    assert names == list(FAIRNESS_REPORT.column_names)
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def one(report: list[Row], **where: Any) -> Row:
    [row] = [row for row in report if all(row[k] == v for k, v in where.items())]
    return row


def split(women: int, women_assigned: int, men: int, men_assigned: int) -> list[tuple[Row, str]]:
    def group(gender: str, size: int, assigned: int) -> list[tuple[Row, str]]:
        return [
            ({"gender": gender}, "savings_builder" if i < assigned else "general")
            for i in range(size)
        ]

    return [*group("female", women, women_assigned), *group("male", men, men_assigned)]


def test_shares_and_intervals_are_wilsons() -> None:
    report = reported(split(20, 15, 30, 18))
    row = one(report, dimension="gender", group_name="female", persona="any")
    assert (row["people"], row["assigned"], row["rest_people"]) == (20, 15, 30)
    assert row["share"] == pytest.approx(0.75)
    assert row["rest_share"] == pytest.approx(0.6)
    assert row["difference"] == pytest.approx(0.15)
    z, n, p = statistics.NormalDist().inv_cdf(0.975), 20, 0.75
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert row["share_low"] == pytest.approx((middle - half) / (1 + z * z / n))
    assert row["share_high"] == pytest.approx((middle + half) / (1 + z * z / n))
    assert not row["is_beyond"]


def test_a_gap_no_chance_explains_is_flagged_on_both_sides() -> None:
    report = reported(split(60, 55, 60, 20))
    flagged = {
        (row["dimension"], row["group_name"], row["persona"]) for row in report if row["is_beyond"]
    }
    assert flagged == {
        ("gender", group, persona)
        for group in ("female", "male")
        for persona in ("any", "savings_builder", "general")
    }


def test_a_gap_below_ten_points_is_never_flagged() -> None:
    row = one(
        reported(split(150, 120, 150, 108)), dimension="gender", group_name="male", persona="any"
    )
    assert row["tolerance"] >= 0.10
    assert not row["is_beyond"]


def test_everybody_alike_leaves_nothing_to_compare_with() -> None:
    row = one(reported(split(10, 5, 0, 0)), dimension="gender", group_name="female", persona="any")
    assert (row["rest_people"], row["rest_share"], row["difference"], row["tolerance"]) == (
        0,
        None,
        None,
        None,
    )
    assert not row["is_beyond"]


def test_unknown_demographics_are_left_out_and_ages_fall_in_bands() -> None:
    ages = [24, 25, 34, 35, 49, 50, 64, 65, None]
    report = reported([({"age": age, "region": None}, "general") for age in ages])
    bands = {
        row["group_name"]: row["people"]
        for row in report
        if row["dimension"] == "age_band" and row["persona"] == "general"
    }
    assert bands == {"under 25": 1, "25-34": 2, "35-49": 2, "50-64": 2, "65 and over": 1}
    assert "region" not in {row["dimension"] for row in report}


def test_nobody_gives_an_empty_report() -> None:
    con: duckdb.DuckDBPyConnection = warehouse_of([])
    assign(con, as_of=AS_OF, thresholds=thresholds())
    build_fairness_report(con)
    assert con.execute("select count(*) from fairness_report").fetchall() == [(0,)]
