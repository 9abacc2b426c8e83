"""Who has how many credit cards, how far each is used and how it is paid."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.controls import OperatorControls
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes.frame import Frame, per_card
from spendsense_pipeline.generation.attributes.profiles import (
    CARDS_PER_USER_MAX,
    NO_CARD,
    Band,
    PaymentHabit,
)
from spendsense_pipeline.generation.quota_sampling import BLOCK_USERS

MEDIUM_CARDS_FACTOR = 1.08
"""Dealt beyond what is asked for: medium cards that are paid in full are below their band on a
seventh of nights."""
LATE_PER_OVERDUE = 1.2
"""Cards paid late for every one that is to be overdue on a night: the others have caught up."""
LATE_RELUCTANCE_OF_INCOME = 0.05
LATE_RELUCTANCE_OF_MONEY = 0.34
"""How many cards must be missing from those paid late before the one with the most income behind
it is, and before that of somebody with money put aside: of households with less than $25,000 a
year more than twice as many are late as of others (SHED 2024)."""


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


def late_share(controls: OperatorControls) -> float:
    """Of high and critical cards, those paid late, so that as many as asked for are overdue on any
    night: all the time where there is no room for more."""
    overdue = controls.overdue_probability
    room = 1 - controls.min_payment_only_probability
    return max(overdue, min(overdue * LATE_PER_OVERDUE, room))


def payment_habits(frame: Frame, band: Ints, income_monthly_usd: Floats, has_money: Flags) -> Ints:
    """How high and critical cards are paid: late, the minimum only, or freely.

    Late by those with the least income, as far as there are any when one is due.

    Args:
        frame: The blocks of people.
        band: Utilisation band of every card, `[B, 100, 2]`.
        income_monthly_usd: Of their holders, `[B, 100]`.
        has_money: Who saves, or lives off what was put aside, `[B, 100]`: the last to be late.

    Returns:
        A `PaymentHabit`, FREELY for all other cards: `[B, 100, 2]`.
    """
    late = late_share(frame.controls)
    minimum = frame.controls.min_payment_only_probability
    shares = {
        PaymentHabit.FREELY: max(0.0, 1 - late - minimum),
        PaymentHabit.LATE: late,
        PaymentHabit.MINIMUM_ONLY: minimum,
    }
    sampler = frame.card_sampler
    carries = band.reshape(sampler.shape) >= Band.HIGH
    reluctance = np.zeros((*sampler.shape, len(PaymentHabit)))
    of_income = LATE_RELUCTANCE_OF_INCOME * _place(carries, _of_cards(income_monthly_usd))
    of_money = LATE_RELUCTANCE_OF_MONEY * _of_cards(has_money)
    reluctance[..., PaymentHabit.LATE] = of_income + of_money
    habits = sampler.categories(
        "card_payment",
        [shares[habit] for habit in PaymentHabit],
        carries,
        (per_card(frame.withheld),),
        reluctance=reluctance,
    )
    every_card = np.where(habits < 0, PaymentHabit.FREELY, habits)
    return np.asarray(every_card.reshape(band.shape), dtype=np.int64)


def late_places(frame: Frame, habits: Ints) -> Floats:
    """Where each late payer is between two times of having caught up, evenly spread over them.

    Args:
        frame: The blocks of people.
        habits: A `PaymentHabit` for every card, `[B, 100, 2]`.

    Returns:
        Values in [0, 1); of other cards, of no meaning: `[B, 100, 2]`.
    """
    sampler = frame.card_sampler
    is_late = habits.reshape(sampler.shape) == PaymentHabit.LATE
    return sampler.quantiles("late_place", is_late).reshape(habits.shape)


def _of_cards(per_user: Floats | Flags) -> Floats:
    """What holds for a user, for each of the cards they may have: `[B, 100] -> [B, 200]`."""
    return np.repeat(per_user.astype(np.float64), CARDS_PER_USER_MAX, axis=1)


def _place(carries: Flags, income: Floats) -> Floats:
    """Where the income behind each card stands among those behind a block's high and critical
    cards, 0 for the lowest and 1 for the highest: `[B, 200]`."""
    place = np.where(carries, income, np.inf).argsort(axis=1, kind="stable").argsort(axis=1)
    count = carries.sum(axis=1, keepdims=True)
    return np.where(carries, place / np.maximum(count - 1, 1), 0.0)
