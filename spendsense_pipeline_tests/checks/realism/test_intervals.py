"""Intervals against values from tables and against each other."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spendsense_pipeline.checks.realism.intervals import (
    EVERYTHING,
    quantile,
    ratio,
    ratio_of_ratios,
    share_of_rows,
    t_quantile,
    wilson,
)


@pytest.mark.parametrize(
    ("degrees", "expected"), [(5, 4.032), (10, 3.169), (30, 2.750), (120, 2.617)]
)
def test_students_t(degrees: int, expected: float) -> None:
    assert t_quantile(degrees) == pytest.approx(expected, rel=0.005)


def test_one_value_says_nothing_of_its_spread() -> None:
    assert t_quantile(0) == math.inf
    assert ratio(np.array([3.0]), np.array([2.0])) == EVERYTHING


def test_wilson() -> None:
    # z = 2.5758: (p + z2/2n -+ z sqrt(p q / n + z2/4n2)) / (1 + z2/n)
    assert wilson(0.0, 10) == pytest.approx((0, 0.3989), abs=1e-4)
    assert wilson(0.5, 100) == pytest.approx((0.3753, 0.6247), abs=1e-4)
    assert wilson(1.0, 10).high == pytest.approx(1)
    assert wilson(0.3, 0) == (0, 1)


def test_a_share_of_people_is_wilsons() -> None:
    having = np.array([1.0] * 30 + [0.0] * 70)
    found, expected = share_of_rows(having, np.ones(100)), wilson(0.3, 99)
    assert found == pytest.approx(expected, abs=1e-6)


def test_rows_of_one_person_alike_are_worth_one() -> None:
    """A hundred rows of each of twenty people, half of whom do nothing else."""
    having, rows = np.array([100.0, 0.0] * 10), np.full(20, 100.0)
    assert share_of_rows(having, rows) == pytest.approx(wilson(0.5, 19), abs=1e-6)
    independent = share_of_rows(np.array([50.0, 50.0] * 10), rows)
    assert independent == pytest.approx(wilson(0.5, 20), abs=1e-6)  # how alike is not known
    mixed = share_of_rows(np.array([45.0, 55.0] * 10), rows)
    assert mixed.high - mixed.low < independent.high - independent.low


def test_rows_never_count_for_more_than_they_are() -> None:
    having, rows = np.array([1.0, 1.0, 0.0, 1.0, 0.0]), np.array([2.0, 2.0, 1.0, 2.0, 1.0])
    found = share_of_rows(having, rows)
    at_best = wilson(3 / 8, 8)
    assert found.low <= at_best.low + 1e-9
    assert found.high >= at_best.high - 1e-9


def test_order_statistics_of_the_median() -> None:
    # Of 15, fewer than 3 lie below the median with a chance of .37 %, fewer than 4 with 1.76 %.
    assert quantile(np.arange(1.0, 16.0), 0.5) == (3, 13)
    assert quantile(np.arange(1.0, 6.0), 0.5) == (-math.inf, math.inf)
    assert quantile(np.array([]), 0.5) == EVERYTHING


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_order_statistics_cover_what_they_say(place: float) -> None:
    draws = np.random.default_rng(5).random((1_000, 80))
    held = [(low <= place <= high) for low, high in (quantile(row, place) for row in draws)]
    assert 0.98 <= np.mean(held) <= 1


def test_a_mean_has_students_interval() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    half = t_quantile(5) * values.std(ddof=1) / math.sqrt(6)
    assert ratio(values, np.ones(6)) == pytest.approx((3.5 - half, 3.5 + half))


def test_a_ratio_of_ratios_covers_what_it_says() -> None:
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        counts, others = rng.integers(1, 20, 60), rng.integers(1, 20, 60)
        sums = rng.gamma(counts * 2.0), counts * 1.0, rng.gamma(others * 1.0), others * 1.0
        low, high = ratio_of_ratios(*sums)
        held += low <= 2.0 <= high
    assert 0.96 <= held / 300 <= 1
    assert ratio_of_ratios(*np.zeros((4, 5))) == EVERYTHING
