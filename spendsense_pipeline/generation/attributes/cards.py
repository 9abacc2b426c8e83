"""Who has how many credit cards, how far each is used and how it is paid."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.controls import OperatorControls
from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.attributes.frame import Frame, per_card
from spendsense_pipeline.generation.attributes.profiles import (
    CARDS_PER_USER_MAX,
    NO_CARD,
    Band,
    PaymentHabit,
)
from spendsense_pipeline.generation.quota_sampling import BLOCK_USERS

MEDIUM_CARDS_FACTOR = 1.05
"""Dealt beyond what is asked for: medium cards that are paid in full are below their band on a
seventh of nights."""


def card_counts(frame: Frame) -> Ints:
    """0, 1 or 2 cards, `[B, 100]`: accounts per user less checking and savings."""
    shares = frame.controls.accounts_per_user_distribution
    may_go_without = ~frame.targeted(lambda way: way.cards == "revolving")
    allowed = np.stack([may_go_without, *[frame.sampler.everyone()] * 2], axis=-1)
    return frame.sampler.categories(
        "cards",
        [shares.get(accounts, 0.0) for accounts in ("2", "3", "4")],
        strata=(frame.withheld, frame.stratum_of_target, frame.has_earned_pay),
        allowed=allowed,
    )


def band_shares(controls: OperatorControls) -> dict[Band, float]:
    """What is dealt of each band, so that balances on one night show what was asked for."""
    shares = {band: controls.credit_utilization_distribution.get(band.key, 0.0) for band in Band}
    more = min(shares[Band.LOW], shares[Band.MEDIUM] * (MEDIUM_CARDS_FACTOR - 1))
    shares[Band.MEDIUM] += more
    shares[Band.LOW] -= more
    return shares


def card_bands(frame: Frame, card_count: Ints) -> Ints:
    """Utilisation band of every card.

    Args:
        frame: The blocks of people.
        card_count: Cards of each of them, `[B, 100]`.

    Returns:
        A `Band`, or NO_CARD where there is none: `[B, 100, 2]`.
    """
    has_card = np.arange(CARDS_PER_USER_MAX) < card_count[:, :, np.newaxis]
    sampler = frame.card_sampler
    exists = has_card.reshape(sampler.shape)
    is_second = np.tile(np.arange(CARDS_PER_USER_MAX) > 0, BLOCK_USERS)
    revolves = per_card(frame.targeted(lambda way: way.cards == "revolving"))
    only_low = per_card(frame.targeted(lambda way: way.cards == "low") | frame.must_show("savings"))
    must = revolves & ~is_second
    may = per_card(frame.is_free) | revolves
    allowed = np.stack([~must, ~must & ~only_low, may, may], axis=-1)
    strata = (
        per_card(frame.withheld),
        per_card(card_count),
        is_second,
        per_card(frame.has_earned_pay),
    )
    shares = [*band_shares(frame.controls).values()]
    band = sampler.categories("bands", shares, exists, strata, allowed=allowed)
    return np.where(exists, band, NO_CARD).reshape(has_card.shape)


def payment_habits(frame: Frame, band: Ints) -> Ints:
    """How high and critical cards are paid: late, the minimum only, or freely.

    Args:
        frame: The blocks of people.
        band: Utilisation band of every card, `[B, 100, 2]`.

    Returns:
        A `PaymentHabit`, FREELY for all other cards: `[B, 100, 2]`.
    """
    late = frame.controls.overdue_probability
    minimum = frame.controls.min_payment_only_probability
    shares = {
        PaymentHabit.FREELY: max(0.0, 1 - late - minimum),
        PaymentHabit.LATE: late,
        PaymentHabit.MINIMUM_ONLY: minimum,
    }
    sampler = frame.card_sampler
    habits = sampler.categories(
        "card_payment",
        [shares[habit] for habit in PaymentHabit],
        band.reshape(sampler.shape) >= Band.HIGH,
        (per_card(frame.withheld),),
    )
    every_card = np.where(habits < 0, PaymentHabit.FREELY, habits)
    return np.asarray(every_card.reshape(band.shape), dtype=np.int64)
