"""What events look at and change: how people live on a day, and what a change of it comes to."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation import targets
from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import Band, Cadence, PaymentHabit
from spendsense_pipeline.generation.targets import TARGET_CODES, Rhythm
from spendsense_pipeline.tables.raw import HOUSEHOLD_TYPES

CAN_RUN_OUT_USD: Final = 5_600.0
"""Nobody with more than this a month spends all of it before payday."""
SAVED_MAX_MONTHS: Final = 3.0
"""Of income: nor with more than that in savings."""
BILLS_MAX_SHARE: Final = 0.82
"""Of what comes in, what contracts may take: who would have less for everything else gives the home
up, which no event is about."""
SURE_SUBSCRIPTIONS_USD: Final = targets.HEAVY_SUBSCRIPTION_SPEND_MIN_USD


@dataclass(frozen=True)
class Situation:
    """How people live: one entry each (`[N]`, of cards `[N, 2]`).

    The first block is what never changes by an event; then what profiles say; then what a chapter
    of a life has of its own.
    """

    age_years: Ints
    earned_two: Flags
    """Had two incomes on history_start."""
    is_tenant: Flags
    owns_outright: Flags
    drives: Flags
    is_thin: Flags
    """Lives near running out: which persona it shows is not sure."""
    bills_usd: Floats
    """Contracts of a month on history_start."""
    rent_usd: Floats
    pays_childcare: Flags
    savings_usd: Floats
    """In savings on history_start."""
    limit_usd: Floats
    """About what the first card allows."""

    household_type: Ints
    is_retired: Flags
    main_pay_usd: Floats
    second_pay_usd: Floats
    social_security_usd: Floats
    pension_usd: Floats
    unemployment_usd: Floats
    cadence: Ints
    second_cadence: Ints
    rhythm: Ints
    card_band: Ints
    card_payment: Ints
    subscription_count: Ints
    subscription_spend_usd: Floats
    is_light_subscriber: Flags
    savings_transfer_usd: Floats
    saves_weekly: Flags

    employer: Ints
    """How many employers events have ended."""
    drives_for_platform: Flags
    """Paid by the platform of an app for want of an employer."""
    waits_days: Ints
    """From the first day of the chapter to the first pay of its main earner, at least."""
    rent_share: Floats
    """Of the first rent, what it is now."""
    homes: Ints
    """How many homes events have left behind."""
    childcare_usd: Floats
    """Childcare that was not needed on history_start."""
    lump_cents: Ints
    """What is paid on the first day of the chapter; below zero, what comes in."""
    lump_label: Ints
    """A `Fixed` label."""
    lump_on_card: Flags
    pays_off: Flags
    """Moves what cards are owed out of savings on the first day."""
    keeps_one: Flags
    """Of the first subscriptions one is left."""
    signed_up: Ints
    """Subscriptions taken out by an event."""

    @property
    def size(self) -> int:
        """How many people."""
        return int(self.age_years.size)

    def rows(self, at: Ints | Flags) -> Self:
        """Of some of the people: `[M]`."""
        return type(self)(*(getattr(self, field.name)[at] for field in fields(self)))

    def changed(self, **changes: npt.ArrayLike) -> Self:
        """The same people with some of it changed, one value for all or `[N]`."""
        whole: dict[str, Any] = {}
        for name, value in changes.items():
            whole[name] = np.empty_like(getattr(self, name))
            whole[name][...] = value
        return replace(self, **whole)

    @property
    def income_usd(self) -> Floats:
        """What comes in a month: `[N]`."""
        return np.asarray(
            self.main_pay_usd
            + self.second_pay_usd
            + self.social_security_usd
            + self.pension_usd
            + self.unemployment_usd
        )

    @property
    def contracts_usd(self) -> Floats:
        """What contracts take of it now: `[N]`."""
        more_rent = self.rent_usd * (self.rent_share - 1)
        return np.asarray(self.bills_usd + more_rent + self.childcare_usd)

    @property
    def works(self) -> Flags:
        """Who is employed, or was until an event: `[N]`."""
        is_regular = self.cadence != Cadence.IRREGULAR
        return np.asarray(~self.is_retired & is_regular & ~self.drives_for_platform)

    @property
    def is_couple(self) -> Flags:
        """In whose household two may earn: `[N]`."""
        kinds = [HOUSEHOLD_TYPES.index(name) for name in ("couple", "family")]
        return np.isin(self.household_type, kinds)

    @property
    def is_cushioned(self) -> Flags:
        """Who lives on a cushion: `[N]`."""
        return np.asarray(self.rhythm == Rhythm.CUSHIONED, dtype=np.bool_)

    @property
    def is_tight(self) -> Flags:
        """Who runs out before payday: `[N]`."""
        return np.asarray(self.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK, dtype=np.bool_)

    @property
    def revolves(self) -> Flags:
        """Whose card carries a balance at interest: `[N]`."""
        return np.asarray((self.card_band >= Band.HIGH).any(axis=1), dtype=np.bool_)

    @property
    def saves(self) -> Flags:
        """Who has a standing order: `[N]`."""
        return np.asarray(self.savings_transfer_usd > 0, dtype=np.bool_)

    @property
    def is_heavy(self) -> Flags:
        """Who has many subscriptions: `[N]`."""
        count = self.subscription_count >= targets.HEAVY_SUBSCRIPTION_COUNT_MIN
        return np.asarray(count & (self.subscription_spend_usd >= SURE_SUBSCRIPTIONS_USD))

    @property
    def can_run_out(self) -> Flags:
        """Whose bills, income and savings are such that money would run out: `[N]`."""
        income = self.income_usd
        can = (income <= CAN_RUN_OUT_USD) & (self.contracts_usd <= BILLS_MAX_SHARE * income)
        can &= self.savings_usd <= SAVED_MAX_MONTHS * income
        return np.asarray(can & ~self.owns_outright, dtype=np.bool_)

    @property
    def can_live_on_it(self) -> Flags:
        """Whose income leaves something beside contracts: `[N]`."""
        return np.asarray(self.contracts_usd <= BILLS_MAX_SHARE * self.income_usd)

    def running_out(self) -> Self:
        """The same people living from paycheck to paycheck, without a standing order."""
        return self.changed(rhythm=Rhythm.PAYCHECK_TO_PAYCHECK, savings_transfer_usd=0.0)

    def debt_free(self) -> Self:
        """The same people with cards they pay in full."""
        return self.changed(
            card_band=np.where(self.card_band >= Band.HIGH, Band.LOW, self.card_band),
            card_payment=np.full(self.card_payment.shape, PaymentHabit.FREELY),
        )

    def with_debt(self) -> Self:
        """The same people with a balance on the first card."""
        band = self.card_band.copy()
        band[:, 0] = Band.HIGH
        return self.changed(card_band=band)


def lives_as(at: Situation) -> tuple[Ints, Flags]:
    """Which persona people live by, and whether that is beyond doubt.

    Args:
        at: How they live, `[N]`.

    Returns:
        One of TARGET_CODES each, and a flag: `[N]`.
    """
    all_low = (at.card_band <= Band.LOW).all(axis=1)
    builds = all_low & (at.savings_transfer_usd >= targets.BUILDER_TRANSFER_MIN_USD)
    revolves, is_swept, is_tight, is_heavy = (
        at.revolves,
        at.rhythm == Rhythm.SWEPT,
        at.is_tight,
        at.is_heavy,
    )
    found = np.full(at.size, TARGET_CODES["general"])
    # From the lowest rank up: what is ranked above takes its place.
    for key, shows in (
        ("savings_builder", builds),
        ("subscription_heavy", is_heavy),
        ("cash_flow_stressed", is_tight),
        ("variable_income", is_swept),
        ("high_utilization", revolves),
    ):
        found[shows] = TARGET_CODES[key]
    few = (at.subscription_count < 3) | (
        at.is_light_subscriber
        & (at.subscription_spend_usd <= targets.LIGHT_SUBSCRIPTION_SPEND_MAX_USD)
    )
    # Ranked below each of them, what might show instead.
    is_thick = ~at.is_thin
    is_other = few & (builds | ~(at.saves & all_low))
    sure = revolves | is_swept | is_tight | (is_thick & (is_heavy | is_other))
    return found, np.asarray(sure, dtype=np.bool_)
