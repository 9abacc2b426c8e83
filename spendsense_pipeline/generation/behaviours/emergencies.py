"""What nobody plans: a repair, a dentist, a burst pipe, at what such things cost."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.behaviours.income import Paychecks, events_passed
from spendsense_pipeline.generation.behaviours.moves import plan_moves
from spendsense_pipeline.generation.behaviours.posting import LAG_BITS, posted_on
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.habits import does_without
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.postings import NO_PLACE, Postings, Purpose, postings
from spendsense_pipeline.generation.randomness import bits, normal, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

MONTHLY_SHARE = 0.045
"""Households hit in a month: more than one in three a year, small ones included (SHED 2024)."""
AFFORDABLE_SHARE = 0.4
"""Of a month's income, what a household that lives on a cushion pays for such a thing at most, and
no more than contracts leave; the others do without, or go somewhere cheaper."""
AFFORDABLE_SHARE_TIGHT = 0.07


class Cost(NamedTuple):
    """What one kind of repair costs: log-normal."""

    label: Fixed
    median_usd: float
    sigma: float
    needs: str | None = None
    """What nobody pays it for who does without."""


# Medians after AAA 2024 (repairs), ADA 2023 (fees), HomeAdvisor 2024, AVMA 2024.
COSTS: Final = (
    Cost(Fixed.CAR_REPAIR, 420.0, 0.75, "car"),
    Cost(Fixed.DENTIST, 230.0, 0.8),
    Cost(Fixed.PLUMBER, 290.0, 0.6),
    Cost(Fixed.VETERINARIAN, 210.0, 0.65, "pet"),
)

_IS_VISITED: Final = np.array([cost.label != Fixed.PLUMBER for cost in COSTS])
"""A plumber comes to the house."""
POSTING_CLASS: Final = "appointment"
_SUNDAY: Final = 6


def emergency_postings(
    world: World,
    paychecks: Paychecks,
    catalog: Catalog,
    slot: Ints,
    left_cents: Floats,
    way: Ints,
) -> Postings:
    """Unplanned expenses, at most one a month.

    Who lives from paycheck to paycheck waits for payday.

    Args:
        world: The shard.
        paychecks: Paydays, `[U, K]`.
        catalog: Knows places, and how late such things post.
        slot: The account that pays for what is large, `[U]`.
        left_cents: What contracts leave of a month's income, `[U]`.
        way: What each household does without, one of the WAYS: `[U]`.

    Returns:
        A row per expense.
    """
    months = world.calendar.month_count
    draws = uniform(world.words("emergency", np.arange(3 * months)))
    occurs, _, when = np.moveaxis(draws.reshape(world.users, months, 3), 2, 0)
    user, month = np.nonzero(occurs < MONTHLY_SHARE)
    # The draw that says whether says which as well: below the share it is even again.
    kind = (occurs[user, month] / MONTHLY_SHARE * len(COSTS)).astype(np.int64)
    spread = normal(world.words("emergency_cost", np.arange(months)))[user, month]
    median = np.array([cost.median_usd for cost in COSTS])[kind]
    usd = median * np.exp(np.array([cost.sigma for cost in COSTS])[kind] * spread)
    day = world.calendar.month_starts[month] + (when[user, month] * 28).astype(np.int64)
    is_tight = world.profiles.rhythm[user] == Rhythm.PAYCHECK_TO_PAYCHECK
    passed = events_passed(paychecks.day, world.days)[user, np.clip(day, 0, world.days - 1)]
    payday = paychecks.day[user, np.minimum(passed, paychecks.day.shape[1] - 1)]
    day = np.where(is_tight, payday + 1, day).astype(np.int64)
    # Nobody looks at a tooth on a Sunday.
    weekday = world.calendar.weekday[np.clip(day, 0, world.days - 1)]
    day = day + (_IS_VISITED[kind] & (weekday == _SUNDAY))
    share = np.where(is_tight, AFFORDABLE_SHARE_TIGHT, AFFORDABLE_SHARE)
    keep = (day >= 0) & (day < world.days)
    keep &= usd <= share * world.profiles.people.income_monthly_usd[user]
    keep &= is_tight | (usd * 100 <= left_cents[user])
    for number, cost in enumerate(COSTS):
        if cost.needs is not None:
            keep &= (kind != number) | ~does_without(way[user], cost.needs)
    user, month, kind, usd, day = user[keep], month[keep], kind[keep], usd[keep], day[keep]
    home = plan_moves(world, catalog.places).homes(user, day)
    of = np.full(user.size, catalog.posting_classes.index(POSTING_CLASS))
    lag = bits(world.words("emergency_lag", np.arange(months))[user, month], 0, LAG_BITS)
    return postings(
        user=user,
        slot=slot[user],
        day=posted_on(world.calendar, catalog.posting_classes, of, day, lag),
        authorized=day,
        cents=np.rint(usd * 100).astype(np.int64),
        label=np.array([int(cost.label) for cost in COSTS])[kind],
        purpose=Purpose.EMERGENCY,
        serial=month,
        place=np.where(_IS_VISITED[kind], home, NO_PLACE),
    )
