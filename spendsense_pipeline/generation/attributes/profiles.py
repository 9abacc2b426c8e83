"""What each person's attributes are: cards, pay, rhythm, subscriptions, savings, and their words.

Who gets which is decided in the modules beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Final, Self

import numpy as np

from spendsense_pipeline.generation.arrays import Columns, Flags, Floats, Ints
from spendsense_pipeline.generation.population import People


class Cadence(IntEnum):
    """How often somebody is paid."""

    WEEKLY = 0
    BIWEEKLY = 1
    SEMIMONTHLY = 2
    MONTHLY = 3
    IRREGULAR = 4

    @property
    def key(self) -> str:
        """Its name in controls and tables."""
        return self.name.lower()


class Band(IntEnum):
    """How much of its limit a card is used: below 30 %, below 50 %, below 80 %, more."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    CRITICAL = 3

    @property
    def key(self) -> str:
        """Its name in controls."""
        return self.name.lower()


NO_CARD: Final = -1
"""Stands where a person has no such card; below every `Band`."""


class PaymentHabit(IntEnum):
    """How a high or critical card is paid."""

    FREELY = 0
    LATE = 1
    MINIMUM_ONLY = 2


CARDS_PER_USER_MAX: Final = 2


@dataclass(frozen=True)
class IncomeSources(Columns):
    """What households take home a month on history_start by where it comes from (`[U]`).

    US dollars, 0 where there is no such source; together they are `People.income_monthly_usd`.
    """

    main_pay_usd: Floats
    """Of the earner with the most pay; 0 for who is retired."""
    second_pay_usd: Floats
    social_security_usd: Floats
    pension_usd: Floats
    unemployment_usd: Floats
    """Benefits while somebody looks for work."""


@dataclass(frozen=True)
class Profiles:
    """Sampled attributes of people, one array entry each (`[U]`, cards `[U, 2]`)."""

    people: People
    income: IncomeSources
    card_count: Ints
    card_band: Ints
    """NO_CARD, or a `Band`."""
    card_payment: Ints
    """A `PaymentHabit`; the last two only on high and critical cards."""
    late_place: Floats
    """Of cards paid late, where in the round from having caught up to the next time, 0..1."""
    cadence: Ints
    """How often the household's main income comes, a `Cadence`: pay, or Social Security, which is
    monthly."""
    second_cadence: Ints
    """How often a second earner is paid, a `Cadence`; without meaning where there is none."""
    rhythm: Ints
    """`targets.Rhythm`."""
    subscription_count: Ints
    subscription_spend_usd: Floats
    """Wanted monthly total; 0 for who has none."""
    is_light_subscriber: Flags
    """Has one or two subscriptions; nothing is promised of what they come to."""
    savings_transfer_usd: Floats
    """Wanted monthly transfer; 0 for who has no standing order."""
    savings_growth_share: Floats
    """Growth over six months the opening savings balance is set for."""
    saves_weekly: Flags
    """Standing order every week instead of every second one."""
    is_high_spender: Flags
    is_joint: Flags
    has_business: Flags

    def rows(self, at: Ints) -> Self:
        """Of some of the people, in that order: `[M]`."""
        kept: dict[str, Any] = {}
        for field in fields(self):
            attribute = getattr(self, field.name)
            is_record = isinstance(attribute, Columns)
            kept[field.name] = attribute.where(at) if is_record else attribute[at]
        return type(self)(**kept)

    @property
    def age_years(self) -> Ints:
        """Age on history_start: `[U]`."""
        return self.people.age_years

    @property
    def is_retired(self) -> Flags:
        """Who lives on Social Security and pensions, without earned pay: `[U]`."""
        return self.people.is_retired

    @property
    def has_second_earner(self) -> Flags:
        """In whose household two are paid: `[U]`."""
        return np.asarray(self.income.second_pay_usd > 0, dtype=np.bool_)
