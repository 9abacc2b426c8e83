"""What nobody plans: a repair, a dentist, a burst pipe, paid by those who have a cushion."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.catalog import Places
from spendsense_pipeline.generation.labels import EMERGENCIES, Fixed
from spendsense_pipeline.generation.places import home_places
from spendsense_pipeline.generation.postings import NO_PLACE, Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

MONTHLY_SHARE = 0.03
"""Households hit in a month: about one in three a year (SHED: unexpected expenses)."""
_IS_VISITED = np.array([label != Fixed.PLUMBER for label in EMERGENCIES])
"""A plumber comes to the house."""
COST_MONTHS = (0.06, 0.28)
"""Cost in months of income."""


def emergency_postings(world: World, places: Places) -> Postings:
    """Unplanned expenses paid by debit card, at most one a month.

    Args:
        world: The shard.
        places: The catalog's places.

    Returns:
        A row each, at home.
    """
    months = world.calendar.month_count
    draws = uniform(world.words("emergency", np.arange(3 * months)))
    occurs, how_dear, when = np.moveaxis(draws.reshape(world.users, months, 3), 2, 0)
    is_cushioned = world.profiles.rhythm == Rhythm.CUSHIONED
    user, month = np.nonzero((occurs < MONTHLY_SHARE) & is_cushioned[:, np.newaxis])
    low, high = COST_MONTHS
    # Squared, so that small repairs are the common case.
    cost_months = low + (high - low) * how_dear[user, month] ** 2
    cost = world.profiles.people.income_monthly_usd[user] * cost_months
    day = world.calendar.month_starts[month] + (when[user, month] * 28).astype(np.int64)
    # The draw that says whether says which as well: below the share it is even again.
    kind = (occurs[user, month] / MONTHLY_SHARE * len(EMERGENCIES)).astype(np.int64)
    keep = (day >= 0) & (day < world.days)
    return postings(
        user=user[keep],
        slot=Slot.CHECKING,
        day=day[keep],
        cents=np.rint(cost * 100).astype(np.int64)[keep],
        label=np.array([int(label) for label in EMERGENCIES])[kind][keep],
        purpose=Purpose.EMERGENCY,
        serial=month[keep],
        place=np.where(_IS_VISITED[kind], home_places(world, places)[user], NO_PLACE)[keep],
    )
