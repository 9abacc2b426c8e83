"""What events have in common that end in many subscriptions."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.events.situation import Situation
from spendsense_pipeline.generation.targets import (
    HEAVY_SUBSCRIPTION_COUNT_MIN,
    HEAVY_SUBSCRIPTION_SPEND_MIN_USD,
)

WANTED_USD: Final = (HEAVY_SUBSCRIPTION_SPEND_MIN_USD + 8.0, 105.0)
"""What all of them come to a month."""
MOST_OF_INCOME_SHARE: Final = 0.03


def can_sign_up(at: Situation) -> Flags:
    """Who has few subscriptions and could pay for more.

    Args:
        at: How people live, `[N]`.

    Returns:
        `[N]`.
    """
    least, _ = WANTED_USD
    is_new = ~at.keeps_one & (at.signed_up == 0)
    can = at.income_usd * MOST_OF_INCOME_SHARE >= least
    is_light = at.subscription_count <= 2
    return np.asarray(can & is_new & is_light & at.can_live_on_it)


def signs_up(at: Situation, draw: Floats) -> Situation:
    """Five services, or six, with those that were had before.

    Args:
        at: How people live, `[N]`.
        draw: What decides how many and for how much, `[N, DRAWS]`.

    Returns:
        How they live with them, `[N]`.
    """
    least, most = WANTED_USD
    wanted = HEAVY_SUBSCRIPTION_COUNT_MIN + 1 + (draw[:, 3] < 0.3)
    usd = np.minimum(
        least + (most - least) * draw[:, 2],
        np.maximum(at.income_usd * MOST_OF_INCOME_SHARE, least),
    )
    return at.changed(
        signed_up=wanted - at.subscription_count,
        subscription_count=wanted,
        subscription_spend_usd=np.maximum(usd, at.subscription_spend_usd + 45.0),
        is_light_subscriber=False,
    )
