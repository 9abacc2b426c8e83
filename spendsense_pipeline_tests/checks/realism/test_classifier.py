"""The classifier finds what was planted, and nothing in noise."""

from __future__ import annotations

import numpy as np
import pytest

from spendsense_pipeline.checks.realism.classifier import (
    Telling,
    area_under_curve,
    scores_out_of_fold,
)

PEOPLE, MANNERS = 600, 18


def noise(seed: int) -> tuple[np.typing.NDArray[np.float64], np.typing.NDArray[np.bool_]]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(PEOPLE, MANNERS)), np.arange(PEOPLE) % 6 == 0


def test_the_area_counts_pairs() -> None:
    is_one = np.array([True, True, False, False])
    assert area_under_curve(np.array([4.0, 3.0, 2.0, 1.0]), is_one) == 1
    assert area_under_curve(np.array([4.0, 1.0, 2.0, 3.0]), is_one) == 0.5
    assert area_under_curve(np.zeros(4), is_one) == 0.5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_tells_nobody(seed: int) -> None:
    found = Telling(*noise(seed))
    assert found.value == pytest.approx(0.5, abs=0.09)
    assert found.interval.low < 0.5 < found.interval.high
    assert found.cases == 100


def test_a_planted_manner_tells() -> None:
    manners, is_one = noise(4)
    manners[is_one, 7] += 2.5
    assert (Telling(manners, is_one).value or 0) > 0.9


def test_being_in_the_middle_tells() -> None:
    manners, is_one = noise(5)
    manners[is_one, 3] *= 0.05
    assert (Telling(manners, is_one).value or 0) > 0.7


def test_missing_manners_tell_nothing_and_break_nothing() -> None:
    manners, is_one = noise(6)
    manners[::7, 2] = np.nan
    manners[:, 5] = np.nan
    assert np.isfinite(scores_out_of_fold(manners, is_one)).all()
    assert Telling(manners, is_one).value == pytest.approx(0.5, abs=0.09)


def test_too_few_people_are_not_told() -> None:
    manners, _ = noise(7)
    assert Telling(manners, np.arange(PEOPLE) < 4).value is None


def test_worlds_join() -> None:
    one, other = Telling(*noise(8)), Telling(*noise(9))
    assert one.joined([other]).cases == 200
