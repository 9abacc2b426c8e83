"""Reserves of people with rare pay: moved on paydays, fetched in sums of their own, not to and fro."""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest

from spendsense_pipeline.generation.generator import household
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot
from spendsense_pipeline_tests.fixtures.generated_people import NOTHING_HAPPENS, a_configuration

USERS = 300
"""A few of them live with somebody who pays in most of what is spent."""
SEEDS = [1, 2, pytest.param(3, marks=pytest.mark.long)]
Row = tuple[int, int]


class Life(NamedTuple):
    """What moves between checking and savings of one person: days and cents."""

    paid: set[int]
    swept: list[Row]
    fetched: list[Row]
    helped: list[Row]
    closes: np.ndarray
    """What checking holds at the end of each day, `[D]` cents."""


@functools.cache
def lives(seed: int) -> list[Life]:
    """Two years of people who are paid rarely."""
    resolved = a_configuration(
        as_of=dt.date(2026, 11, 20),
        config={"seed": seed, "num_users": USERS, "months_history": 24},
        controls={**NOTHING_HAPPENS, "persona_weights": {"variable_income": 1.0}},
    )
    made = household(resolved, 0, USERS)
    world, rows = made.world, Postings.joined(made.parts)
    rows = rows.where((rows.day >= world.history_day) & (rows.day <= world.as_of_day))
    rows = rows.where(rows.slot == Slot.CHECKING)
    moved = np.zeros((USERS, world.as_of_day + 1))
    np.add.at(moved, (rows.user, rows.day), rows.cents)
    closes = made.lived.opening_checking[:, np.newaxis] - moved.cumsum(axis=1)

    def of(user: int, *purposes: Purpose) -> list[Row]:
        at = np.flatnonzero((rows.user == user) & np.isin(rows.purpose, purposes))
        found = zip(rows.day[at].tolist(), np.abs(rows.cents[at]).tolist(), strict=True)
        return sorted(found)

    return [
        Life(
            paid={day for day, _ in of(user, Purpose.PAY)},
            swept=of(user, Purpose.SWEEP_OUT),
            fetched=of(user, Purpose.WAGE_IN, Purpose.COVER_IN),
            helped=of(user, Purpose.PARTNER_IN),
            closes=closes[user],
        )
        for user in range(USERS)
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_money_is_put_aside_on_paydays_in_round_sums_that_leave_no_same_sum(seed: int) -> None:
    people = lives(seed)
    swept = [(day in life.paid, cents) for life in people for day, cents in life.swept]
    assert len(swept) > 400
    assert np.mean([on_payday for on_payday, _ in swept]) >= 0.95
    assert all(cents % 5_000 == 0 for _, cents in swept)
    spread = []
    for life in people:
        left = np.array([life.closes[day] for day, _ in life.swept])
        if left.size >= 4:
            spread.append(np.median(np.abs(left - np.median(left))) / abs(np.median(left)))
    assert len(spread) > 40
    assert np.median(spread) >= 0.13
    assert np.mean(np.array(spread) < 0.08) <= 0.15


@pytest.mark.parametrize("seed", SEEDS)
def test_money_put_aside_does_not_come_back_within_days(seed: int) -> None:
    comes_back = [
        any(0 <= back - day <= 5 for back, _ in life.fetched)
        for life in lives(seed)
        for day, _ in life.swept
    ]
    assert np.mean(comes_back) <= 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_people_fetch_their_own_sum_a_few_times_a_month(seed: int) -> None:
    drawers = [life.fetched for life in lives(seed) if len(life.fetched) >= 12]
    assert len(drawers) > 60
    usual = [Counter(cents for _, cents in fetched).most_common(1)[0][1] for fetched in drawers]
    own = [count / len(fetched) for count, fetched in zip(usual, drawers, strict=True)]
    assert np.mean(own) >= 0.55
    assert np.mean([len(fetched) for fetched in drawers]) / 24 <= 3.3


@pytest.mark.parametrize("seed", SEEDS)
def test_partners_round_what_they_pay_in_and_vary_it(seed: int) -> None:
    helped = [[cents for _, cents in life.helped] for life in lives(seed)]
    often = [cents for cents in helped if len(cents) >= 12]
    assert len(often) >= 5
    assert all(each % 5_000 == 0 for cents in often for each in cents)
    assert max(Counter(cents).most_common(1)[0][1] / len(cents) for cents in often) <= 0.7
