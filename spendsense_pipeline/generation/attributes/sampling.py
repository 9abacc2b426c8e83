"""Samples every attribute in the order in which they constrain one another.

Controls are sampled nested: each is spread evenly over consent and over what was sampled before it.
A target fixes what its way of living needs; the other controls are then shared out among whoever is
free, so that the population comes as near the request as the targets allow.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.generation import targets
from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.attributes import cards, orders, pay
from spendsense_pipeline.generation.attributes.frame import Frame
from spendsense_pipeline.generation.attributes.profiles import (
    CARDS_PER_USER_MAX,
    Band,
    Profiles,
)
from spendsense_pipeline.generation.population import (
    INCOME_RANGE_USD,
    People,
    blocks_of,
    income_tiers,
)
from spendsense_pipeline.generation.quota_sampling import BLOCK_USERS
from spendsense_pipeline.generation.targets import Rhythm

TIGHT_INCOME_SHARE = 0.45
"""What a household living from paycheck to paycheck has of the income above the lowest that others
in its place have."""
ORDERS_MAX_SHARE_OF_INCOME = 0.3
"""Subscriptions and savings together take no more of income than this."""
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
    kept = np.arange(start, start + users)
    return replace(
        whole,
        people=whole.people.where(kept),
        **{f.name: getattr(whole, f.name)[kept] for f in fields(whole) if f.name != "people"},
    )


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
    growth = controls.savings_growth_target_pct / 100
    modest_growth = np.minimum(growth, targets.MODEST_GROWTH_MAX_SHARE)
    has_weekly_order = sampler.share("saves_weekly", WEEKLY_ORDER_SHARE, strata=(transfer > 0,))
    return Profiles(
        people=_earners(frame, rhythm, spend + transfer),
        card_count=card_count.ravel(),
        card_band=band.reshape(-1, CARDS_PER_USER_MAX),
        card_payment=cards.payment_habits(frame, band).reshape(-1, CARDS_PER_USER_MAX),
        cadence=cadence.ravel(),
        rhythm=rhythm.ravel(),
        subscription_count=count.ravel(),
        subscription_spend_usd=spend.ravel(),
        is_light_subscriber=is_light.ravel(),
        savings_transfer_usd=transfer.ravel(),
        savings_growth_share=np.where(
            orders.is_modest(frame, all_low), modest_growth, growth
        ).ravel(),
        saves_weekly=(
            frame.targeted(lambda way: way.savings == "builder") | has_weekly_order
        ).ravel(),
        is_high_spender=sampler.share(
            "high_spender",
            controls.high_spender_probability,
            strata=(withheld, rhythm, count > 0),
        ).ravel(),
        is_joint=sampler.share("joint", controls.joint_account_rate, strata=(withheld,)).ravel(),
        has_business=sampler.share(
            "business", controls.business_account_rate, strata=(withheld,)
        ).ravel(),
    )


def _earners(frame: Frame, rhythm: Ints, orders_usd: Floats) -> People:
    """The people with incomes that fit their way of living: those who live from paycheck to
    paycheck earn less, those with large orders enough to pay them."""
    income: Floats = frame.people.income_monthly_usd.reshape(rhythm.shape)
    lowest, _ = INCOME_RANGE_USD
    reduced = lowest + (income - lowest) * TIGHT_INCOME_SHARE
    income = np.where(rhythm == Rhythm.PAYCHECK_TO_PAYCHECK, reduced, income)
    income = np.maximum(income, orders_usd / ORDERS_MAX_SHARE_OF_INCOME).ravel()
    return replace(frame.people, income_monthly_usd=income, income_tier=income_tiers(income))
