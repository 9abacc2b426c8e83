"""Which subscriptions are given up for another, and which skip a charge, season by season.

A heavy subscriber gives a service up only while the others still make a heavy subscriber; so
whoever is one stays one on every night.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.behaviours.subscription_choice import HEAVY_FLOOR_CENTS, Shelf
from spendsense_pipeline.generation.behaviours.subscription_days import (
    day_of,
    pays_soon_after_payday,
)
from spendsense_pipeline.generation.catalog import Subscriptions
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.targets import HEAVY_SUBSCRIPTION_COUNT_MIN
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


class SeasonDraw(IntEnum):
    """What is drawn for a subscriber each season, in the order of its draws."""

    SWAP = 0
    WHICH = 1
    SKIP = 2
    REPLACED_AFTER = 3


@dataclass
class Turnover:
    """What each user is subscribed to, as seasons pass; `K` places per user."""

    world: World
    services: Subscriptions
    shelf: Shelf
    now: Ints
    """Place on the shelf of what is held, `[U, K]`."""
    held: Flags
    """Plans of services that are or were held, `[U, P]`."""
    day_of_month: Ints
    """`[U, K]`."""
    serial: Ints
    """Number of the contract in each place, `[U, K]`."""
    last_day: Ints
    """Day of the last charge by user and serial number, NEVER_DAY while it runs on."""
    skips_from: Ints
    """First of the four weeks in which a charge is skipped, likewise."""
    parts: list[tuple[Ints, Ints, Ints, Ints, Ints]]

    @classmethod
    def begin(
        cls,
        world: World,
        services: Subscriptions,
        shelf: Shelf,
        now: Ints,
        held: Flags,
        day_of_month: Ints,
    ) -> Self:
        """What is held on the first day.

        Args:
            world: The shard.
            services: The catalog's.
            shelf: What may be chosen.
            now: Place on the shelf of what is held, `[U, K]`.
            held: Plans of services that are held, `[U, P]`.
            day_of_month: Billing days, `[U, K]`.

        Returns:
            The state before the first season, `[U, K]`.
        """
        most = now.shape[1]
        seasons = world.calendar.month_count // SEASON_MONTHS + 1
        user, place = np.nonzero(world.profiles.subscription_count[:, np.newaxis] > np.arange(most))
        since = np.full(user.size, FIRST_DAY)
        never = np.full((world.users, (seasons + 1) * most), NEVER_DAY)
        first = (user, place, now[user, place], day_of_month[user, place], since)
        return cls(
            world=world,
            services=services,
            shelf=shelf,
            now=now,
            held=held,
            day_of_month=day_of_month.copy(),
            serial=np.tile(np.arange(most), (world.users, 1)),
            last_day=never,
            skips_from=never.copy(),
            parts=[first],
        )

    @property
    def started(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """User, serial number, place on the shelf, billing day and first day of every contract:
        `[S]` each."""
        user, serial, on_shelf, day, first = map(np.concatenate, zip(*self.parts, strict=True))
        return user, serial, on_shelf, day, first

    def run(self) -> None:
        """Let all seasons of the plan pass."""
        seasons = self.world.calendar.month_count // SEASON_MONTHS + 1
        size = seasons * len(SeasonDraw)
        draws = uniform(self.world.words("subscription_season", np.arange(size)))
        draws = draws.reshape(self.world.users, seasons, len(SeasonDraw))
        phase = uniform(self.world.words("subscription_phase", 0)) * SEASON_MONTHS
        for season in range(seasons):
            month = season * SEASON_MONTHS + phase.astype(np.int64)
            self._pass(season, month, draws[:, season])

    def _pass(self, season: int, month: Ints, drawn: Floats) -> None:
        """Let a season pass, in which one service of each user may go or skip, in that month."""
        world, everyone = self.world, np.arange(self.world.users)
        count = world.profiles.subscription_count
        is_light = world.profiles.is_light_subscriber
        which = (drawn[:, SeasonDraw.WHICH] * count).astype(np.int64)
        ends = day_of(world.calendar, month, self.day_of_month[everyone, which])
        cost = self._price(self.shelf.plan[self.now], ends[:, np.newaxis])
        cost = np.where(np.arange(self.now.shape[1]) < count[:, np.newaxis], cost, 0)
        old = cost[everyone, which]
        others = cost.sum(axis=1) - old
        is_kept = others >= KEPT_CENTS
        share = np.where(is_light, LIGHT_SWAP_SHARE, HEAVY_SWAP_SHARE)
        may_swap = is_light | (count >= HEAVY_SUBSCRIPTION_COUNT_MIN) & is_kept
        swaps = (drawn[:, SeasonDraw.SWAP] < share) & may_swap & (count > 0)
        skips = (drawn[:, SeasonDraw.SKIP] < SKIP_SHARE) & ~swaps
        who = np.flatnonzero(skips & (count > KEPT_AFTER_SKIP) & is_kept)
        first = day_of(world.calendar, month[who] + 1, np.ones(who.size, dtype=np.int64))
        self.skips_from[who, self.serial[who, which[who]]] = first
        least = np.where(is_light, 0, HEAVY_FLOOR_CENTS - others)
        who = np.flatnonzero(swaps)
        new, able = self._replacements(who, ends[who], old[who], least[who])
        who, new = who[able], new[able]
        self._swap(season, who, which[who], new, month[who], ends[who], drawn[who])

    def _price(self, plan: Ints, day: Ints) -> Ints:
        """List prices of plans on days of the plan."""
        first = int(self.world.calendar.dates[0].astype(np.int64))
        return self.services.plans.price_on(plan, day + first)

    def _replacements(
        self, who: Ints, day: Ints, old_cents: Ints, least_cents: Floats
    ) -> tuple[Ints, Flags]:
        """What takes the place of a service, by its place on the shelf, and whether anything does:
        `[M]`."""
        price = self._price(self.shelf.plan[np.newaxis, :], day[:, np.newaxis])
        # The first charge of what is billed every four weeks could be a month late.
        monthly = np.isin(self.shelf.plan, self.services.plans_billed("monthly"))
        allowed = ~self.held[who] & monthly
        allowed &= price <= (old_cents * DEARER_AT_MOST)[:, np.newaxis]
        allowed &= price >= least_cents[:, np.newaxis]
        wanted = old_cents.astype(np.float64)
        able: Flags = np.logical_or.reduce(allowed, axis=1)
        return self.shelf.liked(who, price, wanted, LIKE_PRICE, allowed), able

    def _swap(
        self,
        season: int,
        who: Ints,
        place: Ints,
        new: Ints,
        month: Ints,
        ends: Ints,
        drawn: Floats,
    ) -> None:
        """End what is in a place and start another service there: `[M]` each."""
        world, shelf = self.world, self.shelf
        soonest, latest = REPLACED_AFTER_DAYS
        wait = (soonest + drawn[:, SeasonDraw.REPLACED_AFTER] * (latest - soonest + 1)).astype(
            np.int64
        )
        was_on = self.day_of_month[who, place]
        on = was_on + np.where(pays_soon_after_payday(world)[who], 28, wait)
        next_on = (on - 1) % 28 + 1
        in_weeks = np.isin(
            shelf.plan[self.now[who, place]], self.services.plans_billed("every four weeks")
        )
        first = int(world.calendar.dates[0].astype(np.int64))
        since_charge = np.where(in_weeks, (ends + first - was_on) % FOUR_WEEKS_DAYS, 0)
        self.last_day[who, self.serial[who, place]] = ends - since_charge
        self.held[who] |= shelf.service == shelf.service[new][:, np.newaxis]
        self.now[who, place], self.day_of_month[who, place] = new, next_on
        self.serial[who, place] = self.now.shape[1] * (season + 1) + place
        starts = day_of(world.calendar, month + (on > 28), next_on)
        self.parts.append((who, self.serial[who, place], new, next_on, starts))
