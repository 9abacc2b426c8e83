"""Which bills a household has, by home, age and children, and which it does without."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.behaviours.homes import Homes, at_age
from spendsense_pipeline.generation.catalog import BILL_KINDS
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import HOUSEHOLD_TYPES

OTHER_BILLS_MAX_SHARE = 0.30
"""Of income, all bills but housing together: what would go beyond is not taken out."""


class BillShares(NamedTuple):
    """Which part of households has a bill."""

    owners: float
    renters: float


OTHER_BILL_SHARES: Final[dict[str, BillShares]] = {
    "electricity": BillShares(1.0, 0.95),
    "gas": BillShares(0.55, 0.25),
    "water": BillShares(0.9, 0.15),
    "waste": BillShares(0.5, 0.0),
    "internet": BillShares(0.92, 0.88),
    "telephone": BillShares(1.0, 1.0),
    "auto_insurance": BillShares(0.85, 0.65),
    "home_insurance": BillShares(0.9, 0.0),
    "renters_insurance": BillShares(0.0, 0.45),
    "health_insurance": BillShares(0.15, 0.15),
    "life_insurance": BillShares(0.25, 0.08),
    "personal_loan": BillShares(0.06, 0.08),
    # Census ACS 2024: a quarter of owners pays an association.
    "association": BillShares(0.25, 0.0),
}
# Families with a vehicle loan: 35 % (Survey of Consumer Finances 2022), few of the old.
CAR_LOAN_SHARE_FROM_AGE: Final = {19: 0.44, 30: 0.52, 65: 0.34, 75: 0.14}
# Who owes on an education (Federal Reserve, SHED 2024: 18-29, 30-44, 45-59 and over), less the
# third of borrowers who are not paying and those who studied late: nothing is paid while one
# studies, and what is owed at sixty was mostly borrowed for children (judged).
STUDENT_LOAN_SHARE_FROM_AGE: Final = {19: 0.0, 22: 0.32, 30: 0.22, 40: 0.13, 50: 0.04, 60: 0.0}
CHILDCARE_SHARE_FROM_AGE: Final = {19: 0.42, 48: 0.05}
"""Of families."""
CHILDCARE_MAX_SHARE = 0.10
PROPERTY_TAX_MAX_SHARE = 0.10
"""Of income: counties relieve the old and the poor of more (states' circuit breakers)."""
PROPERTY_TAX_FACTOR_FROM_AGE: Final = {19: 1.0, 65: 0.82}
"""Most states exempt a part of the home of who is 65 or freeze its value (Lincoln Institute of Land
Policy, Significant Features of the Property Tax; how much it comes to: judged)."""
FAMILIES = ("family", "single_parent")
"""Household types with children."""
_DROPPED_FIRST: Final = (
    "personal_loan",
    "life_insurance",
    "childcare",
    "student_loan",
    "car_loan",
    "health_insurance",
    "association",
    "waste",
    "renters_insurance",
    "auto_insurance",
)
"""What a household that cannot afford all its bills does without, in that order."""
# How far a bill follows income, as a power of it: what is borrowed or chosen more than what runs
# out of a tap or a tariff (BLS, Consumer Expenditure Survey 2023, by quintile of income).
INCOME_POWER: Final = {
    "car_loan": 0.4,
    "student_loan": 0.3,
    "personal_loan": 0.4,
    "childcare": 0.5,
    "property_tax": 0.5,
    "association": 0.4,
    "home_insurance": 0.35,
    "life_insurance": 0.4,
}
OTHER_INCOME_POWER: Final = 0.18


def income_power() -> Floats:
    """How far each kind of bill follows income, as a power of it: `[KINDS]`."""
    return np.array([INCOME_POWER.get(name, OTHER_INCOME_POWER) for name in BILL_KINDS])


def affordable(usual: Floats, income: Floats) -> Floats:
    """The bills that fit into their share of income, what can be done without left out first.

    Args:
        usual: A usual month of every bill but housing, 0 where there is none: `[U, KINDS]`.
        income: The household's monthly income, `[U]`.

    Returns:
        The same with 0 for what is left out.
    """
    most = OTHER_BILLS_MAX_SHARE * income
    kept = usual.copy()
    for name, share in (
        ("childcare", CHILDCARE_MAX_SHARE),
        ("property_tax", PROPERTY_TAX_MAX_SHARE),
    ):
        kind = BILL_KINDS.index(name)
        kept[:, kind] = np.minimum(kept[:, kind], income * share)
    for name in _DROPPED_FIRST:
        is_too_much = kept.sum(axis=1) > most
        kept[is_too_much, BILL_KINDS.index(name)] = 0.0
    return kept


def has_bills(world: World, home: Homes) -> Flags:
    """Which bills each household would have, by home, age and children.

    Args:
        world: The shard.
        home: How each household lives.

    Returns:
        `[U, KINDS]`.
    """
    draw = uniform(world.words("bill_contract", np.arange(len(BILL_KINDS))))
    people = world.profiles.people
    has = np.zeros(draw.shape, dtype=np.bool_)
    has[:, BILL_KINDS.index("mortgage")] = home.owes
    has[:, BILL_KINDS.index("rent")] = ~home.is_owner
    has[:, BILL_KINDS.index("property_tax")] = home.is_owner & ~home.owes
    for name, share in OTHER_BILL_SHARES.items():
        kind = BILL_KINDS.index(name)
        has[:, kind] = draw[:, kind] < np.where(home.is_owner, share.owners, share.renters)
    by_age = {
        "car_loan": CAR_LOAN_SHARE_FROM_AGE,
        "student_loan": STUDENT_LOAN_SHARE_FROM_AGE,
        "childcare": CHILDCARE_SHARE_FROM_AGE,
    }
    for name, shares in by_age.items():
        kind = BILL_KINDS.index(name)
        has[:, kind] = draw[:, kind] < at_age(people.age_years, shares)
    families = [HOUSEHOLD_TYPES.index(name) for name in FAMILIES]
    has[:, BILL_KINDS.index("childcare")] &= np.isin(people.household_type, families)
    return has
