"""Housing and the other bills of a household: rent or mortgage, utilities, insurance, loans.

What they come to and whom they are paid to; on which days is for `bill_days`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import MONTHS_PER_YEAR
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.behaviours.bill_days import (
    days_of_month,
    days_paid,
    in_weekly_parts,
)
from spendsense_pipeline.generation.behaviours.bill_kinds import (
    PROPERTY_TAX_FACTOR_FROM_AGE,
    affordable,
    has_bills,
    income_power,
)
from spendsense_pipeline.generation.behaviours.bills_handed_over import handed_over
from spendsense_pipeline.generation.behaviours.homes import (
    RENT_STEP_USD,
    at_age,
    homes,
    housing_growth,
)
from spendsense_pipeline.generation.behaviours.income import Paychecks
from spendsense_pipeline.generation.behaviours.moves import plan_moves, rents_through_moves
from spendsense_pipeline.generation.behaviours.next_billers import (
    first_billers,
    landlords_of_chapters,
    next_billers,
    towns_of_billers,
)
from spendsense_pipeline.generation.behaviours.paydays import PAYCHECKS_PER_YEAR
from spendsense_pipeline.generation.behaviours.prices import biller_growth
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.catalog import BILL_KINDS, Catalog
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import normal, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

KINDS: Final = len(BILL_KINDS)
BILL_SERIAL: Final = BitFields(kind=5, month=6)
"""Which bill and which month of the plan: two months of one bill may fall on one day, when it waits
for payday."""
_INSTALMENT: Final = BILL_SERIAL.size("month") - 1
"""Stands for the month of a rent paid in parts, of which no two fall on one day."""
RENT, MORTGAGE = BILL_KINDS.index("rent"), BILL_KINDS.index("mortgage")
PROPERTY_TAX = BILL_KINDS.index("property_tax")
CHILDCARE = BILL_KINDS.index("childcare")
OF_A_CAR: Final = (BILL_KINDS.index("car_loan"), BILL_KINDS.index("auto_insurance"))
TIGHT_BILLS_SHARES: Final = (0.42, 0.6)
"""Of income, what bills come to at least where the money runs out, a little different for everybody
(renters who spend more than half of their income on rent alone: a quarter, Harvard JCHS 2024)."""
EVERYDAY_MIN_SHARE = 0.3
"""What bills and savings leave of income for everyday spending and subscriptions, at least."""

REFERENCE_INCOME_USD = 5_000.0
SPREAD_MAX_SIGMAS: Final = 1.6
"""Tariffs have a lowest and a dearest plan: no bill lies further out."""
HOUSING_OF_A_PAYCHECK = 0.8
"""What who runs out and is paid twice a month pays for housing of one paycheck at most."""
PAYCHECKS_PER_MONTH = {
    cadence: round(per_year / MONTHS_PER_YEAR, 4)
    for cadence, per_year in PAYCHECKS_PER_YEAR.items()
}


@dataclass(frozen=True)
class Bills:
    """Contracts of every user, `[U, KINDS]`."""

    amount_cents: Ints
    """Usual monthly amount, 0 where there is no such bill."""
    biller: Ints
    """Whom it is paid to on history_start."""
    next_biller: Ints
    """The same after a move."""
    day_of_month: Ints

    @property
    def monthly_cents(self) -> Ints:
        """All bills of a usual month: `[U]`."""
        return np.asarray(self.amount_cents.sum(axis=1))


def plan_bills(world: World, labels: Labels, saved_usd: Floats, paychecks: Paychecks) -> Bills:
    """Which bills each household has, what a usual month of each comes to and when it is due.

    Args:
        world: The shard.
        labels: Names of the billers, and through them the catalog.
        saved_usd: What savings orders take of income a month, `[U]`.
        paychecks: Paydays per user, `[U, K]`: who lives from paycheck to paycheck pays after one.

    Returns:
        Contracts per (user, kind), `[U, KINDS]`; together they leave everyday spending its share.
    """
    cents, biller = contracted(world, labels, saved_usd)
    next_biller = next_billers(world, labels.catalog, biller)
    cents, (biller, next_biller) = _by_chapter(world, labels.catalog, cents, (biller, next_biller))
    return Bills(cents, biller, next_biller, days_of_month(world, paychecks))


def contracted(world: World, labels: Labels, saved_usd: Floats) -> tuple[Ints, Ints]:
    """What people contract for, and with whom.

    Args:
        world: The shard.
        labels: Names of the billers, and through them the catalog.
        saved_usd: What savings orders take of income a month, `[U]`.

    Returns:
        Usual monthly cents, 0 where there is no such bill, and billers: `[U, KINDS]` each.
    """
    catalog, people = labels.catalog.billers, world.profiles.people
    income = people.income_monthly_usd
    home = homes(world)
    has = has_bills(world, home)
    spread = normal(world.words("bill_amount", np.arange(KINDS)))
    biller = first_billers(world, labels.catalog)
    spread = np.clip(spread, -SPREAD_MAX_SIGMAS, SPREAD_MAX_SIGMAS)
    usual = (
        catalog.amount_median_cents[biller] / 100 * np.exp(catalog.amount_sigma[biller] * spread)
    )
    usual = usual * (income[:, np.newaxis] / REFERENCE_INCOME_USD) ** income_power()
    usual[:, [RENT, MORTGAGE]] = 0.0
    usual[:, PROPERTY_TAX] *= at_age(people.age_years, PROPERTY_TAX_FACTOR_FROM_AGE)
    usual = affordable(np.where(has, usual, 0.0), income)
    other = usual.sum(axis=1)
    room = np.maximum(income * (1 - EVERYDAY_MIN_SHARE) - saved_usd - other, 0.0)
    is_tight = world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    # Who runs out before payday does so because most of it is spoken for.
    low, high = TIGHT_BILLS_SHARES
    spoken_for = low + (high - low) * uniform(world.words("spoken_for", 0))
    burdened = np.maximum(home.housing_usd, spoken_for * income - other)
    paid = np.minimum(np.where(is_tight, burdened, home.housing_usd), room)
    paychecks = _paychecks_per_month(world)
    one_paycheck = np.where(paychecks > 2.5, np.inf, HOUSING_OF_A_PAYCHECK * income / paychecks)
    paid = np.where(is_tight, np.minimum(paid, one_paycheck), paid)
    usual[:, RENT] = np.where(has[:, RENT], paid, 0.0)
    usual[:, MORTGAGE] = np.where(has[:, MORTGAGE], paid, 0.0)
    cents = np.rint(usual * 100).astype(np.int64)
    cents[:, RENT] = _asked_rent(cents[:, RENT])
    return cents, biller


def _paychecks_per_month(world: World) -> Floats:
    """How often the main earner is paid: `[U]`, once where it is not regularly."""
    cadence = world.profiles.cadence
    return np.select(
        [cadence == code for code in PAYCHECKS_PER_MONTH], list(PAYCHECKS_PER_MONTH.values()), 1.0
    )


def _by_chapter(
    world: World, catalog: Catalog, cents: Ints, billers: tuple[Ints, ...]
) -> tuple[Ints, tuple[Ints, ...]]:
    """What is contracted for is settled in the first chapter of a life; events change a few of it:
    `[U, KINDS]` each."""
    if world.chapters.are_whole_lives:
        return cents, billers
    turns = world.turns
    cents = cents[world.first_chapter]
    cents[:, RENT] = _asked_rent(cents[:, RENT] * turns.rent_share)
    cents[:, CHILDCARE] += turns.childcare_cents
    first = tuple(of[world.first_chapter] for of in billers)
    return cents, landlords_of_chapters(world, catalog, *first)


def _asked_rent(cents: Floats | Ints) -> Ints:
    """Rents are asked in steps of five dollars."""
    step = RENT_STEP_USD * 100
    return np.asarray(np.rint(cents / step) * step, dtype=np.int64)


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
    splits = in_weekly_parts(world)
    day = days_paid(world, nominal, paychecks)
    day, is_paid = handed_over(world, day, splits, (RENT, MORTGAGE))
    month_of_year = calendar.month_of_year[np.clip(calendar.month_starts, 0, None)]
    # Numbered by kind and month, so that a longer plan leaves earlier months' draws alone.
    draw = BILL_SERIAL.pack(kind=np.arange(KINDS)[:, np.newaxis], month=months).ravel()
    swing = normal(world.words("bill_month", draw)).reshape(nominal.shape)
    biller, town, growth = _terms(world, bills, labels, months)
    variation = catalog.monthly_variation[biller]
    profile = catalog.month_profile[biller, month_of_year]
    # A mean-preserving log-normal factor, so that bills do not outgrow the usual month.
    factor = profile * np.exp(variation * swing - variation**2 / 2)
    factor *= growth
    parts = MONTHS_PER_YEAR / catalog.due_months.sum(axis=1)
    factor *= np.where(catalog.due_months[biller, month_of_year], parts[biller], 0.0)
    cents = np.rint(bills.amount_cents[:, :, np.newaxis] * factor).astype(np.int64)
    cents[:, RENT] = _asked_rent(cents[:, RENT])
    keep = (nominal >= 0) & (day >= 0) & (day < world.days) & (cents > 0) & ~is_paid
    housing = np.isin(np.arange(KINDS), (RENT, MORTGAGE))[np.newaxis, :, np.newaxis]
    keep &= ~(housing & splits[:, np.newaxis, np.newaxis])
    user, kind, month = np.nonzero(keep)
    monthly = postings(
        user=user,
        slot=Slot.CHECKING,
        day=day[user, kind, month],
        authorized=day[user, kind, month],
        cents=cents[user, kind, month],
        label=labels.first_biller + biller[user, kind, month],
        purpose=Purpose.BILL,
        serial=BILL_SERIAL.pack(kind=kind, month=month),
        place=town[user, kind, month],
    )
    in_parts = _instalments(
        world, bills, paychecks, labels, (biller, town), growth, splits, is_paid
    )
    return Postings.joined([monthly, in_parts])


def _terms(world: World, bills: Bills, labels: Labels, months: Ints) -> tuple[Ints, Ints, Floats]:
    """Whom bills are paid to in months of the plan, in which town, and what their prices have risen
    by since history_start: `[U, KINDS, M]` each."""
    start, plan = world.resolved.history_start, world.calendar.first_date
    first = start.year * 12 + start.month - 1
    since = months + plan.year * 12 + plan.month - 1 - first
    moves = plan_moves(world, labels.catalog.places)
    biller = np.repeat(bills.biller[:, :, np.newaxis], since.size, axis=2)
    who, month = np.nonzero(since >= moves.month[:, np.newaxis])
    biller[who, :, month] = bills.next_biller[who]
    town = np.broadcast_to(moves.from_place[:, np.newaxis, np.newaxis], biller.shape).copy()
    after = towns_of_billers(world, labels.catalog, bills.biller, bills.next_biller)
    town[who, :, month] = after[who]
    growth = biller_growth(labels.catalog.billers, first, since)[biller, np.arange(since.size)]
    rent, mortgage = housing_growth(world, since)
    growth[:, RENT] = rents_through_moves(world, moves, since, rent)
    growth[:, MORTGAGE] = mortgage
    return biller, town, growth


def _instalments(
    world: World,
    bills: Bills,
    paychecks: Paychecks,
    labels: Labels,
    contract: tuple[Ints, Ints],
    growth: Floats,
    splits: Flags,
    is_paid: Flags,
) -> Postings:
    """Rent or mortgage in equal parts after every payday, for those who cannot pay it at once."""
    housing = np.where(bills.amount_cents[:, RENT] > 0, RENT, MORTGAGE)
    rows = np.arange(world.users)
    monthly = bills.amount_cents[rows, housing]
    per_month = _paychecks_per_month(world)
    month = world.calendar.month_index[np.clip(paychecks.day, 0, world.days - 1)]
    grown = np.take_along_axis(growth[rows, housing], month, axis=1)
    part = np.rint((monthly / per_month)[:, np.newaxis] * grown / 100).astype(np.int64) * 100
    day = np.where(
        paychecks.day < world.days, world.calendar.on_or_after(paychecks.day), world.days + 1
    )
    keep = splits[:, np.newaxis] & (paychecks.day >= 0) & (day < world.days) & (part > 0)
    keep &= ~np.take_along_axis(is_paid[rows, housing], month, axis=1)
    user, column = np.nonzero(keep)
    biller, town = (of[user, housing[user], month[user, column]] for of in contract)
    return postings(
        user=user,
        slot=Slot.CHECKING,
        day=day[user, column],
        cents=part[user, column],
        label=labels.first_biller + biller,
        purpose=Purpose.BILL,
        serial=BILL_SERIAL.pack(kind=housing[user], month=_INSTALMENT),
        place=town,
    )
