"""Target persona -> way of living: which behaviours a targeted person must, may or must not have.

A target is a way of living that holds its property on every night; it says nothing of how that
property is measured (thresholds are not known here). Everything a way of living leaves open is
dealt by the operator's other controls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

import numpy as np

from spendsense_pipeline.controls import PersonaTarget
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.generation.arrays import Flags, Ints


class Rhythm(IntEnum):
    """How a household's money moves through its checking account."""

    CUSHIONED = 0
    """Keeps a cushion; spending follows a monthly budget that answers to the balance."""
    PAYCHECK_TO_PAYCHECK = 1
    """Bills go out right after payday and the rest is gone well before the next one."""
    SWEPT = 2
    """Irregular pay goes to savings on payday; a weekly wage is drawn back."""


@dataclass(frozen=True)
class WayOfLiving:
    """What a target fixes. `any` leaves a behaviour to the operator's controls."""

    cards: Literal["any", "revolving", "not_revolving", "low"] = "any"
    payroll: Literal["any", "irregular", "regular"] = "any"
    rhythm: Rhythm = Rhythm.CUSHIONED
    subscriptions: Literal["any", "heavy", "light"] = "any"
    savings: Literal["any", "builder", "modest", "none"] = "any"
    overlap: Literal["subscriptions", "savings"] | None = None
    """The behaviour of a lower-ranked persona it may show too, when `overlap_rate` asks."""


WAYS_OF_LIVING: Final[dict[str, WayOfLiving]] = {
    "high_utilization": WayOfLiving(cards="revolving", overlap="subscriptions"),
    "variable_income": WayOfLiving(
        cards="not_revolving", payroll="irregular", rhythm=Rhythm.SWEPT, overlap="subscriptions"
    ),
    "cash_flow_stressed": WayOfLiving(
        cards="not_revolving",
        payroll="regular",
        rhythm=Rhythm.PAYCHECK_TO_PAYCHECK,
        savings="none",
        overlap="subscriptions",
    ),
    "subscription_heavy": WayOfLiving(
        cards="not_revolving", subscriptions="heavy", overlap="savings"
    ),
    "savings_builder": WayOfLiving(cards="low", subscriptions="light", savings="builder"),
    "general": WayOfLiving(cards="not_revolving", subscriptions="light", savings="modest"),
}
"""By persona; one without a way of living cannot be targeted."""


def require_ways_of_living(personas: Iterable[PersonaTarget]) -> None:
    """Refuse targets that nobody knows how to live by.

    Raises:
        SpendSenseError: a persona among them has no way of living.
    """
    missing = [persona.value for persona in personas if persona.value not in WAYS_OF_LIVING]
    if missing:
        raise SpendSenseError(
            problem=f"{', '.join(missing)} cannot be targeted, since how they live is not declared",
            remedy="add a way of living to WAYS_OF_LIVING in generation/targets.py",
        )


# What the ways above come to in money. The builder's weekly order leaves room for a month with
# one order fewer (a holiday moves it out of a 30-day window); the modest saver stays below even
# when three biweekly orders fall into 30 days.
HEAVY_SUBSCRIPTION_COUNT_MIN: Final = 4
HEAVY_SUBSCRIPTION_SPEND_MIN_USD: Final = 57.0
LIGHT_SUBSCRIPTION_SPEND_MAX_USD: Final = 42.0
BUILDER_TRANSFER_MIN_USD: Final = 300.0
MODEST_TRANSFER_MAX_USD: Final = 140.0
MODEST_GROWTH_MAX_SHARE: Final = 0.013
"""Growth over six months that a modest saver's opening balance allows for at most."""

TARGET_CODES: Final[dict[str, int]] = {
    persona.value: code for code, persona in enumerate(PersonaTarget)
}
"""How a target is stored while people are made: its place in the order of priority."""
NO_TARGET: Final = -1


def is_targeted(target: Ints, has: Callable[[WayOfLiving], bool]) -> Flags:
    """Who is targeted to a way of living with a property.

    Args:
        target: Of TARGET_CODES, or NO_TARGET, `[U]` or of any other shape.
        has: The property.

    Returns:
        A flag each, of the same shape.
    """
    # NO_TARGET is the last place of all: nobody without a target has it.
    by_code = np.zeros(len(TARGET_CODES) + 1, dtype=np.bool_)
    by_code[[TARGET_CODES[key] for key, way in WAYS_OF_LIVING.items() if has(way)]] = True
    return np.asarray(by_code[target], dtype=np.bool_)
