"""Money in other deposits than checking and savings: money market accounts, certificates, HSAs.

Nothing of them is anybody's daily money: interest is credited, an employer adds to a health savings
account with every paycheck, and medical bills are paid from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Columns, Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.banking import chosen_nearby
from spendsense_pipeline.generation.behaviours.income import Paychecks
from spendsense_pipeline.generation.behaviours.paydays import PAYCHECKS_PER_YEAR
from spendsense_pipeline.generation.behaviours.savings import monthly_interest
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.places import home_places
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, daily_cents, postings
from spendsense_pipeline.generation.randomness import normal, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World


class Kind(NamedTuple):
    """One kind of deposit: who has it, and how much of it."""

    slot: Slot
    subtype: str
    share: float
    """Of those who may have it."""
    median_usd: float
    sigma: float
    range_usd: tuple[float, float]
    step_usd: float
    """What is put in is a multiple of it."""
    is_for_savers: bool
    """Whether who saves by standing order may have it too; savings grow by their orders."""


KINDS: Final = (
    # Survey of Consumer Finances 2022: 6.5 % of families have certificates, with a median of about
    # $26,000; for money market accounts it gives none apart from other deposits (judged).
    Kind(Slot.MONEY_MARKET, "money market", 0.34, 9_000.0, 0.8, (1_000.0, 90_000.0), 0.01, False),
    Kind(Slot.CD, "cd", 0.13, 14_000.0, 0.8, (1_000.0, 120_000.0), 500.0, True),
    # 24 % of covered workers are in a plan with one (KFF, Employer Health Benefits 2023); $4,600 on
    # average (EBRI 2023), half of accounts with much less.
    Kind(Slot.HSA, "hsa", 0.24, 1_900.0, 0.75, (450.0, 16_000.0), 0.01, True),
)
DRAWS: Final = 4
"""Of each kind: whether, how much, with whom, and how much is added."""
FROM_INCOME_USD: Final = 3_800.0
FROM_AGE_YEARS: Final = 27
"""Who may have money beside savings."""
CONTRIBUTION_RANGE_USD: Final = (480.0, 3_900.0)
"""A year; the most for one person was $4,150 in 2024 (IRS)."""
CONTRIBUTION_MIN_SHARE: Final = 1.4
"""Of the balance that a history begins with, a year: what is paid out is added again."""
SPENDS_SHARE: Final = 0.32
"""Of months, those with a bill that is paid from a health savings account."""
SPENT_MEDIAN_USD, SPENT_SIGMA = 95.0, 0.8
SPENT_MAX_SHARE: Final = 0.18
"""Of the balance that a history begins with, at most: it is never used up."""


@dataclass(frozen=True)
class OtherDeposits(Columns):
    """Such accounts of a shard's people, one entry each (`[N]`)."""

    user: Ints
    slot: Ints
    product: Ints
    """Row of the account products."""
    opening_cents: Ints
    contribution_cents: Ints
    """Added a year by the employer, 0 but for health savings."""


def plan_other_deposits(world: World, catalog: Catalog) -> OtherDeposits:
    """Who has which, with whom, and what is in it when the lead-in begins.

    Args:
        world: The shard, everybody in their first chapter.
        catalog: What is on offer.

    Returns:
        Accounts in order of kind and user, `[N]`.
    """
    profiles, people = world.profiles, world.profiles.people
    can = (profiles.rhythm == Rhythm.CUSHIONED) & (profiles.age_years >= FROM_AGE_YEARS)
    can &= people.income_monthly_usd >= FROM_INCOME_USD
    saves = profiles.savings_transfer_usd > 0
    parts = []
    for number, kind in enumerate(KINDS):
        index = number * DRAWS + np.arange(DRAWS)
        word = world.words("other_deposit", index)
        may = can & (~saves | kind.is_for_savers) & _is_paid_for(world, kind)
        has = np.flatnonzero(may & (uniform(word[:, 0]) < kind.share))
        usd = kind.median_usd * np.exp(kind.sigma * normal(word[has, 1]))
        usd = np.rint(np.clip(usd, *kind.range_usd) / kind.step_usd) * kind.step_usd
        least, most = CONTRIBUTION_RANGE_USD
        added = least + (most - least) * uniform(word[has, 3]) ** 2
        added = np.clip(np.maximum(added, CONTRIBUTION_MIN_SHARE * usd), least, None)
        adds = kind.slot == Slot.HSA
        parts.append(
            OtherDeposits(
                user=has,
                slot=np.full(has.size, int(kind.slot)),
                product=chosen_nearby(catalog, kind.subtype, people.region[has], word[has, 2]),
                opening_cents=np.rint(usd * 100).astype(np.int64),
                contribution_cents=np.rint(added * 100 * adds).astype(np.int64),
            )
        )
    return OtherDeposits.joined(parts)


def _is_paid_for(world: World, kind: Kind) -> Flags:
    """A health savings account is the employer's to open: `[U]`."""
    profiles = world.profiles
    has_employer = ~profiles.is_retired & (profiles.cadence != Cadence.IRREGULAR)
    return np.asarray(has_employer | (kind.slot != Slot.HSA), dtype=np.bool_)


def contributions(world: World, paychecks: Paychecks, plan: OtherDeposits) -> Postings:
    """What employers add to health savings accounts, with every paycheck.

    Args:
        world: The shard in chapters.
        paychecks: Paydays of every chapter, `[U, K]`.
        plan: Accounts of people.

    Returns:
        A row per paycheck, money in.
    """
    profiles = world.profiles
    yearly = np.zeros(world.chapters.persons, dtype=np.int64)
    yearly[plan.user] += plan.contribution_cents
    pays = ~profiles.is_retired & (profiles.cadence != Cadence.IRREGULAR)
    pays &= ~world.turns.drives_for_platform
    per_year = np.ones(max(Cadence) + 1)
    per_year[[*PAYCHECKS_PER_YEAR]] = [*PAYCHECKS_PER_YEAR.values()]
    each = yearly[world.first_chapter] / per_year[profiles.cadence]
    # Whole dollars a paycheck.
    cents = np.where(pays, np.rint(each / 100) * 100, 0).astype(np.int64)
    inside = (paychecks.day >= 0) & (paychecks.day < world.days) & (paychecks.cents > 0)
    row, column = np.nonzero(inside & (cents > 0)[:, np.newaxis])
    return postings(
        user=row,
        slot=Slot.HSA,
        day=paychecks.day[row, column],
        cents=-cents[row],
        label=Fixed.HSA_CONTRIBUTION,
        purpose=Purpose.HSA_CONTRIBUTION,
    )


def medical_bills(world: World, catalog: Catalog, plan: OtherDeposits) -> Postings:
    """Bills that are paid from health savings accounts, one a month at most.

    Args:
        world: The shard, everybody in their first chapter.
        catalog: Where people live.
        plan: Their accounts.

    Returns:
        A row per bill.
    """
    calendar, months = world.calendar, world.calendar.month_count
    number = np.arange(months)
    draw = uniform(world.words("hsa_bill", np.arange(2 * months))).reshape(-1, months, 2)
    spread = normal(world.words("hsa_bill_usd", number))
    account = np.flatnonzero(plan.slot == Slot.HSA)
    user = plan.user[account]
    row, month = np.nonzero(draw[user, :, 0] < SPENDS_SHARE)
    who = user[row]
    usd: Floats = SPENT_MEDIAN_USD * np.exp(SPENT_SIGMA * spread[who, month])
    most = SPENT_MAX_SHARE * plan.opening_cents[account][row] / 100
    day = calendar.month_starts[month] + (draw[who, month, 1] * 28).astype(np.int64)
    day = calendar.on_or_after(day).astype(np.int64)
    keep = (day >= 0) & (day < world.days) & (usd <= most)
    home = home_places(world, catalog.places)
    return postings(
        user=who[keep],
        slot=Slot.HSA,
        day=day[keep],
        cents=np.rint(usd[keep] * 100).astype(np.int64),
        label=Fixed.DENTIST,
        purpose=Purpose.HSA_BILL,
        # Those of two months may fall on the first day that banks are open again.
        serial=month[keep],
        place=home[who[keep]],
    )


def interest_of(
    world: World, catalog: Catalog, plan: OtherDeposits, movements: tuple[Postings, ...]
) -> Postings:
    """Monthly interest on all of them.

    Args:
        world: The shard, everybody in their first chapter.
        catalog: For the rates.
        plan: Their accounts.
        movements: Everything that moves them.

    Returns:
        A row per account and month that earns a cent or more.
    """
    parts = []
    for kind in KINDS:
        at = np.flatnonzero(plan.slot == kind.slot)
        flow = daily_cents(movements, kind.slot, world.users, world.days)[plan.user[at]]
        row, month, day, cents = monthly_interest(
            world,
            plan.opening_cents[at],
            flow,
            catalog.account_products.apy_percent[plan.product[at]],
        )
        parts.append(
            postings(
                user=plan.user[at][row],
                slot=kind.slot,
                day=day,
                cents=-cents,
                label=Fixed.SAVINGS_INTEREST,
                purpose=Purpose.DEPOSIT_INTEREST,
                serial=month,
            )
        )
    return Postings.joined(parts)


def openings(world: World, plan: OtherDeposits, rows: Postings) -> Ints:
    """What each account holds when the history begins, after the lead-in.

    Args:
        world: The shard.
        plan: The accounts, `[N]`.
        rows: Everything that moves them.

    Returns:
        Cents, `[N]`.
    """
    before = rows.where(rows.day < world.history_day)
    moved = np.zeros((world.users, len(Slot)), dtype=np.int64)
    np.add.at(moved, (before.user, before.slot), before.cents)
    return np.asarray(plan.opening_cents - moved[plan.user, plan.slot], dtype=np.int64)
