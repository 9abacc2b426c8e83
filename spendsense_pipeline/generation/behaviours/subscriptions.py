"""Subscriptions: which there are, and on which days each is charged that day's list price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spendsense_pipeline.generation.arrays import Columns, Ints
from spendsense_pipeline.generation.behaviours.income import Paychecks
from spendsense_pipeline.generation.behaviours.subscription_choice import Shelf, first_choices
from spendsense_pipeline.generation.behaviours.subscription_days import billing_day, day_of
from spendsense_pipeline.generation.behaviours.subscription_turnover import (
    FOUR_WEEKS_DAYS,
    Turnover,
)
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, postings
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import HEAVY_SUBSCRIPTION_COUNT_MIN
from spendsense_pipeline.generation.world import World


@dataclass(frozen=True)
class Contracts(Columns):
    """Subscriptions of the shard, one array entry each (`[S]`)."""

    user: Ints
    serial: Ints
    """Number within the user; a service that replaces another has its own."""
    plan: Ints
    """Row of the catalog's plans."""
    slot: Ints
    """Account that pays."""
    day_of_month: Ints
    opening_cents: Ints
    """List price on day 0."""
    first_day: Ints
    """No charge before it."""
    last_day: Ints
    """Day of the last charge, NEVER_DAY while it runs on."""
    skips_from: Ints
    """First of the four weeks in which a charge is skipped, NEVER_DAY for none."""


def plan_contracts(
    world: World, paychecks: Paychecks, labels: Labels, pays_from: Ints
) -> Contracts:
    """All subscriptions: the plan, its day, and which takes the place of which.

    Args:
        world: The shard.
        paychecks: Paydays per user, `[U, K]`: who has no money left later is charged soon after
            one.
        labels: The catalog's services.
        pays_from: Account each user pays subscriptions from, a `Slot`, `[U]`.

    Returns:
        Contracts, `[S]`, one that replaces another after all the others.
    """
    profiles, services = world.profiles, labels.catalog.subscriptions
    count = profiles.subscription_count
    most = _places(world)
    if not count.any():
        return Contracts.empty()
    shelf, plans = Shelf.of(world, services), services.plans
    first_epoch = int(world.calendar.dates[0].astype(np.int64))
    price = plans.price_on(shelf.plan, first_epoch)
    wanted = profiles.subscription_spend_usd * 100
    now, held = first_choices(shelf, price, count, wanted, most)
    day_of_month = billing_day(
        world, paychecks, uniform(world.words("subscription_day", np.arange(most)))
    )
    turnover = Turnover.begin(world, services, shelf, now, held, day_of_month)
    turnover.run()
    user, number, on_shelf, day, first_day = turnover.started
    plan = shelf.plan[on_shelf]
    return Contracts(
        user=user,
        serial=number,
        plan=plan,
        slot=pays_from[user],
        day_of_month=day,
        opening_cents=plans.price_on(plan, first_epoch),
        first_day=first_day,
        last_day=turnover.last_day[user, number],
        skips_from=turnover.skips_from[user, number],
    )


def places_held(world: World, contracts: Contracts) -> Ints:
    """In which of its subscriber's places each of the first contracts is, or what took its place.

    Args:
        world: The shard.
        contracts: Its contracts, `[S]`.

    Returns:
        Places from 0, `[S]`.
    """
    return np.asarray(contracts.serial % _places(world), dtype=np.int64)


def _places(world: World) -> int:
    """Of the configuration, not of the shard: draws and serial numbers hang on it."""
    return max(world.resolved.controls.subscription_count_max, HEAVY_SUBSCRIPTION_COUNT_MIN)


def charges(world: World, contracts: Contracts, labels: Labels) -> Postings:
    """Every charge of the subscriptions, on the account that pays, at the list price of its day.

    Args:
        world: The shard.
        contracts: Subscriptions, `[S]`.
        labels: Names of the services.

    Returns:
        A row per contract and month or four weeks, but for skipped ones.
    """
    calendar, services = world.calendar, labels.catalog.subscriptions
    if contracts.user.size == 0:
        return postings(user=[], slot=0, day=[], cents=0, label=0, purpose=Purpose.SUBSCRIPTION)
    first_epoch = int(calendar.dates[0].astype(np.int64))
    billed_weekly = np.isin(contracts.plan, services.plans_billed("every four weeks"))
    parts = []
    for rows, day in (
        (
            np.flatnonzero(~billed_weekly),
            lambda own: day_of(calendar, np.arange(calendar.month_count), own),
        ),
        (
            np.flatnonzero(billed_weekly),
            # Counted from 1970, so that the days are the same whenever the plan begins.
            lambda own: (
                (own - first_epoch) % FOUR_WEEKS_DAYS
                + FOUR_WEEKS_DAYS * np.arange(world.days // FOUR_WEEKS_DAYS + 1)
            ),
        ),
    ):
        days = day(contracts.day_of_month[rows, np.newaxis])
        runs = (days >= 0) & (days < world.days)
        runs &= contracts.first_day[rows, np.newaxis] <= days
        runs &= days <= contracts.last_day[rows, np.newaxis]
        since_skip = days - contracts.skips_from[rows, np.newaxis]
        runs &= (since_skip < 0) | (since_skip >= FOUR_WEEKS_DAYS)
        at, column = np.nonzero(runs)
        parts.append((rows[at], days[at, column]))
    which, when = (np.concatenate(each) for each in zip(*parts, strict=True))
    plan = contracts.plan[which]
    return postings(
        user=contracts.user[which],
        slot=contracts.slot[which],
        day=when,
        cents=services.plans.price_on(plan, when + first_epoch),
        label=labels.first_subscription + services.plans.service[plan],
        purpose=Purpose.SUBSCRIPTION,
        serial=contracts.serial[which],
    )
