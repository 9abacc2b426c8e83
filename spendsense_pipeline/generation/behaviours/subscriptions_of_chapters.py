"""Subscriptions in the chapters of a life: those of the first go on, are tidied up or added to."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.behaviours.subscription_choice import Shelf, first_choices
from spendsense_pipeline.generation.behaviours.subscription_turnover import FIRST_DAY, NEVER_DAY
from spendsense_pipeline.generation.behaviours.subscriptions import Contracts, places_held
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.world import World

SIGNED_UP_SERIAL: Final = 1_024
"""Numbers of what events add, past those of what is chosen at first and takes its place."""
SIGNED_UP_MAX: Final = 8


def contracts_of_chapters(
    world: World, people: World, contracts: Contracts, labels: Labels, pays_from: Ints
) -> Contracts:
    """What is subscribed to in every chapter.

    Args:
        world: The shard in chapters.
        people: The same in first chapters.
        contracts: Of these, `[S]`.
        labels: The catalog's services.
        pays_from: Account each person pays subscriptions from, `[U]`.

    Returns:
        Contracts of all chapters, `[S2]`.
    """
    if world.chapters.are_whole_lives:
        return contracts
    others = np.arange(people.users, world.users)
    by_user = np.argsort(contracts.user, kind="stable")
    begins = np.searchsorted(contracts.user[by_user], np.arange(people.users + 1))
    person = world.first_chapter[others]
    count = (begins[1:] - begins[:-1])[person]
    first = np.repeat(begins[:-1][person], count)
    within = np.arange(count.sum()) - np.repeat(count.cumsum() - count, count)
    went_on = contracts.where(by_user[first + within])
    went_on = went_on.replaced(user=np.repeat(others, count))
    is_left = places_held(world, went_on) == 0
    went_on = went_on.where(~world.turns.keeps_one[went_on.user] | is_left)
    added = _signed_up(world, contracts, labels, pays_from)
    return Contracts.joined([contracts, went_on, *added])


def _signed_up(
    world: World, contracts: Contracts, labels: Labels, pays_from: Ints
) -> list[Contracts]:
    """What is taken out by an event, beside what was held."""
    rows = np.flatnonzero(world.turns.signed_up > 0)
    if not rows.size:
        return []
    services, person = labels.catalog.subscriptions, world.first_chapter[rows]
    some = world.of(rows)
    shelf = Shelf.of(some, services)
    plans, first_epoch = services.plans, int(world.calendar.dates[0].astype(np.int64))
    held = _held(shelf, contracts, services.plans.service, person)
    before = world.profiles.subscription_spend_usd[person]
    wanted: Floats = (world.profiles.subscription_spend_usd[rows] - before) * 100
    count = world.turns.signed_up[rows]
    price = plans.price_on(shelf.plan, first_epoch)
    chosen, _ = first_choices(shelf, price, count, wanted, SIGNED_UP_MAX, held)
    row, place = np.nonzero(count[:, np.newaxis] > np.arange(SIGNED_UP_MAX))
    plan = shelf.plan[chosen[row, place]]
    draw = uniform(some.words("signed_up_day", np.arange(SIGNED_UP_MAX)))[row, place]
    return [
        Contracts(
            user=rows[row],
            serial=SIGNED_UP_SERIAL + place,
            plan=plan,
            slot=pays_from[person[row]],
            day_of_month=1 + (draw * 28).astype(np.int64),
            opening_cents=plans.price_on(plan, first_epoch),
            first_day=world.turns.signed_up_day[rows[row]],
            last_day=np.full(row.size, NEVER_DAY),
            skips_from=np.full(row.size, NEVER_DAY),
        )
    ]


def _held(shelf: Shelf, contracts: Contracts, service_of_plan: Ints, person: Ints) -> Flags:
    """Which plans are of a service somebody has had: `[M, P]`."""
    held = np.zeros((person.size, shelf.plan.size), dtype=np.bool_)
    for row, who in enumerate(person.tolist()):
        had = service_of_plan[contracts.plan[contracts.user == who]]
        held[row] = np.isin(shelf.service, had)
    return held


def contracts_of_people(world: World, contracts: Contracts, day: int) -> Contracts:
    """What people have and had subscribed to by a day; what events ended has no charge to come.

    Args:
        world: The shard in chapters.
        contracts: Of all chapters, `[S]`.
        day: The day.

    Returns:
        Each contract of a person once, `[S2]`.
    """
    chapters = world.chapters
    if chapters.are_whole_lives:
        return contracts
    person = chapters.person[contracts.user]
    is_now = contracts.user == chapters.on(person, np.full(person.size, day))
    has_begun = chapters.first_day[contracts.user] <= day
    # The latest chapter that knows a contract is the one that counts.
    order = np.lexsort((chapters.number[contracts.user], contracts.serial, person))
    order = order[has_begun[order]]
    same = (person[order][1:] == person[order][:-1]) & (
        contracts.serial[order][1:] == contracts.serial[order][:-1]
    )
    latest = order[np.append(~same, True)[: order.size]]
    known = contracts.where(latest)
    return known.replaced(
        user=person[latest], last_day=np.where(is_now[latest], known.last_day, FIRST_DAY)
    )
