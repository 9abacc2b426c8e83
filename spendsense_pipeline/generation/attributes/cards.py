"""Who has how many credit cards, how far each is used and how it is paid."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints
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
    without = frame.sampler.share(
        "no_card",
        shares.get("2", 0.0),
        may_go_without,
        (frame.withheld, frame.stratum_of_target, frame.has_earned_pay),
    )
    one, two = shares.get("3", 0.0), shares.get("4", 0.0)
    # Of the holders, 0 has one card and 1 has two; -1, who is no holder, comes to none.
    holders = frame.sampler.categories(
        "cards", (one, two) if one + two > 0 else (1.0, 0.0), ~without, (frame.withheld,)
    )
    return holders + 1


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
    may_revolve = exists & (per_card(frame.is_free) | revolves)
    forced = exists & revolves & ~is_second

    requested = frame.controls.credit_utilization_distribution
    share = {band: requested.get(band.key, 0.0) for band in Band}
    strata = (
        per_card(frame.withheld),
        per_card(card_count),
        is_second,
        per_card(frame.has_earned_pay),
    )
    top = share[Band.HIGH] + share[Band.CRITICAL]
    wanted = _whole_part(exists, top)
    extra = wanted - forced.sum(axis=1)
    above_half = forced | sampler.pick("revolving", extra, may_revolve & ~forced, strata)
    critical = _whole_part(above_half, share[Band.CRITICAL] / top if top > 0 else 0.0)
    is_critical = sampler.pick("critical", critical, above_half, strata)
    below_half = exists & ~above_half
    bottom = share[Band.LOW] + share[Band.MEDIUM]
    part = share[Band.MEDIUM] / bottom if bottom > 0 else 0.0
    medium = _whole_part(below_half, min(1.0, part * MEDIUM_CARDS_FACTOR))
    is_medium = sampler.pick("medium", medium, below_half & ~only_low, strata)
    band = np.where(is_critical, Band.CRITICAL, np.where(above_half, Band.HIGH, Band.LOW))
    band = np.where(is_medium, Band.MEDIUM, band)
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


def _whole_part(cards: Flags, share: float) -> Ints:
    """A share of the cards in each block, in whole cards: `[B]`."""
    return np.asarray(np.rint(cards.sum(axis=1) * share), dtype=np.int64)
