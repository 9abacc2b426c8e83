"""Subscriptions: on which day each is charged, at the list price of that day, and which are given
up for another, and memberships charged once a year.

A heavy subscriber gives a service up only while the others still make a heavy subscriber; so
whoever is one stays one on every night.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Columns, Flags, Floats, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.behaviours.income import Paychecks, pay_day_of_month
from spendsense_pipeline.generation.behaviours.subscription_choice import (
    HEAVY_FLOOR_CENTS,
    Shelf,
    first_choices,
)
from spendsense_pipeline.generation.calendar import Calendar
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import HEAVY_SUBSCRIPTION_COUNT_MIN, Rhythm
from spendsense_pipeline.generation.world import World

FIRST_DAY: Final = -100_000
NEVER_DAY: Final = 100_000
"""Before and beyond every plan."""
FOUR_WEEKS_DAYS = 28
SEASON_MONTHS = 4
"""Once in so many months a subscriber may give up a service: long enough for what took the place of
the last one to be charged three times before the next one goes."""
# Chance to give one up per season: together 1.1 to 1.7 a year of heavy subscribers. Of premium
# video subscriptions 4.6 % end a month (Antenna, State of Subscriptions 2025), many of which are
# taken up again.
HEAVY_SWAP_SHARE = 0.5
LIGHT_SWAP_SHARE = 0.2
KEPT_CENTS = 5_200
"""What a heavy subscriber's other services must cost a month when one is given up or skipped."""
KEPT_AFTER_SKIP = 4
SKIP_SHARE = 0.03
"""Chance per season to skip a charge."""
# Days from the last charge of a service to the first of what takes its place: not before the second
# charge of the new one would meet the old one's, and within a month.
REPLACED_AFTER_DAYS = (20, 27)
LIKE_PRICE = 8.0
"""Weight of a squared log misfit of the new price to the old."""
DEARER_AT_MOST = 1.1
"""A replacement costs so much of what the old one cost at most."""
MEMBERSHIP_ON_TIGHT_MAX_CENTS = 7_000
"""Who lives from paycheck to paycheck holds no dearer yearly membership."""


class SeasonDraw(IntEnum):
    """What is drawn for a subscriber each season, in the order of its draws."""

    SWAP = 0
    WHICH = 1
    SKIP = 2
    REPLACED_AFTER = 3


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
    # Of the configuration, not of the shard: draws and serial numbers hang on it.
    most = max(world.resolved.controls.subscription_count_max, HEAVY_SUBSCRIPTION_COUNT_MIN)
    if not count.any():
        return Contracts.empty()
    shelf, plans = Shelf.of(world, services), services.plans
    first_epoch = int(world.calendar.dates[0].astype(np.int64))
    price = plans.price_on(shelf.plan, first_epoch)
    wanted = profiles.subscription_spend_usd * 100
    now, held = first_choices(shelf, price, count, wanted, most)
    is_monthly = np.isin(shelf.plan, services.plans_billed("monthly"))

    is_tight = _pays_soon_after_payday(world)
    at_first = _billing_day(
        world, paychecks, uniform(world.words("subscription_day", np.arange(most))), is_tight
    )
    seasons = world.calendar.month_count // SEASON_MONTHS + 1
    draws = uniform(world.words("subscription_season", np.arange(seasons * len(SeasonDraw))))
    draws = draws.reshape(world.users, seasons, len(SeasonDraw))
    phase = (uniform(world.words("subscription_phase", 0)) * SEASON_MONTHS).astype(np.int64)
    is_light = profiles.is_light_subscriber
    swap_share = np.where(is_light, LIGHT_SWAP_SHARE, HEAVY_SWAP_SHARE)

    user, place = np.nonzero(count[:, np.newaxis] > np.arange(most))
    started = [(user, place, now[user, place], at_first[user, place], FIRST_DAY + 0 * user)]
    last_day = np.full((world.users, (seasons + 1) * most), NEVER_DAY)
    skips_from = last_day.copy()
    serial = np.tile(np.arange(most), (world.users, 1))
    day_of_month = at_first.copy()
    for season in range(seasons):
        drawn = draws[:, season]
        month = season * SEASON_MONTHS + phase
        which = (drawn[:, SeasonDraw.WHICH] * count).astype(np.int64)
        everyone = np.arange(world.users)
        ends = _day_of(world.calendar, month, day_of_month[everyone, which])
        cost = plans.price_on(shelf.plan[now], (ends + first_epoch)[:, np.newaxis])
        cost = np.where(np.arange(most) < count[:, np.newaxis], cost, 0)
        old = cost[everyone, which]
        others = cost.sum(axis=1) - old
        swaps = (drawn[:, SeasonDraw.SWAP] < swap_share) & (
            is_light & (count > 0)
            | (count >= HEAVY_SUBSCRIPTION_COUNT_MIN) & (others >= KEPT_CENTS)
        )
        skips = (drawn[:, SeasonDraw.SKIP] < SKIP_SHARE) & ~swaps
        skips &= (count > KEPT_AFTER_SKIP) & (others >= KEPT_CENTS)
        skips = np.flatnonzero(skips)
        skips_from[skips, serial[skips, which[skips]]] = _day_of(
            world.calendar, month[skips] + 1, np.ones(skips.size, dtype=np.int64)
        )
        who = np.flatnonzero(swaps)
        price = plans.price_on(shelf.plan[np.newaxis, :], (ends[who] + first_epoch)[:, np.newaxis])
        dearest = old[who] * DEARER_AT_MOST
        allowed = ~held[who] & is_monthly & (price <= dearest[:, np.newaxis])
        least = np.where(is_light[who], 0.0, HEAVY_FLOOR_CENTS - others[who])
        allowed &= price >= least[:, np.newaxis]
        able = allowed.any(axis=1)
        who, price, allowed = who[able], price[able], allowed[able]
        if not who.size:
            continue
        gone = which[who]
        new = shelf.liked(who, price, old[who].astype(np.float64), LIKE_PRICE, allowed)
        held[who] |= shelf.service == shelf.service[new][:, np.newaxis]
        soonest, latest = REPLACED_AFTER_DAYS
        wait = soonest + drawn[who, SeasonDraw.REPLACED_AFTER] * (latest - soonest + 1)
        day = day_of_month[who, gone] + np.where(is_tight[who], 28, wait.astype(np.int64))
        starts = _day_of(world.calendar, month[who] + (day > 28), (day - 1) % 28 + 1)
        in_weeks = ~is_monthly[now[who, gone]]
        since = (ends[who] + first_epoch - day_of_month[who, gone]) % FOUR_WEEKS_DAYS
        last_day[who, serial[who, gone]] = ends[who] - np.where(in_weeks, since, 0)
        now[who, gone], day_of_month[who, gone] = new, (day - 1) % 28 + 1
        serial[who, gone] = most * (season + 1) + gone
        started.append((who, serial[who, gone], new, day_of_month[who, gone], starts))
    user, number, on_shelf, day, first_day = (
        np.concatenate(each) for each in zip(*started, strict=True)
    )
    plan = shelf.plan[on_shelf]
    return Contracts(
        user=user,
        serial=number,
        plan=plan,
        slot=pays_from[user],
        day_of_month=day,
        opening_cents=plans.price_on(plan, first_epoch),
        first_day=first_day,
        last_day=last_day[user, number],
        skips_from=skips_from[user, number],
    )


def _day_of(calendar: Calendar, month: Ints, day_of_month: Ints) -> Ints:
    """The day, counted from history_start, of a day of a month that any month has (1..28)."""
    first = calendar.dates[0]
    start = (first.astype("datetime64[M]") + month).astype("datetime64[D]")
    return np.asarray((start - first).astype(np.int64) + day_of_month - 1, dtype=np.int64)


def _pays_soon_after_payday(world: World) -> Flags:
    """Who has no money left later, of those paid once or twice a month (other pay periods are short
    enough): `[U]`."""
    is_tight = world.profiles.rhythm == Rhythm.PAYCHECK_TO_PAYCHECK
    is_tight &= np.isin(world.profiles.cadence, (Cadence.MONTHLY, Cadence.SEMIMONTHLY))
    return np.asarray(is_tight)


def _billing_day(world: World, paychecks: Paychecks, draw: Floats, is_tight: Flags) -> Ints:
    """Day of the month services are charged: any, but soon after payday for who is tight:
    `[U, K]` from draws `[U, K]`."""
    payday = pay_day_of_month(world, paychecks)[:, np.newaxis]
    soon = (payday + (draw * 6).astype(np.int64)) % 28 + 1
    return np.where(is_tight[:, np.newaxis], soon, 1 + (draw * 28).astype(np.int64))


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
            lambda own: _day_of(calendar, np.arange(calendar.month_count), own),
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


def membership_charges(world: World, paychecks: Paychecks, labels: Labels) -> Postings:
    """Memberships charged once a year, on the person's own date, from checking.

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
    year_day = (date[user, column] * 12 * 28).astype(np.int64)
    own_month = year_day // 28
    day_of_month = _billing_day(
        world, paychecks, (date * 336) % 28 / 28, _pays_soon_after_payday(world)
    )[user, column]
    month = np.arange(calendar.month_count)
    month_of_year = (calendar.dates[0].astype("datetime64[M]").astype(np.int64) + month) % 12
    day = _day_of(calendar, month, day_of_month[:, np.newaxis])
    is_due = (month_of_year == own_month[:, np.newaxis]) & (day >= 0) & (day < world.days)
    at, which = np.nonzero(is_due)
    when = day[at, which]
    cents = plans.price_on(plan[at], when + int(calendar.dates[0].astype(np.int64)))
    is_tight = world.profiles.rhythm[user[at]] == Rhythm.PAYCHECK_TO_PAYCHECK
    kept = ~is_tight | (cents <= MEMBERSHIP_ON_TIGHT_MAX_CENTS)
    return postings(
        user=user[at],
        slot=Slot.CHECKING,
        day=when,
        cents=cents,
        label=labels.first_subscription + plans.service[plan[at]],
        purpose=Purpose.MEMBERSHIP,
        serial=plans.service[plan[at]],
    ).where(kept)
