"""Samples every attribute in the order in which they constrain one another.

Controls are sampled nested: each is spread evenly over consent and over what was sampled before it.
A target fixes what its way of living needs; the other controls are then shared out among whoever is
free, so that the population comes as near the request as the targets allow.
"""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.generation.attributes import cards, orders, pay, sources
from spendsense_pipeline.generation.attributes.frame import Frame
from spendsense_pipeline.generation.attributes.profiles import (
    CARDS_PER_USER_MAX,
    Band,
    Profiles,
)
from spendsense_pipeline.generation.population import blocks_of
from spendsense_pipeline.generation.quota_sampling import BLOCK_USERS
from spendsense_pipeline.generation.targets import Rhythm

WEEKLY_ORDER_SHARE = 0.5
"""Of savers, those whose standing order is weekly rather than biweekly."""


def sample_profiles(resolved: ResolvedConfig, first_user: int, users: int) -> Profiles:
    """The attributes of a stretch of the population.

    Whole blocks are sampled and the wanted people kept, so that nobody depends on the stretch.

    Args:
        resolved: The configuration.
        first_user: Number of the first person.
        users: How many people from there on.

    Returns:
        Attributes of persons `first_user … first_user + users`, `[U]`.
    """
    first_block, blocks = blocks_of(first_user, users)
    whole = _blocks_of_profiles(Frame(resolved, first_block, blocks))
    start = first_user - first_block * BLOCK_USERS
    return whole.rows(np.arange(start, start + users))


def _blocks_of_profiles(frame: Frame) -> Profiles:
    """Profiles of whole blocks, `[B * 100]`."""
    controls, sampler, withheld = frame.controls, frame.sampler, frame.withheld
    card_count = cards.card_counts(frame)
    band = cards.card_bands(frame, card_count)
    is_revolving = np.any(band >= Band.HIGH, axis=2)
    cadence = pay.pay_cadences(frame, is_revolving)
    rhythm = pay.rhythms(frame, cadence, is_revolving)
    count, spend, is_light = orders.subscription_orders(frame, is_revolving, cadence, rhythm)
    all_low = np.all(band <= Band.LOW, axis=2)
    transfer = orders.savings_transfers(frame, is_revolving, all_low, rhythm, spend)
    people, income, second_cadence = sources.household_income(
        frame, cadence, rhythm, spend + transfer
    )
    habits = cards.payment_habits(
        frame,
        band,
        people.income_monthly_usd.reshape(rhythm.shape),
        (transfer > 0) | (rhythm == Rhythm.SWEPT),
    )
    has_weekly_order = sampler.share("saves_weekly", WEEKLY_ORDER_SHARE, of=transfer > 0)
    is_high_spender = sampler.share(
        "high_spender", controls.high_spender_probability, strata=(withheld, rhythm, count > 0)
    )
    is_joint = sampler.share(
        "joint", controls.joint_account_rate, strata=(withheld, is_high_spender)
    )
    has_business = sampler.share(
        "business", controls.business_account_rate, strata=(withheld, is_high_spender, is_joint)
    )
    return Profiles(
        people=people,
        income=income,
        card_count=card_count.ravel(),
        card_band=band.reshape(-1, CARDS_PER_USER_MAX),
        card_payment=habits.reshape(-1, CARDS_PER_USER_MAX),
        late_place=cards.late_places(frame, habits).reshape(-1, CARDS_PER_USER_MAX),
        cadence=cadence.ravel(),
        second_cadence=second_cadence,
        rhythm=rhythm.ravel(),
        subscription_count=count.ravel(),
        subscription_spend_usd=spend.ravel(),
        is_light_subscriber=is_light.ravel(),
        savings_transfer_usd=transfer.ravel(),
        savings_growth_share=orders.growth_shares(frame, rhythm, transfer).ravel(),
        saves_weekly=has_weekly_order.ravel(),
        is_high_spender=is_high_spender.ravel(),
        is_joint=is_joint.ravel(),
        has_business=has_business.ravel(),
    )
