"""What a household's income is made of: pay of one or two earners, Social Security, pensions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes.frame import Frame
from spendsense_pipeline.generation.attributes.profiles import Cadence, IncomeSources
from spendsense_pipeline.generation.population import (
    INCOME_RANGE_USD,
    RETIREMENT_AGE_YEARS,
    People,
    income_tiers,
    standard_normal,
)
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.tables.raw import HOUSEHOLD_TYPES

TIGHT_INCOME_SHARE = 0.25
"""What a household living from paycheck to paycheck has of the income above the lowest that others
in its place have."""
ORDERS_MAX_SHARE_OF_INCOME = 0.3
"""Subscriptions and savings together take no more of income than this."""

COUPLES = ("couple", "family")
"""Household types in which two may earn."""
# Of married couples both are employed in 48 %, of those under 60 in 60 to 70 % (BLS, Employment
# Characteristics of Families). Shares are of couples who are paid regularly and keep a cushion: the
# rhythm of the others hangs on one pay, so these come out lower.
SECOND_EARNER_SHARE_FROM_AGE = {19: 0.95, 60: 0.75, 67: 0.35}
SECOND_SHARE_OF_PAY = (0.22, 0.45)
"""What the second earner brings of a household's pay: always less than the main one."""
TWO_EARNERS_FACTOR = 1.10
"""Pay of a household of two earners over that of others in its place."""
# Pay frequencies by worker, BLS Current Employment Statistics 2023.
SECOND_CADENCE_SHARES = {
    Cadence.WEEKLY: 0.28,
    Cadence.BIWEEKLY: 0.45,
    Cadence.SEMIMONTHLY: 0.18,
    Cadence.MONTHLY: 0.09,
}

# What reaches the account of a retired worker: $1,978 a month on average in January 2025 (Social
# Security Administration), less the premium of Medicare Part B, $185.
SOCIAL_SECURITY_MEDIAN_USD = 1_800.0
SOCIAL_SECURITY_SIGMA = 0.24
SOCIAL_SECURITY_RANGE_USD = (1_150.0, 3_300.0)
CLAIMS_AT_WORK_SHARE = 0.6
"""Of those who work on past the retirement age, who draw Social Security beside."""
PENSION_SHARE_OF_COUPLES = 0.5
PENSION_SHARE_OF_OTHERS = 0.28
"""Together about a third of the retired (Survey of Consumer Finances 2022: pension income)."""
PENSION_MEDIAN_USD = 1_200.0
PENSION_SIGMA = 0.55
PENSION_RANGE_USD = (260.0, 5_500.0)


def household_income(
    frame: Frame, cadence: Ints, rhythm: Ints, orders_usd: Floats
) -> tuple[People, IncomeSources, Ints]:
    """Incomes that fit ages and ways of living, and their sources.

    Those who live from paycheck to paycheck earn less, those with large orders enough to pay them.

    Args:
        frame: The blocks of people.
        cadence: A `Cadence` each, `[B, 100]`.
        rhythm: A `Rhythm` each, `[B, 100]`.
        orders_usd: What subscriptions and savings take a month, `[B, 100]`.

    Returns:
        The people with their income, its sources, and the cadence of second earners: `[B * 100]`.
    """
    is_cushioned = (rhythm == Rhythm.CUSHIONED) & (cadence != Cadence.IRREGULAR)
    has_pay = frame.has_earned_pay
    wanted: Floats = frame.people.income_monthly_usd.reshape(rhythm.shape)
    lowest, _ = INCOME_RANGE_USD
    reduced = lowest + (wanted - lowest) * TIGHT_INCOME_SHARE
    pay = np.where(rhythm == Rhythm.PAYCHECK_TO_PAYCHECK, reduced, wanted)
    pay = np.maximum(pay, orders_usd / ORDERS_MAX_SHARE_OF_INCOME)

    has_second = _second_earners(frame, is_cushioned & has_pay)
    pay = np.where(has_second, pay * TWO_EARNERS_FACTOR, pay)
    benefit = _social_security(frame, is_cushioned)
    # Who draws Social Security beside works less.
    pay = np.where(
        has_pay, np.where(benefit > 0, np.maximum(pay - benefit / 2, lowest / 2), pay), 0.0
    )
    pension = _pensions(frame, is_cushioned & ~has_pay)
    missing = orders_usd / ORDERS_MAX_SHARE_OF_INCOME - benefit - pension
    pension = np.where(
        is_cushioned & ~has_pay & (missing > 0), pension + np.maximum(missing, 0.0), pension
    )
    low, high = SECOND_SHARE_OF_PAY
    share = low + (high - low) * frame.sampler.quantiles("second_pay", has_second)
    second = np.where(has_second, pay * share, 0.0)
    total = (pay + benefit + pension).ravel()
    second_cadence = frame.sampler.categories(
        "second_cadence", list(SECOND_CADENCE_SHARES.values()), has_second
    )
    return (
        replace(frame.people, income_monthly_usd=total, income_tier=income_tiers(total)),
        IncomeSources(
            main_pay_usd=(pay - second).ravel(),
            second_pay_usd=second.ravel(),
            social_security_usd=benefit.ravel(),
            pension_usd=pension.ravel(),
            unemployment_usd=np.zeros(pension.size),
        ),
        np.array([*SECOND_CADENCE_SHARES], dtype=np.int64)[second_cadence].ravel(),
    )


def _is_couple(frame: Frame) -> Flags:
    kinds = [HOUSEHOLD_TYPES.index(name) for name in COUPLES]
    return np.isin(frame.people.household_type, kinds).reshape(frame.sampler.shape)


def _second_earners(frame: Frame, able: Flags) -> Flags:
    """In whose household two are paid: `[B, 100]`."""
    age = frame.people.age_years.reshape(frame.sampler.shape)
    group = np.searchsorted([*SECOND_EARNER_SHARE_FROM_AGE], age, side="right") - 1
    eligible = able & _is_couple(frame)
    place = frame.sampler.quantiles("second_earner", eligible, (group, frame.withheld))
    share = np.array([*SECOND_EARNER_SHARE_FROM_AGE.values()])[group]
    return np.asarray(eligible & (place < share), dtype=np.bool_)


def _social_security(frame: Frame, is_cushioned: Flags) -> Floats:
    """Of everybody who is retired, and of some who work on: US dollars a month, `[B, 100]`.

    Whoever lives from paycheck to paycheck lives on one income.
    """
    age = frame.people.age_years.reshape(frame.sampler.shape)
    works_on = frame.has_earned_pay & (age >= RETIREMENT_AGE_YEARS) & is_cushioned
    claims = frame.sampler.quantiles("claims_at_work", works_on) < CLAIMS_AT_WORK_SHARE
    draws = ~frame.has_earned_pay | (works_on & claims)
    amount = _log_normal(
        frame, "social_security", draws, SOCIAL_SECURITY_MEDIAN_USD, SOCIAL_SECURITY_SIGMA
    )
    return np.where(draws, np.clip(amount, *SOCIAL_SECURITY_RANGE_USD), 0.0)


def _pensions(frame: Frame, able: Flags) -> Floats:
    """Pensions of retired households, US dollars a month: `[B, 100]`."""
    couple = _is_couple(frame)
    share = np.where(couple, PENSION_SHARE_OF_COUPLES, PENSION_SHARE_OF_OTHERS)
    has = able & (frame.sampler.quantiles("has_pension", able, (couple,)) < share)
    amount = _log_normal(frame, "pension", has, PENSION_MEDIAN_USD, PENSION_SIGMA)
    return np.where(has, np.clip(amount, *PENSION_RANGE_USD), 0.0)


def _log_normal(frame: Frame, purpose: str, who: Flags, median: float, sigma: float) -> Floats:
    """Evenly spread log-normal amounts: `[B, 100]`."""
    return np.asarray(
        median * np.exp(sigma * standard_normal(frame.sampler.quantiles(purpose, who)))
    )
