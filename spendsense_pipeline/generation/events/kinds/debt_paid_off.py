"""A card's debt is paid off out of savings."""

from __future__ import annotations

from typing import Final

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.events.declaration import Course, LifeEvent
from spendsense_pipeline.generation.events.situation import Situation

OWED_SHARE: Final = 1.9
"""Of the first card's limit, more than two cards could owe."""


def _can_pay_off(at: Situation, _: Floats) -> Flags:
    """Who carries a balance and has saved more than that."""
    has = at.savings_usd >= OWED_SHARE * at.limit_usd
    return at.revolves & has & at.is_cushioned


def _paid_off(at: Situation, _: Floats) -> Situation:
    """What cards are owed comes out of savings."""
    return at.debt_free().changed(pays_off=True)


DEBT_PAID_OFF: Final = LifeEvent(
    kind="debt_paid_off",
    description="What cards are owed is paid out of savings; from then on they are paid in full",
    yearly_share=0.12,
    source="judged; half of card holders carry a balance in some month of a year (SHED 2024)",
    whom="households with a balance on cards and more than that in savings",
    courses=(Course(_can_pay_off, _paid_off),),
    example="ONLINE TRANSFER TO CHK, $4,900, then a payment of the whole statement.",
)
