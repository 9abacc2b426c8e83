"""Balances that are carried: paid by habit, kept up by what is bought, never steered to a level."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pytest

from spendsense_pipeline.generation.attributes import PaymentHabit
from spendsense_pipeline.generation.behaviours.card_payments import SUMS_CENTS
from spendsense_pipeline.generation.behaviours.card_uses import CardUse
from spendsense_pipeline.generation.generator import household
from spendsense_pipeline.generation.postings import CARD_SLOTS, Postings, Purpose
from spendsense_pipeline_tests.fixtures.generated_people import NOTHING_HAPPENS, a_configuration

BANDS = {
    CardUse.PROMOTION: (0.3, 0.5),
    CardUse.HIGH: (0.5, 0.8),
    # A card over its limit is critical too.
    CardUse.CRITICAL: (0.8, 1.1),
}
"""Use of the limit, by what a card is for."""


class Card(NamedTuple):
    """One card over its history."""

    use: CardUse
    payment: PaymentHabit
    used: np.ndarray
    """Share of the limit, `[D]`."""
    paid: list[int]
    """Cents of each payment."""
    left: list[float]
    """Share of the limit on the evening of each."""


def cards_of(seed: int, *, months: int, users: int = 120, **controls: object) -> list[Card]:
    """The cards of a population to whom nothing happens."""
    resolved = a_configuration(
        as_of=dt.date(2026, 11, 20),
        config={"seed": seed, "num_users": users, "months_history": months},
        controls={**NOTHING_HAPPENS, **controls},
    )
    made = household(resolved, 0, users)
    world, cards, rows = made.world, made.cards, Postings.joined(made.parts)
    rows = rows.where(np.isin(rows.slot, CARD_SLOTS) & (rows.day >= world.history_day))
    rows = rows.where(rows.day <= world.as_of_day)
    number = {
        (user, slot): card
        for card, (user, slot) in enumerate(
            zip(cards.user.tolist(), cards.slot.tolist(), strict=True)
        )
    }
    pairs = zip(rows.user.tolist(), rows.slot.tolist(), strict=True)
    card = np.array([number[pair] for pair in pairs])
    day = rows.day - world.history_day
    moved = np.zeros((cards.count, world.as_of_day - world.history_day + 1))
    np.add.at(moved, (card, day), rows.cents)
    owed = made.lived.opening_owed[:, np.newaxis] + moved.cumsum(axis=1)
    used = owed / cards.limit_cents[:, np.newaxis]
    paid: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for at in np.flatnonzero(rows.purpose == Purpose.CARD_PAYMENT_IN).tolist():
        paid[int(card[at])].append((int(day[at]), -int(rows.cents[at])))
    return [
        Card(
            CardUse(int(cards.use[each])),
            PaymentHabit(int(cards.payment[each])),
            used[each],
            [cents for _, cents in sorted(paid[each])],
            [float(used[each, on]) for on, _ in sorted(paid[each])],
        )
        for each in range(cards.count)
    ]


def carried(cards: list[Card]) -> list[Card]:
    """Those that carry a balance and are paid as their holders like."""
    return [
        card
        for card in cards
        if card.use in BANDS and card.payment == PaymentHabit.FREELY and len(card.paid) >= 5
    ]


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_payment_is_a_habit(seed: int) -> None:
    """One round sum for months; the rest pay the minimum and a round sum."""
    cards = carried(cards_of(seed, months=9))
    assert len(cards) > 40
    often = [
        np.mean([before == after for before, after in itertools.pairwise(card.paid)])
        for card in cards
    ]
    assert np.mean(np.array(often) >= 0.5) >= 0.5
    sums = set(SUMS_CENTS.tolist())
    assert np.mean([cents in sums for card in cards for cents in card.paid]) >= 0.4


def test_no_payment_brings_a_balance_back_to_where_it_was() -> None:
    """What is owed after a payment wanders over points of the limit, and nowhere piles up."""
    cards = [card for seed in range(3, 9) for card in carried(cards_of(seed, months=9))]
    # Of fifty cards, one in ten or in seven is the same: it takes some hundreds to tell.
    spread = np.array([np.std(card.left) for card in cards])
    assert spread.size > 250
    assert np.mean(spread < 0.01) <= 0.12
    assert np.median(spread) >= 0.016
    promoted = [left for card in cards if card.use == CardUse.PROMOTION for left in card.left]
    assert len(promoted) > 1_200
    piled = np.histogram(promoted, bins=np.arange(0.29, 0.51, 0.005))[0] / len(promoted)
    assert piled.max() <= 0.075


@pytest.mark.parametrize(
    ("seed", "controls"),
    [
        (6, {}),
        (7, {"transaction_multiplier": 0.5}),
        pytest.param(8, {"transaction_multiplier": 3.0}, marks=pytest.mark.long),
        pytest.param(9, {}, marks=pytest.mark.long),
    ],
)
def test_carried_balances_stay_in_their_bands_for_two_years(
    seed: int, controls: dict[str, object]
) -> None:
    cards = [card for card in cards_of(seed, months=24, **controls) if card.use in BANDS]
    assert {card.use for card in cards} == set(BANDS)
    inside = [
        (card.used >= BANDS[card.use][0]) & (card.used < BANDS[card.use][1]) for card in cards
    ]
    assert np.mean(inside) >= 0.995
    # And fill them: nowhere in a band is there a hole.
    promoted = np.concatenate([card.used for card in cards if card.use == CardUse.PROMOTION])
    filled = np.histogram(promoted, bins=np.arange(0.32, 0.485, 0.02))[0] / promoted.size
    assert filled.min() >= 0.015
