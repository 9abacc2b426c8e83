"""Means: what each household lives on, likes to have in the bank and begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import Cadence, PaymentHabit
from spendsense_pipeline.generation.behaviours.housing import Bills
from spendsense_pipeline.generation.behaviours.savings import SavingsPlan
from spendsense_pipeline.generation.living.tastes import MEANS_RANGE
from spendsense_pipeline.generation.postings import Postings
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import NO_TARGET, Rhythm
from spendsense_pipeline.generation.world import World

CENTS: Final = 100
EVERYDAY_SHARE = 1.04
"""Of what contracts and habits leave of income, what is meant for purchases: refunds come back."""
USUAL_MONTH_DAYS = 120
"""Habits are looked at over the first days of the plan, which every plan has."""
EVERYDAY_MIN_SHARE = 0.15
"""Of income, what habits leave for everyday life; who has less does without them."""
EVERYDAY_FLOOR_SHARE = 0.08
"""Of income, what any household means to spend on everyday life."""
# What a household likes to have in checking, in months of income. Targeted ones keep enough never
# to run thin; natural ones spread from thin to comfortable, a few of them near running out.
CUSHION_TARGETED_MONTHS = (1.1, 1.9)
CUSHION_NATURAL_MONTHS = (0.65, 1.2)
CUSHION_THIN_MONTHS = (0.02, 0.25)
CUSHION_IRREGULAR_MONTHS = (3.6, 4.6)
"""Of people with rare pay who live from checking alone: more than a month on the poorest day."""
TARGETED_IRREGULAR_MONTHS = 1.0
"""More of it for those who are to show another persona through the poorest year."""
MONTHLY_PAY_CUSHION_MONTHS = 0.4
JUST_RETIRED_MONTHS = 0.9
"""More of it for those whose pay has just stopped."""
PROPERTY_TAX_KEPT_MONTHS = 4.0
"""Of property tax, which is due twice a year, what is kept beside the cushion."""
THIN_SHARE = 0.1
"""Of natural households, those that live near running out (about 4 % near each rule's line)."""
RESERVE_MONTHS = (1.6, 2.8)
TIGHT_OPENING_USD = (20.0, 260.0)


@dataclass(frozen=True)
class Means:
    """What each household lives on, settled before the first day: `[U]`."""

    everyday_cents: Floats
    """For purchases in a usual month."""
    card_cents: Floats
    """The same with what subscriptions take: what limits of cards follow."""
    relative: Floats
    """The same for a purchase, relative to a usual household's."""
    surplus_cents: Floats
    """What is left over in a usual month beyond anything it buys."""
    cushion_cents: Floats
    """What it likes to have in checking."""
    reserve_cents: Floats
    """What one that is paid rarely likes to have altogether."""
    checking_cents: Ints
    """What it has before the first day."""
    savings_cents: Ints


def left_over(world: World, bills: Bills, plan: SavingsPlan, drawn_cents: Floats) -> Floats:
    """What contracts and orders leave of what comes in in a month, below zero where they take more.

    Args:
        world: The shard.
        bills: What each household has contracted.
        plan: What it saves.
        drawn_cents: What it counts on of what its business brings, `[U]`.

    Returns:
        Cents, `[U]`.
    """
    profiles = world.profiles
    contracts = bills.monthly_cents + plan.monthly_cents + profiles.subscription_spend_usd * CENTS
    comes = profiles.people.income_monthly_usd * CENTS + drawn_cents
    return np.asarray(comes - contracts, dtype=np.float64)


def means_of(
    world: World,
    left_cents: Floats,
    property_tax_cents: Floats,
    plan: SavingsPlan,
    drawn_cents: Floats,
    habits: tuple[Postings, ...],
    usual_cents: Floats,
) -> tuple[Means, Flags]:
    """What each household has to live on, and likes to have in the bank.

    Args:
        world: The shard.
        left_cents: What contracts leave, as `left_over` says: `[U]`.
        property_tax_cents: What it pays the county, a month: `[U]`.
        plan: What it saves.
        drawn_cents: What it counts on of what its business brings, part of what is left: `[U]`.
        habits: What it sends friends, writes checks for, invests and spends on trips.
        usual_cents: What its purchases of a month come to at usual prices, `[U]`.

    Returns:
        The means, and who can afford such habits: `[U]`.
    """
    profiles = world.profiles
    income_cents = profiles.people.income_monthly_usd * CENTS
    habitual = _usual_month(world, habits)
    affords = left_cents - habitual >= income_cents * EVERYDAY_MIN_SHARE
    everyday = np.maximum(
        (left_cents - np.where(affords, habitual, 0.0)) * EVERYDAY_SHARE,
        income_cents * EVERYDAY_FLOOR_SHARE,
    )
    # Beyond what that many purchases can sensibly cost, money is put aside outside the bank; but
    # nobody has it sent on from payday to payday that draws are still to bring.
    ceiling = usual_cents * MEANS_RANGE[1]
    is_cushioned = profiles.rhythm == Rhythm.CUSHIONED
    with_subscriptions = everyday + profiles.subscription_spend_usd * CENTS * EVERYDAY_SHARE
    surplus = np.where(is_cushioned, np.maximum(everyday - drawn_cents - ceiling, 0.0), 0.0)
    everyday = np.minimum(everyday, ceiling)
    place = uniform(world.words("cushion", np.arange(3)))
    months = _cushion_months(world, place)
    least, most = RESERVE_MONTHS
    kept = np.where(is_cushioned, property_tax_cents * PROPERTY_TAX_KEPT_MONTHS, 0.0)
    means = Means(
        everyday_cents=everyday,
        card_cents=np.minimum(with_subscriptions, ceiling),
        relative=np.clip(everyday / usual_cents, *MEANS_RANGE),
        surplus_cents=surplus,
        cushion_cents=income_cents * months + kept,
        reserve_cents=income_cents * (least + (most - least) * place[:, 0]),
        checking_cents=_begins_with(world, place, months) + np.rint(kept).astype(np.int64),
        savings_cents=plan.opening_cents,
    )
    return means, affords


def _usual_month(world: World, habits: tuple[Postings, ...]) -> Floats:
    """What habits take of a usual month, whatever account they are paid from: `[U]` cents."""
    total = np.zeros(world.users)
    for rows in habits:
        early = rows.where((rows.day >= 0) & (rows.day < USUAL_MONTH_DAYS))
        total += np.bincount(early.user, weights=early.cents, minlength=world.users)
    return total * DAYS_PER_MONTH / USUAL_MONTH_DAYS


def _cushion_months(world: World, place: Floats) -> Floats:
    """What each household likes to have in checking, in months of income: `[U]`."""
    profiles = world.profiles
    is_natural = profiles.people.target == NO_TARGET
    # Who is behind with a card has no cushion to pay it from.
    pays_late = (profiles.card_payment == PaymentHabit.LATE).any(axis=1)
    is_thin = is_natural & ((place[:, 1] < THIN_SHARE) | pays_late)
    is_irregular = profiles.cadence == Cadence.IRREGULAR
    low, high = (
        np.select(
            [is_irregular, is_thin, is_natural],
            [
                CUSHION_IRREGULAR_MONTHS[end],
                CUSHION_THIN_MONTHS[end],
                CUSHION_NATURAL_MONTHS[end],
            ],
            CUSHION_TARGETED_MONTHS[end],
        )
        for end in (0, 1)
    )
    months = low + (high - low) * place[:, 0] ** 1.5
    # Who is paid once a month has half of it more at the beginning and half less at the end.
    is_monthly = (profiles.cadence == Cadence.MONTHLY) & ~is_thin
    more = np.where(is_irregular & ~is_natural, TARGETED_IRREGULAR_MONTHS, 0.0)
    has_retired = profiles.is_retired & ~profiles.is_retired[world.first_chapter]
    more = np.where(has_retired, JUST_RETIRED_MONTHS, more)
    return np.asarray(months + more + np.where(is_monthly, MONTHLY_PAY_CUSHION_MONTHS, 0.0))


def _begins_with(world: World, place: Floats, months: Floats) -> Ints:
    """What each has in checking before the first day: `[U]` cents."""
    profiles = world.profiles
    income_cents = profiles.people.income_monthly_usd * CENTS
    is_tight = profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    is_rare = profiles.rhythm == Rhythm.SWEPT
    least, most = TIGHT_OPENING_USD
    checking = np.where(
        is_tight, (least + (most - least) * place[:, 2]) * CENTS, income_cents * months
    )
    around = 0.8 + 0.5 * place[:, 2]
    checking = np.where(
        is_rare, 0.15 * income_cents, np.where(is_tight, checking, checking * around)
    )
    return np.rint(checking).astype(np.int64)
