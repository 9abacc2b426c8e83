"""Smaller standing movements: brokers, child support, instalments, deposits of cash and checks."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import MONTHS_PER_YEAR
from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.behaviours.income import Paychecks
from spendsense_pipeline.generation.behaviours.paydays import PAYCHECKS_PER_YEAR
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import integers, normal, uniform, words_each
from spendsense_pipeline.generation.targets import NO_TARGET, Rhythm
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import HOUSEHOLD_TYPES

INVESTOR_SHARE: Final = 0.28
"""Of households with a cushion, those that send money to a broker (SCF 2022: 21 % hold stocks
directly; a third of those with an IRA pay in regularly)."""
INVESTED_SHARE: Final = (0.015, 0.05)
"""Of income a month, in whole tens of dollars."""
SURPLUS_SENT_SHARE: Final = 0.9
_TEN: Final = 1_000
SUPPORT_SHARE: Final = 0.35
"""Of single parents, those who are paid child support (Census, Custodial Parents 2022)."""
SUPPORT_USD: Final = (190.0, 720.0)
"""A month, least and most: judged after what is due on average (Census, Custodial Parents)."""
# Of custodial parents with an order 70 % are paid, by some 4 million parents who live elsewhere
# (Census, Custodial Parents 2022); three quarters of it are withheld from wages (Office of Child
# Support Services, 2022) and in no account. Of who lives without children, a few (judged).
PAYS_SUPPORT_SHARE: Final = 0.1
PAYS_SUPPORT_AGES: Final = (23, 58)
PAYS_SUPPORT_HOUSEHOLDS: Final = ("single", "shared")
PLANS_PER_QUARTER: Final = 0.055
"""Instalment plans begun by a person in a quarter (SHED 2024: 15 % of adults in a year)."""
INSTALMENTS: Final = 4
INSTALMENT_DAYS: Final = 14
PURCHASE_MEDIAN_USD, PURCHASE_SIGMA = 130.0, 0.6
"""Of what is paid in instalments: about $135 on average (CFPB 2022, buy now, pay later)."""
THIN_PURCHASE_MAX_USD: Final = 240.0
"""Of who lived from paycheck to paycheck to begin with, as no plan changes on the way, at most:
lenders let them owe less (judged)."""
DEPOSITS_PER_MONTH: Final = 0.16
DEPOSIT_MEDIAN_USD, DEPOSIT_SIGMA = 90.0, 0.8
"""Cash paid in: about two times a year, a drawer of gifts, sales and tips (both judged)."""


def standing_postings(world: World, labels: Labels) -> Postings:
    """All of them, on business days.

    Args:
        world: The shard.
        labels: The catalog's counterparties.

    Returns:
        A row per movement of checking.
    """
    return Postings.joined(
        [
            _invested(world, labels),
            _support(world, labels),
            _support_paid(world, labels),
            _instalments(world, labels),
            _deposits(world, labels),
        ]
    )


def _invested(world: World, labels: Labels) -> Postings:
    drawn = uniform(world.words("investing", np.arange(3)))
    low, high = INVESTED_SHARE
    income = world.profiles.people.income_monthly_usd
    cents = np.rint(income * (low + (high - low) * drawn[:, 1] ** 2) / 10) * 1_000
    invests = (drawn[:, 0] < INVESTOR_SHARE) & (world.profiles.rhythm == Rhythm.CUSHIONED)
    day = world.calendar.on_or_after(
        world.calendar.monthly(2 + (drawn[:, 2] * 26).astype(np.int64))
    ).astype(np.int64)
    user, month = np.nonzero(invests[:, np.newaxis] & (day >= 0) & (day < world.days))
    return postings(
        user=user,
        slot=Slot.CHECKING,
        day=day[user, month],
        cents=np.maximum(cents[user], 2_500),
        label=brokers(world, labels)[0][user],
        purpose=Purpose.INVESTING,
    )


def brokers(world: World, labels: Labels) -> tuple[Ints, Ints]:
    """Who gets standing sums and who what is left over: two, or one day might show a sum twice.

    Args:
        world: The shard.
        labels: The catalog's counterparties.

    Returns:
        A label each, `[U]`.
    """
    first, second = (labels.counterparty("brokerage", world.words("broker", n)) for n in (0, 1))
    every = labels.counterparties("brokerage")
    another = every[(np.searchsorted(every, second) + 1) % every.size]
    return first, np.where(second == first, another, second)


def surplus_postings(
    world: World, labels: Labels, paychecks: Paychecks, surplus_cents: Floats
) -> Postings:
    """What is left over month after month, sent to a broker in whole tens after every payday.

    Args:
        world: The shard.
        labels: The catalog's counterparties.
        paychecks: Paydays, `[U, K]`.
        surplus_cents: Left over in a usual month, `[U]`.

    Returns:
        A row per payday of those with enough left over.
    """
    per_month = np.full(max(Cadence) + 1, 1.0)
    per_month[[*PAYCHECKS_PER_YEAR]] = np.array([*PAYCHECKS_PER_YEAR.values()]) / MONTHS_PER_YEAR
    each = surplus_cents * SURPLUS_SENT_SHARE / per_month[world.profiles.cadence]
    cents = np.floor(each / _TEN) * _TEN
    known = (paychecks.day >= 0) & (paychecks.day < world.days) & (paychecks.cents > 0)
    day = np.where(known, world.calendar.on_or_after(paychecks.day + 1), world.days)
    user, payday = np.nonzero((cents > 0)[:, np.newaxis] & (day < world.days))
    return postings(
        user=user,
        slot=Slot.CHECKING,
        day=day[user, payday],
        cents=cents[user],
        label=brokers(world, labels)[1][user],
        purpose=Purpose.INVESTING,
        serial=1,
    )


def _support(world: World, labels: Labels) -> Postings:
    drawn = uniform(world.words("support", np.arange(3)))
    low, high = SUPPORT_USD
    cents = np.rint((low + (high - low) * drawn[:, 1]) * 100)
    is_parent = world.profiles.people.household_type == HOUSEHOLD_TYPES.index("single_parent")
    gets = is_parent & (drawn[:, 0] < SUPPORT_SHARE)
    gets &= world.profiles.rhythm == Rhythm.CUSHIONED
    day = world.calendar.on_or_after(
        world.calendar.monthly(1 + (drawn[:, 2] * 27).astype(np.int64))
    ).astype(np.int64)
    user, month = np.nonzero(gets[:, np.newaxis] & (day >= 0) & (day < world.days))
    return postings(
        user=user,
        slot=Slot.CHECKING,
        day=day[user, month],
        cents=-cents[user],
        label=labels.counterparty("support_in", world.words("support", 3))[user],
        purpose=Purpose.SUPPORT,
    )


def _support_paid(world: World, labels: Labels) -> Postings:
    """What parents pay who live apart from their children, on one day of the month."""
    drawn = uniform(world.words("support_paid", np.arange(3)))
    people, (youngest, oldest) = world.profiles.people, PAYS_SUPPORT_AGES
    low, high = SUPPORT_USD
    cents = np.rint((low + (high - low) * drawn[:, 1] ** 1.5) * 100)
    kinds = [HOUSEHOLD_TYPES.index(name) for name in PAYS_SUPPORT_HOUSEHOLDS]
    pays = np.isin(people.household_type, kinds) & (drawn[:, 0] < PAYS_SUPPORT_SHARE)
    pays &= (people.age_years >= youngest) & (people.age_years <= oldest)
    # Nothing goes off what is to run out in every period, or comes in a few times a year.
    runs_out = world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    pays &= world.profiles.rhythm != Rhythm.SWEPT
    pays &= ~runs_out | (people.target == NO_TARGET)
    day = world.calendar.on_or_after(
        world.calendar.monthly(1 + (drawn[:, 2] * 27).astype(np.int64))
    ).astype(np.int64)
    user, month = np.nonzero(pays[:, np.newaxis] & (day >= 0) & (day < world.days))
    return postings(
        user=user,
        slot=Slot.CHECKING,
        day=day[user, month],
        cents=cents[user],
        label=labels.counterparty("support_out", world.words("support_paid", 3))[user],
        purpose=Purpose.SUPPORT_PAID,
    )


def _instalments(world: World, labels: Labels) -> Postings:
    calendar = world.calendar
    quarters = np.arange(calendar.month_count // 3 + 1)
    happens = uniform(world.words("instalments", 3 * quarters)) < PLANS_PER_QUARTER
    user, quarter = np.nonzero(happens)
    keys = world.keys("instalments")[user]
    when, size = (words_each(keys, 3 * quarter + part) for part in (1, 2))
    usd = PURCHASE_MEDIAN_USD * np.exp(PURCHASE_SIGMA * normal(size))
    is_tight = world.profiles.rhythm[world.first_chapter[user]] == Rhythm.PAYCHECK_TO_PAYCHECK
    usd = np.where(is_tight, np.minimum(usd, THIN_PURCHASE_MAX_USD), usd)
    cents = np.rint(usd * 100 / INSTALMENTS)
    start = calendar.month_starts[np.minimum(3 * quarter, calendar.month_count - 1)]
    first = start + integers(when, 90)
    day = first[:, np.newaxis] + INSTALMENT_DAYS * np.arange(INSTALMENTS)
    day = calendar.on_or_after(day).astype(np.int64)
    plan, part = np.nonzero((day >= 0) & (day < world.days))
    return postings(
        user=user[plan],
        slot=Slot.CHECKING,
        day=day[plan, part],
        cents=cents[plan],
        label=labels.counterparty("instalment", when)[plan],
        purpose=Purpose.INSTALMENT,
        serial=quarter[plan],
    )


def _deposits(world: World, labels: Labels) -> Postings:
    calendar = world.calendar
    months = np.arange(calendar.month_count)
    happens = uniform(world.words("deposit", 3 * months)) < DEPOSITS_PER_MONTH
    happens &= (world.profiles.rhythm == Rhythm.CUSHIONED)[:, np.newaxis]
    user, month = np.nonzero(happens)
    keys = world.keys("deposit")[user]
    when, size = (words_each(keys, 3 * month + part) for part in (1, 2))
    usd = DEPOSIT_MEDIAN_USD * np.exp(DEPOSIT_SIGMA * normal(size))
    day = calendar.on_or_after(calendar.month_starts[month] + integers(when, 28)).astype(np.int64)
    at = np.flatnonzero((day >= 0) & (day < world.days))
    return postings(
        user=user[at],
        slot=Slot.CHECKING,
        day=day[at],
        cents=-np.maximum(np.rint(usd[at] / 5), 1) * 500,
        label=labels.counterparty("deposit", when[at]),
        purpose=Purpose.DEPOSIT,
        # Those of two months may fall on the first day that banks are open again.
        serial=month[at],
    )
