"""Business accounts: a side business with takings, supplies, bills, taxes and its owner's draws.

Takings come when cards settle, supplies when they run low; what is drawn follows what is there, so
the balance wanders. What is drawn reaches the owner: a household plans to spend a cautious part of
what its business brings in the long run (`drawn_monthly_cents`), and what comes beyond that makes
its cushion thicker. Who lives from reserves puts draws into them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH
from spendsense_pipeline.generation.arrays import Floats, Ints, Words
from spendsense_pipeline.generation.behaviours.income import Paychecks
from spendsense_pipeline.generation.behaviours.owners_draws import draw_chance, draws_of
from spendsense_pipeline.generation.labels import Labels
from spendsense_pipeline.generation.postings import Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.randomness import normal, uniform, words_each
from spendsense_pipeline.generation.world import World

WEEKLY_TAKINGS_USD: Final = (250.0, 1_600.0)
OPENING_WEEKS: Final = (2.0, 6.0)
# Share of a week's takings by weekday: cards that were used at the weekend settle on Monday.
_WEEKDAY_SHARES: Final = np.array([0.34, 0.16, 0.15, 0.16, 0.19, 0.0, 0.0])
_OPEN_SHARE = 0.8
"""Of business days, those with takings at all."""
TAKINGS_SIGMA: Final = 0.5
PROCESSING_FEE_SHARE: Final = 0.028
"""Taken off every settlement (2.6 to 2.9 %)."""
SUPPLIES_CHANCE: Final = 0.17
"""Of business days."""
SUPPLIES_SHARE: Final = 0.5
"""Of takings, what supplies cost in the long run."""
SOFTWARE_CENTS: Final = 3_500
FEE_CENTS: Final = 1_500
TAX_MONTHS: Final = (1, 4, 6, 9)
TAX_SHARE: Final = 0.11
DRAW_SHARE: Final = (0.25, 0.6)
"""Of what is there beyond what the owner leaves in the account."""
KEPT_WEEKS: Final = 2.5
SPENT_RANGE: Final = (0.35, 0.7)
"""Of what is drawn in the long run, what a household counts on for everyday life (judged)."""


@dataclass(frozen=True)
class Businesses:
    """The business accounts of a shard, to as_of."""

    rows: Postings
    """What moves them, but for what owners draw."""
    draws: Postings
    """What owners draw, as it leaves the business and as it reaches them: of their chapters."""
    opening_cents: Ints
    """What each holds when the history begins, `[U]`: 0 without one."""


def drawn_monthly_cents(world: World) -> Floats:
    """What households count on of what their businesses leave them, whatever a single month brings.

    Args:
        world: The shard.

    Returns:
        Cents in a usual month, `[U]`: 0 without a business.
    """
    weekly = _weekly_takings(world.words("business_size", 0))
    earned = weekly * (1 - PROCESSING_FEE_SHARE)
    left = earned * (1 - TAX_SHARE) - weekly * SUPPLIES_SHARE
    monthly = left * DAYS_PER_MONTH / 7 - SOFTWARE_CENTS - FEE_CENTS
    low, high = SPENT_RANGE
    share = low + (high - low) * uniform(world.words("draws_spent", 0))
    return np.where(world.profiles.has_business, np.maximum(monthly, 0) * share, 0.0)


def plan_businesses(world: World, lives: World, paychecks: Paychecks, labels: Labels) -> Businesses:
    """Everything that moves business accounts, to as_of.

    Args:
        world: The shard.
        lives: The same in chapters.
        paychecks: Paydays of each chapter, `[R, K]`.
        labels: The catalog's counterparties.

    Returns:
        The rows and the opening balances.
    """
    who = np.flatnonzero(world.profiles.has_business)
    opening = np.zeros(world.users, dtype=np.int64)
    if who.size == 0:
        return Businesses(Postings.empty(), Postings.empty(), opening)
    calendar, days = world.calendar, np.arange(world.days)
    size_words = world.words("business_size", np.arange(2), who)
    weekly = _weekly_takings(size_words[:, 0])
    is_open = calendar.on_or_after(days) == days
    drawn = uniform(world.words("business_day", np.arange(4 * world.days), who))
    drawn = drawn.reshape(who.size, world.days, 4)
    spread = normal(world.words("business_sum", np.arange(2 * world.days), who))
    spread = spread.reshape(who.size, world.days, 2)
    settles = is_open & (drawn[:, :, 0] < _OPEN_SHARE)
    share = _WEEKDAY_SHARES[calendar.weekday] / _OPEN_SHARE
    takings = weekly[:, np.newaxis] * share * np.exp(TAKINGS_SIGMA * spread[:, :, 0] - 0.125)
    takings = np.where(settles, np.rint(takings * (1 - PROCESSING_FEE_SHARE)), 0)
    buys = is_open & (drawn[:, :, 1] < SUPPLIES_CHANCE)
    usual = weekly * SUPPLIES_SHARE / (SUPPLIES_CHANCE * 5)
    supplies = np.where(
        buys, np.rint(usual[:, np.newaxis] * np.exp(0.6 * spread[:, :, 1] - 0.18)), 0
    )
    monthly = np.zeros((2, world.days))
    first_days = np.unique(calendar.on_or_after(calendar.month_starts.clip(0) + 4))
    monthly[0, first_days[first_days < world.days]] = SOFTWARE_CENTS
    month_ends = np.unique(
        calendar.on_or_before(np.append(calendar.month_starts[1:], world.days) - 1)
    )
    monthly[1, month_ends[(month_ends >= 0) & (month_ends < world.days)]] = FEE_CENTS
    taxes = _tax_days(world)

    lo_weeks, hi_weeks = OPENING_WEEKS
    balance = np.rint(weekly * (lo_weeks + (hi_weeks - lo_weeks) * uniform(size_words[:, 1])))
    earned = np.zeros(who.size)
    moved = np.zeros((5, world.days, who.size))
    low_draw, high_draw = DRAW_SHARE
    draws_on = drawn[:, :, 2] < draw_chance(world, lives, paychecks, who)
    part = low_draw + (high_draw - low_draw) * drawn[:, :, 3]
    has_bills, may_draw = (np.asarray(each.any(axis=0)) for each in (monthly, draws_on))
    for day in range(world.as_of_day + 1):
        if day == world.history_day:
            opening[who] = balance.astype(np.int64)
        # Bills and taxes wait for a business day as well.
        if not is_open[day]:
            continue
        bought, software, fee, tax, draw = moved[:, day]
        balance = balance + takings[:, day]
        earned += takings[:, day]
        # Supplies are bought of what is there.
        bought[:] = np.minimum(supplies[:, day], np.maximum(balance - SOFTWARE_CENTS, 0))
        balance = balance - bought
        if has_bills[day]:
            software[:] = np.minimum(monthly[0, day], balance)
            fee[:] = np.minimum(monthly[1, day], balance - software)
            balance = balance - (software + fee)
        if taxes[day]:
            tax[:] = np.rint(np.minimum(earned * TAX_SHARE, 0.6 * balance) / 100) * 100
            earned[:] = 0
        if may_draw[day]:
            spare = balance - tax - KEPT_WEEKS * weekly
            at = np.flatnonzero(draws_on[:, day] & (spare > 5_000))
            draw[at] = np.floor(spare[at] * part[at, day] / 5_000) * 5_000
        balance = balance - tax - draw
    kinds = (
        ("business_supplies", Purpose.BUSINESS_SUPPLIES, 0),
        ("business_software", Purpose.BUSINESS_BILL, 0),
        ("business_fee", Purpose.BUSINESS_BILL, 1),
        ("business_tax", Purpose.BUSINESS_TAX, 0),
    )
    parts = [_rows(world, labels, "business_takings", Purpose.BUSINESS_TAKINGS, 0, who, -takings)]
    parts += [
        _rows(world, labels, kind, purpose, serial, who, cents.T)
        for (kind, purpose, serial), cents in zip(kinds, moved, strict=False)
    ]
    draws = draws_of(world, lives, labels, who, moved[-1].T)
    # A check that was written and not yet deposited is still in the account.
    outstanding = (draws.slot == Slot.BUSINESS) & (draws.serial < world.history_day)
    at = np.flatnonzero(outstanding & (draws.day >= world.history_day))
    np.add.at(opening, lives.chapters.person[draws.user[at]], draws.cents[at])
    return Businesses(Postings.joined(parts), draws, opening)


def _weekly_takings(word: Words) -> Floats:
    """What each business takes in a usual week, `[N]` cents, from a draw each."""
    low, high = WEEKLY_TAKINGS_USD
    return np.asarray((low + (high - low) * uniform(word) ** 2) * 100, dtype=np.float64)


def _tax_days(world: World) -> np.ndarray:
    """Days on which estimated taxes are due: the 15th of four months, or the business day after."""
    calendar = world.calendar
    is_due = (calendar.day_of_month == 15) & np.isin(calendar.month_of_year + 1, TAX_MONTHS)
    days = np.zeros(world.days, dtype=np.bool_)
    due = calendar.on_or_after(np.flatnonzero(is_due))
    days[due[due < world.days]] = True
    return days


def _rows(
    world: World,
    labels: Labels,
    kind: str,
    purpose: Purpose,
    serial: int,
    who: Ints,
    cents: np.ndarray,
) -> Postings:
    row, day = np.nonzero(cents)
    keep = day <= world.as_of_day
    row, day = row[keep], day[keep]
    word = words_each(world.keys(kind)[who[row]], day)
    return postings(
        user=who[row],
        slot=Slot.BUSINESS,
        day=day,
        cents=cents[row, day],
        label=labels.counterparty(kind, word),
        purpose=purpose,
        serial=serial,
    )
