"""What nobody plans: a repair, a dentist, a burst pipe, paid by those who have a cushion."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.labels import EMERGENCIES
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import Postings, Purpose, Slot, World, postings

MONTHLY_SHARE = 0.03
"""Households hit in a month: about one in three a year (SHED: unexpected expenses)."""
COST_MONTHS = (0.06, 0.28)
"""Cost in months of income."""


def emergency_postings(world: World) -> Postings:
    """Unplanned expenses paid by debit card, at most one a month."""
    months = world.calendar.month_count
    draw = uniform(world.words("emergency", np.arange(3 * months))).reshape(-1, months, 3)
    hit = (draw[:, :, 0] < MONTHLY_SHARE) & (world.profiles.rhythm == Rhythm.CUSHIONED)[
        :, np.newaxis
    ]
    user, month = np.nonzero(hit)
    low, high = COST_MONTHS
    cost = world.profiles.people.income_monthly_usd[user] * (
        low + (high - low) * draw[user, month, 1] ** 2
    )
    day = world.calendar.month_starts[month] + (draw[user, month, 2] * 28).astype(np.int64)
    kind = (draw[user, month, 0] / MONTHLY_SHARE * len(EMERGENCIES)).astype(np.int64)
    keep = (day >= 0) & (day < world.days)
    return postings(
        user=user[keep],
        slot=Slot.CHECKING,
        day=day[keep],
        cents=np.rint(cost * 100).astype(np.int64)[keep],
        label=np.array([int(label) for label in EMERGENCIES])[kind][keep],
        purpose=Purpose.EMERGENCY,
        serial=month[keep],
    )
