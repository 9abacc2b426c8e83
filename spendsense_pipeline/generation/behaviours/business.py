"""Business accounts: a side business with weekly takings and supplies, apart from the household.

Takings arrive on Mondays and most of them go out again, so the account keeps a steady balance.
"""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.world import World

WEEKLY_TAKINGS_USD = (250.0, 1_600.0)
OPENING_WEEKS = 5


def business_postings(world: World) -> tuple[Postings, Ints]:
    """Weekly takings and supplies of business accounts.

    Returns:
        The rows, and the opening balance of every user in cents, `[U]`: 0 without such an account.
    """
    has = world.profiles.has_business
    low, high = WEEKLY_TAKINGS_USD
    takings = (low + (high - low) * uniform(world.words("business_size", 0)) ** 2) * has
    monday = (-int(world.calendar.weekday[0])) % 7
    nominal = np.arange(monday, world.days, 7)
    day = world.calendar.on_or_after(nominal).astype(np.int64)
    swing = uniform(world.words("business_week", np.arange(nominal.size))) * 0.8 + 0.6
    cents = np.rint(takings[:, np.newaxis] * swing * 100).astype(np.int64)
    user, week = np.nonzero(has[:, np.newaxis] & (day < world.days)[np.newaxis, :])
    into = postings(
        user=user,
        slot=Slot.BUSINESS,
        day=day[week],
        cents=-cents[user, week],
        label=Fixed.BUSINESS_REVENUE,
        purpose=Purpose.BUSINESS,
        serial=2 * week,
    )
    # Each week's takings pay for the supplies of the days after.
    spends_on = day[week] + 2
    keep = spends_on < world.days
    out = postings(
        user=user[keep],
        slot=Slot.BUSINESS,
        day=spends_on[keep],
        cents=cents[user, week][keep],
        label=Fixed.BUSINESS_SUPPLIES,
        purpose=Purpose.BUSINESS,
        serial=2 * week[keep] + 1,
    )
    opening = np.rint(takings * OPENING_WEEKS * 100).astype(np.int64)
    return Postings.joined([into, out]), opening
