"""Housing and the other bills of a household: rent or mortgage, utilities, insurance, loans.

Bills leave checking by ACH: due on a weekend or bank holiday, they post on the next business day.
A household that lives from paycheck to paycheck pays them the day after payday, rent in parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.calendar_units import MONTHS_PER_YEAR
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.behaviours.income import (
    Paychecks,
    events_passed,
    pay_day_of_month,
)
from spendsense_pipeline.generation.behaviours.paydays import PAYCHECKS_PER_YEAR
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.catalog import BILL_KINDS
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import choose, integers, normal, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import HOUSEHOLD_TYPES, INCOME_TIERS

KINDS: Final = len(BILL_KINDS)
BILL_SERIAL: Final = BitFields(kind=5, month=6)
"""Which bill and which month of the plan: two months of one bill may fall on one day, when it waits
for payday."""
_INSTALMENT: Final = BILL_SERIAL.size("month") - 1
"""Stands for the month of a rent paid in parts, of which no two fall on one day."""
RENT, MORTGAGE = BILL_KINDS.index("rent"), BILL_KINDS.index("mortgage")
HOUSING_SHARE_OF_INCOME = (0.22, 0.35)
OTHER_BILLS_MAX_SHARE = 0.19
"""Of income, all bills but housing together."""
EVERYDAY_MIN_SHARE = 0.27
"""What bills and orders leave of income for everyday spending, at least."""
OWNER_SHARE: Final = {"low": 0.2, "middle": 0.4, "high": 0.6}
"""Households with a mortgage instead of rent, by income tier (about 40 % overall)."""


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
    "car_loan": BillShares(0.35, 0.28),
    "student_loan": BillShares(0.15, 0.22),
    "personal_loan": BillShares(0.06, 0.08),
}
CHILDCARE_SHARE_OF_FAMILIES = 0.3
CHILDCARE_MAX_SHARE = 0.10
FAMILIES = ("family", "single_parent")
"""Household types with children."""
REFERENCE_INCOME_USD = 5_000.0
INSTALMENTS_PER_MONTH = {
    cadence: round(per_year / MONTHS_PER_YEAR, 4)
    for cadence, per_year in PAYCHECKS_PER_YEAR.items()
}


@dataclass(frozen=True)
class Bills:
    """Contracts of every user, `[U, KINDS]`."""

    amount_cents: Ints
    """Usual monthly amount, 0 where there is no such bill."""
    biller: Ints
    day_of_month: Ints

    @property
    def monthly_cents(self) -> Ints:
        """All bills of a usual month: `[U]`."""
        return np.asarray(self.amount_cents.sum(axis=1))


def plan_bills(world: World, labels: Labels, orders_usd: Floats, paychecks: Paychecks) -> Bills:
    """Which bills each household has, what a usual month of each comes to and when it is due.

    Args:
        world: The shard.
        labels: Names of the billers, and through them the catalog.
        orders_usd: What subscriptions and savings take of income a month, `[U]`.
        paychecks: Paydays per user, `[U, K]`: who lives from paycheck to paycheck pays after one.

    Returns:
        Contracts per (user, kind), `[U, KINDS]`; together they leave everyday spending its share.
    """
    catalog, people = labels.catalog.billers, world.profiles.people
    income = people.income_monthly_usd
    has = _contracts(world)
    word = world.words("biller", np.arange(KINDS))
    spread = normal(world.words("bill_amount", np.arange(KINDS)))
    biller = np.zeros((world.users, KINDS), dtype=np.int64)
    for kind, name in enumerate(BILL_KINDS):
        rows = catalog.by_kind[name]
        biller[:, kind] = rows[choose(word[:, kind], catalog.weight[rows])]
    usual = (
        catalog.amount_median_cents[biller] / 100 * np.exp(catalog.amount_sigma[biller] * spread)
    )
    usual = usual * np.sqrt(income / REFERENCE_INCOME_USD)[:, np.newaxis]
    childcare = BILL_KINDS.index("childcare")
    usual[:, childcare] = np.minimum(usual[:, childcare], income * CHILDCARE_MAX_SHARE)
    usual = np.where(has, usual, 0.0)

    low, high = HOUSING_SHARE_OF_INCOME
    housing = income * (low + (high - low) * uniform(world.words("housing_share", 0)))
    usual[:, [RENT, MORTGAGE]] = 0.0
    other = usual.sum(axis=1)
    usual *= np.minimum(1.0, OTHER_BILLS_MAX_SHARE * income / np.maximum(other, 1.0))[:, np.newaxis]
    usual[:, RENT] = np.where(has[:, RENT], housing, 0.0)
    usual[:, MORTGAGE] = np.where(has[:, MORTGAGE], housing, 0.0)
    room = income * (1 - EVERYDAY_MIN_SHARE) - orders_usd
    usual *= np.minimum(1.0, room / np.maximum(usual.sum(axis=1), 1.0))[:, np.newaxis]

    day_of_month = 3 + integers(world.words("bill_day", np.arange(KINDS)), 26)
    # Rent and mortgages are due in the first days of the month.
    first_days = 1 + integers(world.words("housing_day", 0), 5)
    day_of_month[:, [RENT, MORTGAGE]] = first_days[:, np.newaxis]
    twice_a_month = (world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK) & np.isin(
        world.profiles.cadence, (Cadence.MONTHLY, Cadence.SEMIMONTHLY)
    )
    pay_day = pay_day_of_month(world, paychecks)[:, np.newaxis]
    after = np.where(
        (world.profiles.cadence == Cadence.SEMIMONTHLY)[:, np.newaxis]
        & (np.arange(KINDS) % 2 == 1),
        20,
        5,
    )
    day_of_month = np.where(
        twice_a_month[:, np.newaxis], (pay_day + after - 1) % 28 + 1, day_of_month
    )
    # Whole dollars for housing and loans, cents for the rest.
    cents = np.rint(usual * 100).astype(np.int64)
    cents[:, [RENT, MORTGAGE]] = cents[:, [RENT, MORTGAGE]] // 500 * 500
    return Bills(cents, biller, day_of_month)


def _contracts(world: World) -> Flags:
    """Which bills each household has: `[U, KINDS]`."""
    draw = uniform(world.words("bill_contract", np.arange(KINDS)))
    people = world.profiles.people
    owner_share = np.array([OWNER_SHARE[tier] for tier in INCOME_TIERS])
    is_owner = draw[:, MORTGAGE] < owner_share[people.income_tier]
    has = np.zeros(draw.shape, dtype=np.bool_)
    has[:, MORTGAGE] = is_owner
    has[:, RENT] = ~is_owner
    for name, share in OTHER_BILL_SHARES.items():
        kind = BILL_KINDS.index(name)
        has[:, kind] = draw[:, kind] < np.where(is_owner, share.owners, share.renters)
    childcare = BILL_KINDS.index("childcare")
    families = [HOUSEHOLD_TYPES.index(name) for name in FAMILIES]
    has[:, childcare] = np.isin(people.household_type, families) & (
        draw[:, childcare] < CHILDCARE_SHARE_OF_FAMILIES
    )
    return has


def bill_postings(world: World, bills: Bills, paychecks: Paychecks, labels: Labels) -> Postings:
    """Every bill payment from checking.

    Args:
        world: The shard.
        bills: Contracts per (user, kind), `[U, KINDS]`.
        paychecks: Paydays per user, `[U, K]`.
        labels: Names of the billers.

    Returns:
        A row per (user, kind, month), or per payday for rent and mortgages paid in parts.
    """
    calendar, catalog = world.calendar, labels.catalog.billers
    months = np.arange(calendar.month_count)
    nominal = calendar.clamp_day(months, bills.day_of_month[:, :, np.newaxis]).astype(np.int64)
    is_tight = world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    day = calendar.on_or_after(nominal).astype(np.int64)
    tight = np.nonzero(is_tight)[0]
    if tight.size:
        day[tight] = _after_payday(world, paychecks.day[tight], nominal[tight])
    month_of_year = calendar.month_of_year[np.clip(calendar.month_starts, 0, None)]
    # Numbered by kind and month, so that a longer plan leaves earlier months' draws alone.
    draw = BILL_SERIAL.pack(kind=np.arange(KINDS)[:, np.newaxis], month=months).ravel()
    swing = normal(world.words("bill_month", draw)).reshape(nominal.shape)
    variation = catalog.monthly_variation[bills.biller][:, :, np.newaxis]
    profile = catalog.month_profile[bills.biller][:, :, month_of_year]
    # A mean-preserving log-normal factor, so that bills do not outgrow the usual month.
    factor = profile * np.exp(variation * swing - variation**2 / 2)
    cents = np.rint(bills.amount_cents[:, :, np.newaxis] * factor).astype(np.int64)
    keep = (nominal >= 0) & (day >= 0) & (day < world.days) & (cents > 0)
    housing = np.isin(np.arange(KINDS), (RENT, MORTGAGE))[np.newaxis, :, np.newaxis]
    keep &= ~(
        housing
        & (is_tight & (world.profiles.cadence != Cadence.MONTHLY))[:, np.newaxis, np.newaxis]
    )
    user, kind, month = np.nonzero(keep)
    monthly = postings(
        user=user,
        slot=Slot.CHECKING,
        day=day[user, kind, month],
        authorized=day[user, kind, month],
        cents=cents[user, kind, month],
        label=labels.first_biller + bills.biller[user, kind],
        purpose=Purpose.BILL,
        serial=BILL_SERIAL.pack(kind=kind, month=month),
    )
    return Postings.joined([monthly, _instalments(world, bills, paychecks, labels)])


def _after_payday(world: World, payday: Ints, nominal: Ints) -> Ints:
    """The business day after the last payday up to each nominal day."""
    flat = np.clip(nominal.reshape(nominal.shape[0], -1), 0, world.days - 1)
    passed = np.take_along_axis(events_passed(payday, world.days), flat, axis=1)
    last = np.take_along_axis(payday, np.maximum(passed - 1, 0), axis=1)
    return world.calendar.on_or_after(last + 1).reshape(nominal.shape).astype(np.int64)


def _instalments(world: World, bills: Bills, paychecks: Paychecks, labels: Labels) -> Postings:
    """Rent or mortgage in equal parts after every payday, for those who cannot pay it at once."""
    cadence = world.profiles.cadence
    splits = (world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK) & (cadence != Cadence.MONTHLY)
    housing = np.where(bills.amount_cents[:, RENT] > 0, RENT, MORTGAGE)
    rows = np.arange(world.users)
    monthly = bills.amount_cents[rows, housing]
    per_month = np.select(
        [cadence == code for code in INSTALMENTS_PER_MONTH],
        list(INSTALMENTS_PER_MONTH.values()),
        1.0,
    )
    part = np.rint(monthly / per_month / 100).astype(np.int64) * 100
    day = np.where(
        paychecks.day < world.days, world.calendar.on_or_after(paychecks.day + 1), world.days + 1
    )
    keep = (
        splits[:, np.newaxis]
        & (paychecks.day >= 0)
        & (day < world.days)
        & (part > 0)[:, np.newaxis]
    )
    user, column = np.nonzero(keep)
    return postings(
        user=user,
        slot=Slot.CHECKING,
        day=day[user, column],
        cents=part[user],
        label=labels.first_biller + bills.biller[user, housing[user]],
        purpose=Purpose.BILL,
        serial=BILL_SERIAL.pack(kind=housing[user], month=_INSTALMENT),
    )
