"""Who exists: numbers, consent, targets and demographics, for any stretch of the population.

Demographics balance and nothing else is drawn from them: no behaviour reads gender or region.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spendsense_pipeline.controls import ResolvedConfig
from spendsense_pipeline.generation.arrays import Columns, Flags, Floats, Ints
from spendsense_pipeline.generation.quota_sampling import (
    BLOCK_USERS,
    QuotaSampler,
    apportion,
    is_spread,
    rank_in_spread,
)
from spendsense_pipeline.generation.randomness import (
    integers,
    normal,
    purpose_key,
    user_keys,
    words,
)
from spendsense_pipeline.generation.targets import (
    NO_TARGET,
    TARGET_CODES,
    WAYS_OF_LIVING,
    require_ways_of_living,
)
from spendsense_pipeline.tables.raw import GENDERS, HOUSEHOLD_TYPES, REGIONS

# Monthly take-home pay of who works, log-normal: median and spread put households between about
# $2,500 and $13,000 net (after the quintiles of the BLS Consumer Expenditure Survey 2023, taxes
# taken out).
MEDIAN_INCOME_USD = 5_250.0
INCOME_SIGMA = 0.36
INCOME_RANGE_USD = (2_500.0, 13_000.0)
INCOME_FROM_AGE = {19: 0.66, 25: 0.90, 35: 1.07, 45: 1.10, 55: 1.07, 65: 0.94}
"""Pay at an age over MEDIAN_INCOME_USD: weekly earnings of full-time workers (BLS 2025, table 3),
 $780, 1,130, 1,330, 1,370, 1,330 and 1,180, a little closer to one another as part of households'
pay follows no age."""
INCOME_TIER_EDGES_USD = (3_600.0, 5_600.0)
"""Between INCOME_TIERS: thirds of all households, those who are retired included."""
# People without earned pay from an age on: of 65 and over 19 % are employed (Pew 2023), and of
# those in their early sixties a third has left work (BLS participation 2024); past eighty hardly
# anybody works.
RETIRED_SHARE_FROM_AGE = {19: 0.0, 62: 0.30, 67: 0.70, 75: 0.84, 80: 0.97}
# Census 2022 household types, grouped: alone, couple, couple with children, one parent, others; by
# age after the Census's families and living arrangements (America's Families 2022), so that all
# ages together come to .29, .27, .22, .09 and .13.
HOUSEHOLD_TYPE_SHARES_FROM_AGE = {
    19: {"single": 0.28, "couple": 0.18, "family": 0.16, "single_parent": 0.08, "shared": 0.30},
    30: {"single": 0.18, "couple": 0.16, "family": 0.43, "single_parent": 0.14, "shared": 0.09},
    50: {"single": 0.29, "couple": 0.34, "family": 0.17, "single_parent": 0.08, "shared": 0.12},
    67: {"single": 0.44, "couple": 0.47, "family": 0.01, "single_parent": 0.00, "shared": 0.08},
}
GENDER_SHARES = {"female": 0.49, "male": 0.49, "nonbinary": 0.02}
# Census 2023 population estimates, millions of residents from each age to below the next.
ADULTS_FROM_AGE = {19: 26.5, 25: 45.4, 35: 44.0, 45: 40.6, 55: 41.9, 65: 34.3, 75: 18.0, 85: 5.0}
OLDEST_YEARS = 90
RETIREMENT_AGE_YEARS = 67
"""From then on most people live on Social Security (full retirement age for who was born in 1960
or later)."""
ADULT_AGE_YEARS = 18
"""Nobody joins or signs a card agreement before."""
# Who is asked to live by the rhythm of pay has pay.
_TARGETS_WITH_PAY = [
    TARGET_CODES[key] for key, way in WAYS_OF_LIVING.items() if way.payroll != "any"
]


@dataclass(frozen=True)
class People(Columns):
    """Persons `first … first + U`, one array entry each."""

    numbers: Ints
    """Position in the population, the number in `user_id`."""
    has_consented: Flags
    target: Ints
    """One of TARGET_CODES, NO_TARGET in a natural population."""
    age_years: Ints
    gender: Ints
    region: Ints
    household_type: Ints
    is_retired: Flags
    """Lives on Social Security and pensions, without earned pay."""
    income_tier: Ints
    income_monthly_usd: Floats
    """Take-home of the household from all sources, on history_start."""


def consent_phase(seed: int) -> float:
    """Where the even spread of consenting people starts."""
    return (purpose_key(seed, "consent") >> 11) * 2.0**-53


def blocks_of(first_user: int, users: int) -> tuple[int, int]:
    """The blocks of people that a stretch of users lies in.

    Args:
        first_user: Number of the first user.
        users: How many from there on.

    Returns:
        Number of the first block, and how many blocks.
    """
    first = first_user // BLOCK_USERS
    return first, (first_user + users - 1) // BLOCK_USERS - first + 1


def assigned_targets(resolved: ResolvedConfig, numbers: Ints, has_consented: Flags) -> Ints:
    """Target of each person.

    Targets are shared out apart among consenting and other people, so that every prefix of the
    consenting has the requested mix to within one.

    Args:
        resolved: The configuration.
        numbers: Position of each person in the population, `[U]`.
        has_consented: `[U]`.

    Returns:
        One of TARGET_CODES each, NO_TARGET in a natural population: `[U]`.

    Raises:
        SpendSenseError: A targeted persona has no way of living.
    """
    weights = resolved.target_weights
    if not weights:
        return np.full(numbers.shape, NO_TARGET, dtype=np.int64)
    consenting_before = rank_in_spread(
        numbers, resolved.controls.consent_rate, consent_phase(resolved.config.seed)
    )
    rank = np.where(has_consented, consenting_before, numbers - consenting_before)
    shares = tuple(float(weight) for weight in weights.values())
    require_ways_of_living(weights)
    codes = np.array([TARGET_CODES[persona.value] for persona in weights], dtype=np.int64)
    # A length that does not follow the shard lets one sequence serve them all.
    length = 1 << max(10, int(rank.max(initial=0)).bit_length())
    return codes[apportion(shares, length)[rank]]


def people(resolved: ResolvedConfig, first_block: int, blocks: int) -> People:
    """All persons of whole blocks.

    Args:
        resolved: The configuration.
        first_block: Number of the first block.
        blocks: How many blocks.

    Returns:
        Persons in order of number, `[B * 100]`.
    """
    seed = resolved.config.seed
    numbers = first_block * BLOCK_USERS + np.arange(blocks * BLOCK_USERS, dtype=np.int64)
    has_consented = is_spread(numbers, resolved.controls.consent_rate, consent_phase(seed))
    target = assigned_targets(resolved, numbers, has_consented)
    sampler = QuotaSampler(seed, first_block, blocks)
    by_target = (np.where(has_consented, 0, 1).reshape(sampler.shape), _strata(target, sampler))

    region_shares = [resolved.controls.region_distribution.get(name, 0.0) for name in REGIONS]
    needs_pay = np.isin(target, _TARGETS_WITH_PAY)
    place = sampler.quantiles("age", strata=by_target).ravel()
    age = ages(np.where(needs_pay, place * _place_of_age(RETIREMENT_AGE_YEARS), place))
    by_age = (*by_target, _steps(age, RETIRED_SHARE_FROM_AGE).reshape(sampler.shape))
    retired_share = np.array([*RETIRED_SHARE_FROM_AGE.values()])[by_age[-1]].ravel()
    is_retired = sampler.quantiles("retired", strata=by_age).ravel() < retired_share
    is_retired &= ~needs_pay

    income_place = sampler.quantiles(
        "income", strata=(*by_target, is_retired.reshape(sampler.shape))
    ).ravel()
    at_age = np.array([*INCOME_FROM_AGE.values()])[_steps(age, INCOME_FROM_AGE)]
    income = np.clip(
        MEDIAN_INCOME_USD * at_age * np.exp(INCOME_SIGMA * standard_normal(income_place)),
        *INCOME_RANGE_USD,
    )
    return People(
        numbers=numbers,
        has_consented=has_consented,
        target=target,
        age_years=age,
        gender=_parts(
            sampler.quantiles("gender", strata=by_target).ravel(),
            np.array([GENDER_SHARES[name] for name in GENDERS]),
        ),
        region=sampler.categories("region", region_shares, strata=by_target).ravel(),
        household_type=_household_types(sampler, age, by_target),
        is_retired=is_retired,
        income_tier=income_tiers(income),
        income_monthly_usd=income,
    )


def income_tiers(income_monthly_usd: Floats) -> Ints:
    """Which of INCOME_TIERS each income belongs to: `[U]`."""
    return np.searchsorted(np.array(INCOME_TIER_EDGES_USD), income_monthly_usd)


def ages(place: Floats) -> Ints:
    """Ages of people by their place among all adults.

    Args:
        place: How many of all adults are younger, in [0, 1): `[U]`.

    Returns:
        Years, 19 to 90: `[U]`.
    """
    return np.interp(place, *_younger_adults()).astype(np.int64)


def _younger_adults() -> tuple[Floats, Ints]:
    """Share of adults younger than each of the ages that ADULTS_FROM_AGE names, and those ages."""
    younger = np.concatenate([[0.0], np.cumsum(list(ADULTS_FROM_AGE.values()))])
    return younger / younger[-1], np.array([*ADULTS_FROM_AGE, OLDEST_YEARS + 1])


def _place_of_age(years: int) -> float:
    """Share of adults younger than an age."""
    younger, edges = _younger_adults()
    return float(np.interp(years, edges, younger))


def _steps(age_years: Ints, from_age: Mapping[int, object]) -> Ints:
    """Which entry of a table by age holds for each: the last that begins at or below it."""
    return np.searchsorted(np.array([*from_age]), age_years, side="right") - 1


def days_since_age(age_years: Ints, years: int) -> Ints:
    """Days that have passed at least, on history_start, since somebody reached an age.

    Args:
        age_years: Age on history_start, `[U]`.
        years: The age reached.

    Returns:
        Days, `[U]`.
    """
    return np.asarray((age_years - years) * 365, dtype=np.int64)


def joined_days_before(seed: int, people: People) -> Ints:
    """When each person joined: as an adult.

    Args:
        seed: The operator's seed.
        people: Who they are, `[U]`.

    Returns:
        Days before history_start, 30 to 1,500: `[U]`.
    """
    most = np.minimum(days_since_age(people.age_years, ADULT_AGE_YEARS), 1_500) - 30
    return 30 + integers(words(user_keys(seed, "joined", people.numbers), 0), most)


def _household_types(sampler: QuotaSampler, age_years: Ints, strata: tuple[Ints, ...]) -> Ints:
    """One of HOUSEHOLD_TYPES each, in the shares of their age: `[U]`."""
    group = _steps(age_years, HOUSEHOLD_TYPE_SHARES_FROM_AGE)
    place = sampler.quantiles("household_type", strata=(*strata, group.reshape(sampler.shape)))
    shares = np.array(
        [
            [at_age[name] for name in HOUSEHOLD_TYPES]
            for at_age in HOUSEHOLD_TYPE_SHARES_FROM_AGE.values()
        ]
    )
    return _parts(place.ravel(), shares[group])


def _parts(place: Floats, shares: Floats) -> Ints:
    """Which part of a whole that is divided by shares each place lies in.

    Args:
        place: In [0, 1), `[U]`.
        shares: Of each part, `[K]` for all or `[U, K]`; they sum to 1.

    Returns:
        Number of the part, `[U]`.
    """
    ends = shares.cumsum(axis=-1)[..., :-1]
    return np.asarray((place[:, np.newaxis] >= ends).sum(axis=1), dtype=np.int64)


def _strata(target: Ints, sampler: QuotaSampler) -> Ints:
    return (target + 1).reshape(sampler.shape)


def standard_normal(quantile: Floats) -> Floats:
    """Standard normal values of quantiles in [0, 1), by the table of every other draw: `[N]`."""
    return normal((quantile * 2.0**53).astype(np.uint64) << np.uint64(11))
