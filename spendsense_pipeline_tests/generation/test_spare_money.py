"""Checking accounts wander about what a household likes to have there, whatever comes beside pay."""

from __future__ import annotations

import datetime as dt
import functools
from typing import NamedTuple

import numpy as np
import pytest

from spendsense_pipeline.generation.generator import household
from spendsense_pipeline.generation.living.spare_money import LEAST_CENTS, SPARE_SERIAL
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline_tests.fixtures.generated_people import NOTHING_HAPPENS, a_configuration
from spendsense_pipeline_tests.fixtures.seeds import seeds

USERS = 150
HALF_A_YEAR = 183


class Lives(NamedTuple):
    """Two years of people in whose lives nothing happens."""

    closes: np.ndarray
    """What checking holds at the end of each day of the history, `[U, D]` cents, where somebody has
    a cushion; of no meaning elsewhere."""
    is_cushioned: np.ndarray
    income: np.ndarray
    """A month's at the beginning, `[U]` cents."""
    sent: Postings
    """What is sent on of what is to spare; days are those of the history."""


@functools.cache
def lives(seed: int, preset: str | None) -> Lives:
    resolved = a_configuration(
        preset=preset,
        as_of=dt.date(2026, 11, 20),
        config={"seed": seed, "num_users": USERS, "months_history": 24},
        controls=NOTHING_HAPPENS,
    )
    made = household(resolved, 0, USERS)
    world, rows = made.world, Postings.joined(made.parts)
    rows = rows.where((rows.day >= world.history_day) & (rows.day <= world.as_of_day))
    rows = rows.where(rows.slot == Slot.CHECKING)
    rows = rows.where((world.profiles.rhythm == Rhythm.CUSHIONED)[rows.user])
    rows = rows.replaced(day=rows.day - world.history_day)
    moved = np.zeros((USERS, world.as_of_day - world.history_day + 1))
    np.add.at(moved, (rows.user, rows.day), rows.cents)
    closes = made.lived.opening_checking[:USERS, np.newaxis] - moved.cumsum(axis=1)
    return Lives(
        closes=closes,
        is_cushioned=world.profiles.rhythm == Rhythm.CUSHIONED,
        income=world.profiles.people.income_monthly_usd * 100,
        sent=rows.where((rows.purpose == Purpose.INVESTING) & (rows.serial == SPARE_SERIAL)),
    )


@pytest.mark.parametrize("preset", [pytest.param(None, marks=pytest.mark.long), "calibrated"])
@pytest.mark.parametrize("seed", seeds(1, 4))
def test_checking_does_not_grow_year_after_year(seed: int, preset: str | None) -> None:
    closes = lives(seed, preset).closes[lives(seed, preset).is_cushioned]
    first, last = closes[:, :HALF_A_YEAR].mean(axis=1), closes[:, -HALF_A_YEAR:].mean(axis=1)
    assert len(closes) > 80
    assert 0.9 <= np.median(last / first) <= 1.4
    assert np.mean(last / first > 3) <= 0.1


@pytest.mark.parametrize("seed", seeds(1, 4))
def test_what_is_sent_on_is_round_rare_and_to_spare(seed: int) -> None:
    found = lives(seed, "calibrated")
    sent = found.sent
    assert (sent.cents >= LEAST_CENTS).all()
    assert (sent.cents % 10_000 == 0).all()
    assert len(set(sent.cents.tolist())) >= 10
    times = np.unique(sent.user, return_counts=True)[1]
    assert times.size >= 0.2 * USERS
    # In two years.
    assert times.mean() <= 8
    left = found.closes[sent.user, sent.day] / found.income[sent.user]
    assert np.mean(left > 0.5) >= 0.99
