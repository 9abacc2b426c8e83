"""Subscriptions: which services, at what price, on which day, and how they change over the years.

Adopters of a natural population now and then swap one service for another, skip a month or see a
price go up; targeted people keep what their target needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from spendsense_pipeline.generation.arrays import Columns, Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.behaviours.income import Paychecks, pay_day_of_month
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, postings
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import HEAVY_SUBSCRIPTION_COUNT_MIN, NO_TARGET, Rhythm
from spendsense_pipeline.generation.world import World

HORIZON_MONTHS = 24
NEVER_MONTH = 10_000
"""Beyond every horizon."""
PRICE_MIN_CENTS = 99
PRICE_RISE_SHARE = 0.2
"""Streams whose price goes up once within two years."""
SWAP_SHARE = 0.1
"""Natural streams cancelled within two years; another service takes their place."""
SKIP_SHARE = 0.06
"""Natural streams that miss one charge within two years."""


class ContractDraw(IntEnum):
    """What is drawn for a contract, in the order of its draws."""

    SWAP = 0
    PRICE_RISE = 1
    SKIP = 2
    BILLING_DAY = 3
    PRICE_STEP = 4
    NEXT_BILLING_DAY = 5
    """Of the service that takes its place."""


DRAWS_PER_CONTRACT = 8
"""Part of every draw's number, so it never changes; two are spare."""


@dataclass(frozen=True)
class Contracts(Columns):
    """Subscriptions of the shard, one array entry each (`[S]`)."""

    user: Ints
    serial: Ints
    """Number within the user; a service that replaces another has its own."""
    service: Ints
    slot: Ints
    """Account that pays."""
    day_of_month: Ints
    cents: Ints
    first_month: Ints
    last_month: Ints
    """Month of the last charge."""
    rise_month: Ints
    """First month at the higher price, beyond the horizon if it never rises."""
    rise_cents: Ints
    skip_month: Ints


def plan_contracts(
    world: World, paychecks: Paychecks, labels: Labels, pays_from: Ints
) -> Contracts:
    """All subscriptions: the service, its price and day, and what happens to it within two years.

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
    # Of the configuration, not of the shard: draws and serial numbers hang on it.
    most = max(world.resolved.controls.subscription_count_max, HEAVY_SUBSCRIPTION_COUNT_MIN)
    if not profiles.subscription_count.any():
        return Contracts.empty()
    order = _ranked_services(world, labels, 2 * most)
    wanted = profiles.subscription_count[:, np.newaxis] > np.arange(most)
    price = _prices(world, labels, order[:, :most], wanted)
    user, which = np.nonzero(wanted)
    draws = uniform(world.words("subscription_life", np.arange(most * DRAWS_PER_CONTRACT)))
    drawn = draws.reshape(world.users, most, DRAWS_PER_CONTRACT)[user, which]
    natural = profiles.people.target[user] == NO_TARGET

    def happens(what: ContractDraw, share: float, allowed: Flags | bool) -> Ints:
        """Month in which something happens to a contract, NEVER_MONTH for most: `[S]`."""
        draw = drawn[:, what]
        # A draw below the share is spread evenly over the horizon, from the third month on.
        month = (draw / share * HORIZON_MONTHS).astype(np.int64) + 2
        return np.where((draw < share) & allowed, month, NEVER_MONTH)

    service = order[user, which]
    ends = happens(ContractDraw.SWAP, SWAP_SHARE, natural)
    steps = services.price_steps[service]
    step = np.take_along_axis(
        steps,
        (drawn[:, ContractDraw.PRICE_STEP] * steps.shape[1]).astype(np.int64)[:, np.newaxis],
        axis=1,
    )[:, 0]
    kept = Contracts(
        user=user,
        serial=which,
        service=service,
        slot=pays_from[user],
        day_of_month=_billing_day(world, paychecks, user, drawn[:, ContractDraw.BILLING_DAY]),
        cents=price[user, which],
        first_month=np.zeros(user.size, dtype=np.int64),
        last_month=ends,
        rise_month=happens(ContractDraw.PRICE_RISE, PRICE_RISE_SHARE, allowed=True),
        rise_cents=np.minimum(step, np.maximum(price[user, which] // 8 // 50 * 50, 50)),
        skip_month=happens(ContractDraw.SKIP, SKIP_SHARE, natural & (ends > HORIZON_MONTHS)),
    )
    swapped = np.flatnonzero(ends != NEVER_MONTH)
    never = np.full(swapped.size, NEVER_MONTH)
    replacements = Contracts(
        user=user[swapped],
        serial=most + which[swapped],
        service=order[user[swapped], most + which[swapped]],
        slot=pays_from[user[swapped]],
        day_of_month=_billing_day(
            world, paychecks, user[swapped], drawn[swapped, ContractDraw.NEXT_BILLING_DAY]
        ),
        cents=price[user[swapped], which[swapped]],
        first_month=ends[swapped] + 1,
        last_month=never,
        rise_month=never,
        rise_cents=np.zeros(swapped.size, dtype=np.int64),
        skip_month=never,
    )
    return Contracts.joined([kept, replacements])


def _billing_day(world: World, paychecks: Paychecks, user: Ints, draw: Floats) -> Ints:
    """Day of the month a service is charged: any, but soon after payday for who has no money left
    later (of those paid once or twice a month; other pay periods are short enough)."""
    profiles = world.profiles
    is_tight = profiles.rhythm[user] == Rhythm.PAYCHECK_TO_PAYCHECK
    is_tight &= np.isin(profiles.cadence[user], (Cadence.MONTHLY, Cadence.SEMIMONTHLY))
    soon = (pay_day_of_month(world, paychecks)[user] + (draw * 6).astype(np.int64)) % 28 + 1
    return np.where(is_tight, soon, 1 + (draw * 28).astype(np.int64))


def _ranked_services(world: World, labels: Labels, count: int) -> Ints:
    """Distinct services for each user, popular and fitting ones more likely: `[U, count]`."""
    services = labels.catalog.subscriptions
    rows = services.monthly
    profiles = world.profiles
    each = profiles.subscription_spend_usd * 100 / np.maximum(profiles.subscription_count, 1)
    middle = np.median(services.price_ladder[rows], axis=1)
    misfit = np.log(middle)[np.newaxis, :] - np.log(np.maximum(each, 200.0))[:, np.newaxis]
    weight = services.weight[rows] / (1 + 4 * misfit**2)
    # Efraimidis and Spirakis 2006: the largest u ** (1 / w) are a weighted sample without repeats.
    draw = uniform(world.words("subscription_service", np.arange(rows.size)))
    rank = np.log(np.maximum(draw, 1e-12)) / weight
    order = np.argsort(-rank, axis=1, kind="stable")
    return rows[order[:, np.arange(count) % rows.size]]


def _prices(world: World, labels: Labels, service: Ints, wanted: Flags) -> Ints:
    """Monthly price of each subscription; together they cost what the user wants to spend."""
    ladder = labels.catalog.subscriptions.price_ladder[service]
    spend = np.rint(world.profiles.subscription_spend_usd * 100)
    each = (spend / np.maximum(world.profiles.subscription_count, 1))[:, np.newaxis, np.newaxis]
    plan = np.abs(ladder - each).argmin(axis=2)
    listed = np.take_along_axis(ladder, plan[:, :, np.newaxis], axis=2)[:, :, 0]
    listed = np.where(wanted, listed, 0)
    factor = spend / np.maximum(listed.sum(axis=1), 1)
    # Prices end in 9, as price lists do; the first one takes up the rounding.
    price = np.rint((listed * factor[:, np.newaxis] + 1) / 10).astype(np.int64) * 10 - 1
    price = np.where(wanted, np.maximum(price, PRICE_MIN_CENTS), 0)
    price[:, 0] += np.where(
        wanted[:, 0],
        np.clip(spend.astype(np.int64) - price.sum(axis=1), -price[:, 0] + PRICE_MIN_CENTS, None),
        0,
    )
    return price


def charges(world: World, contracts: Contracts, labels: Labels) -> Postings:
    """Every monthly charge, on the account that pays.

    Args:
        world: The shard.
        contracts: Subscriptions, `[S]`.
        labels: Names of the services.

    Returns:
        A row per (contract, month), but for skipped months.
    """
    calendar = world.calendar
    if contracts.user.size == 0:
        return postings(user=[], slot=0, day=[], cents=0, label=0, purpose=Purpose.SUBSCRIPTION)
    day = calendar.monthly(contracts.day_of_month).astype(np.int64)
    month = np.arange(calendar.month_count)
    runs = (contracts.first_month[:, np.newaxis] <= month) & (
        month <= contracts.last_month[:, np.newaxis]
    )
    runs &= month != contracts.skip_month[:, np.newaxis]
    runs &= (day >= 0) & (day < world.days)
    which, column = np.nonzero(runs)
    raised = column >= contracts.rise_month[which]
    return postings(
        user=contracts.user[which],
        slot=contracts.slot[which],
        day=day[which, column],
        cents=contracts.cents[which] + np.where(raised, contracts.rise_cents[which], 0),
        label=labels.first_subscription + contracts.service[which],
        purpose=Purpose.SUBSCRIPTION,
        serial=contracts.serial[which],
    )
