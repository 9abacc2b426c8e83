"""Somebody starts saving: a standing order of a builder's size."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.attributes import Band
from spendsense_pipeline.generation.events.declaration import Course, LifeEvent
from spendsense_pipeline.generation.events.situation import Situation
from spendsense_pipeline.generation.targets import BUILDER_TRANSFER_MIN_USD

ORDER_RANGE_USD: Final = (BUILDER_TRANSFER_MIN_USD + 20.0, 620.0)
"""A month."""
MOST_OF_INCOME_SHARE: Final = 0.14
LEFT_SHARE: Final = 0.2
"""Of income, what is left for everyday life beside it."""


def can_save(at: Situation) -> Flags:
    """Who has something left of a month, no order yet, and pays cards in full.

    Args:
        at: How people live, `[N]`.

    Returns:
        `[N]`.
    """
    least, _ = ORDER_RANGE_USD
    left = at.income_usd * (1 - LEFT_SHARE) - at.contracts_usd - at.subscription_spend_usd
    all_low = (at.card_band <= Band.LOW).all(axis=1)
    can = (left >= least) & (at.income_usd * MOST_OF_INCOME_SHARE >= least)
    return can & all_low & ~at.saves


def starts_saving(at: Situation, draw: Floats) -> Situation:
    """An order every week or every second.

    Args:
        at: How people live, `[N]`.
        draw: What decides its size and rhythm, `[N, DRAWS]`.

    Returns:
        How they live with it, `[N]`.
    """
    least, most = ORDER_RANGE_USD
    usd = least + (most - least) * draw[:, 2] ** 2
    usd = np.minimum(usd, np.maximum(at.income_usd * MOST_OF_INCOME_SHARE, least))
    return at.changed(savings_transfer_usd=usd, saves_weekly=draw[:, 3] < 0.5)


def _needs(at: Situation, _: Floats) -> Flags:
    """Who lives on a cushion and can put something aside."""
    return at.is_cushioned & can_save(at)


STARTS_SAVING: Final = LifeEvent(
    kind="starts_saving",
    description="A standing order to savings begins, of $320 to $620 a month",
    yearly_share=0.06,
    source="judged; 54 % of adults have three months of expenses put by (SHED 2024)",
    whom="households with a cushion whose cards are paid in full and who do not save by order",
    courses=(Course(_needs, starts_saving),),
    example="ONLINE TRANSFER TO SAV every Tuesday, $85, where there was none before.",
)
