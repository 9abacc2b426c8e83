"""Memberships charged once a year: who holds which, on which date.

They are in no subscription category, so they make nobody a subscriber.
"""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.behaviours.income import Paychecks
from spendsense_pipeline.generation.behaviours.subscription_days import (
    billing_day,
    day_of,
)
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World

MEMBERSHIP_ON_TIGHT_MAX_CENTS = 7_000
"""Who lives from paycheck to paycheck holds no dearer yearly membership."""


def membership_charges(world: World, paychecks: Paychecks, labels: Labels) -> Postings:
    """Memberships charged once a year, on the person's own date, from checking; at a weekend's, it
    posts when banks are open.

    Args:
        world: The shard.
        paychecks: Paydays per user, `[U, K]`.
        labels: Names of the services.

    Returns:
        A row per membership and year.
    """
    calendar, services = world.calendar, labels.catalog.subscriptions
    plans = services.plans
    offered = services.plans_billed("yearly")
    of_service = np.unique(plans.service[offered])
    draws = uniform(world.words("membership", np.arange(len(services) * 3)))
    held, choice, date = np.moveaxis(
        draws.reshape(world.users, len(services), 3)[:, of_service], 2, 0
    )
    user, column = np.nonzero(held < services.weight[of_service] / 100)
    service = of_service[column]
    first_plan = np.searchsorted(plans.service[offered], service)
    plan_count = np.bincount(plans.service[offered], minlength=len(services))[service]
    plan = offered[first_plan + (choice[user, column] * plan_count).astype(np.int64)]
    own_month = (date[user, column] * 12).astype(np.int64)
    day_of_month = billing_day(world, paychecks, date * 12 % 1)[user, column]
    month = np.arange(calendar.month_count)
    month_of_year = (calendar.dates[0].astype("datetime64[M]").astype(np.int64) + month) % 12
    day = day_of(calendar, month, day_of_month[:, np.newaxis])
    is_due = (month_of_year == own_month[:, np.newaxis]) & (day >= 0) & (day < world.days)
    at, which = np.nonzero(is_due)
    when = day[at, which]
    cents = plans.price_on(plan[at], when + int(calendar.dates[0].astype(np.int64)))
    is_tight = world.profiles.rhythm[user[at]] == Rhythm.PAYCHECK_TO_PAYCHECK
    kept = ~is_tight | (cents <= MEMBERSHIP_ON_TIGHT_MAX_CENTS)
    return postings(
        user=user[at],
        slot=Slot.CHECKING,
        day=calendar.on_or_after(when),
        authorized=when,
        cents=cents,
        label=labels.first_subscription + plans.service[plan[at]],
        purpose=Purpose.MEMBERSHIP,
        serial=plans.service[plan[at]],
    ).where(kept)
