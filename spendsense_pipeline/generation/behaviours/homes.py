"""Who owns a home, who still owes on it, and what rent or the mortgage comes to a month."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.randomness import normal, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import INCOME_TIERS

# Households that own, by age (Census, Housing Vacancies and Homeownership, 4th quarter 2025: .38
# under 35, .61, .70, .76 and .79 of 65 and over; of those under 25 a fifth of the few who head a
# household, here fewer, as everybody does), before what their incomes make of it.
OWNER_SHARE_FROM_AGE: Final = {
    19: 0.03, 22: 0.14, 26: 0.42, 30: 0.54, 35: 0.62, 45: 0.70, 55: 0.79, 65: 0.90,
}  # fmt: skip
OWNER_FACTOR: Final = {"low": 0.84, "middle": 1.03, "high": 1.16}
"""Over that share, by income tier."""
OWNER_SHARE_MAX: Final = 0.95
# Of owners, those without a mortgage: 40.3 % (Census ACS 2024), and more with every decade.
FREE_OF_MORTGAGE_SHARE_FROM_AGE: Final = {19: 0.11, 35: 0.18, 45: 0.28, 55: 0.46, 65: 0.68}
# Monthly, at REFERENCE_INCOME_USD: gross rent has a median of $1,487 with utilities (Census ACS
# 2024), and dearer homes are not chosen in proportion to income.
RENT_MEDIAN_USD: Final = 1_480.0
MORTGAGE_MEDIAN_USD: Final = 1_650.0
REFERENCE_INCOME_USD: Final = 4_500.0
INCOME_POWER: Final = 0.5
SIGMA: Final = 0.30
HOUSING_RANGE_USD: Final = (450.0, 4_500.0)
# Nobody is let a home that takes much more of income than this; a little different for everybody.
MOST_OF_INCOME_SHARES: Final = (0.32, 0.46)
RENT_STEP_USD: Final = 5

# Rents rise when a lease is renewed: by 3.5 % on average for all tenants (BLS, New Tenant Rent
# Index 2025); the escrow of a mortgage is set anew once a year.
RENT_RISES: Final = (0.02, 0.05)
ESCROW_RISES: Final = (0.005, 0.025)
NO_RISE_SHARE: Final = 0.15
RISES: Final = 4
"""Rises known: the one before the history, and those of its years."""


class Homes(NamedTuple):
    """How each household lives, `[U]`."""

    is_owner: Flags
    owes: Flags
    """Has a mortgage; False for tenants. Lenders pay the county for who does."""
    housing_usd: Floats
    """Rent or mortgage a month, 0 for who owns outright."""


def homes(world: World) -> Homes:
    """Who owns, who owes, and what it costs: draws of the person, shaped by age and income.

    Args:
        world: The shard.

    Returns:
        A home per user.
    """
    people, income = world.profiles.people, world.profiles.people.income_monthly_usd
    draw = uniform(world.words("home", np.arange(3)))
    factor = np.array([OWNER_FACTOR[tier] for tier in INCOME_TIERS])[people.income_tier]
    share = np.minimum(at_age(people.age_years, OWNER_SHARE_FROM_AGE) * factor, OWNER_SHARE_MAX)
    is_free = draw[:, 1] < at_age(people.age_years, FREE_OF_MORTGAGE_SHARE_FROM_AGE)
    # Nobody runs out before payday in a home that is paid off: they rent.
    is_tight = world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    is_owner = (draw[:, 0] < share) & ~(is_tight & is_free)
    owes = is_owner & ~is_free

    median = np.where(is_owner, MORTGAGE_MEDIAN_USD, RENT_MEDIAN_USD)
    size = np.sqrt(income / REFERENCE_INCOME_USD)
    usd = median * size * np.exp(SIGMA * normal(world.words("home_price", 0)))
    low, high = MOST_OF_INCOME_SHARES
    most = income * (low + (high - low) * draw[:, 2])
    usd = np.clip(np.minimum(usd, most), *HOUSING_RANGE_USD)
    return Homes(is_owner, owes, np.where(~is_owner | owes, usd, 0.0))


def lease_months(world: World) -> Ints:
    """The month of the first anniversary of each household's lease, or of its mortgage's escrow.

    Args:
        world: The shard.

    Returns:
        1..12, months since that of history_start, `[U]`.
    """
    return 1 + (uniform(world.words("lease", 0)) * 12).astype(np.int64)


def housing_growth(world: World, month: Ints) -> Floats:
    """What rents and mortgages have risen by since history_start, step by step.

    Args:
        world: The shard.
        month: Months since that of history_start, `[M]`.

    Returns:
        Factors of rent and of a mortgage, `[2, U, M]`: a step a year at most, in the month of the
        lease's anniversary.
    """
    passed = (month - lease_months(world)[:, np.newaxis]) // 12 + 1
    at = np.clip(passed + 1, 0, RISES)
    place = uniform(world.words("lease_rise", np.arange(RISES)))
    has_none = uniform(world.words("lease_no_rise", np.arange(RISES))) < NO_RISE_SHARE
    factors = []
    for low, high in (RENT_RISES, ESCROW_RISES):
        grown = np.cumprod(1 + np.where(has_none, 0.0, low + (high - low) * place), axis=1)
        table = np.concatenate([np.ones((world.users, 1)), grown], axis=1) / grown[:, [0]]
        factors.append(np.take_along_axis(table, at, axis=1))
    return np.stack(factors)


def at_age(age_years: Ints, from_age: dict[int, float]) -> Floats:
    """What a table by age says of each: its last entry that begins at or below the age.

    Args:
        age_years: Ages, `[U]`.
        from_age: Values by the age they begin at.

    Returns:
        `[U]`.
    """
    step = np.searchsorted(np.array([*from_age]), age_years, side="right") - 1
    return np.array([*from_age.values()])[step]
