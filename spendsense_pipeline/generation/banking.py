"""Where people bank: what accounts they have with whom, and how long money between two banks takes.

Who draws on savings to live has them at the bank of their checking account, where money moves at
once.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints, Words
from spendsense_pipeline.generation.calendar import Calendar
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.postings import DRAW_NUMBERS, Slot
from spendsense_pipeline.generation.randomness import choose, integers, uniform
from spendsense_pipeline.generation.targets import Rhythm
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import REGIONS

ELSEWHERE_SHARE: Final = 0.45
"""Of who saves by standing order and has a cushion: savings are at another bank, an online one
(judged; in 2024 the average savings account paid 0.45 %, FDIC, an online one about ten times that).
"""
# What is sent on one weekday arrives on one of two that follow one another, and not on a Friday,
# whose holidays would carry it over a weekend: business days on the way, fewest and how many more.
_FEWEST_DAYS: Final = np.array([1, 1, 1, 2, 1])
_MORE_DAYS: Final = np.array([1, 1, 0, 1, 1])
MOST_DAYS: Final = int((_FEWEST_DAYS + _MORE_DAYS).max())
"""Business days a transfer between two banks takes at most (ACH: one to three)."""
FORESEEN_DAYS: Final = 6
"""How far ahead people look whose money comes from another bank: it is there by then, over a
weekend and a holiday too."""


def saves_elsewhere(world: World) -> Flags:
    """Whose savings are at another bank than checking.

    Args:
        world: The shard.

    Returns:
        `[U]`; nobody who lives on savings, or needs them when checking runs out.
    """
    profiles = world.profiles
    saves = (profiles.savings_transfer_usd > 0) & (profiles.rhythm == Rhythm.CUSHIONED)
    saves &= uniform(world.words("saves_elsewhere", 0)) < ELSEWHERE_SHARE
    # Settled once in a life, whatever happens later.
    return np.asarray(saves[world.first_chapter], dtype=np.bool_)


def plan_banking(world: World, catalog: Catalog) -> tuple[Ints, Ints]:
    """Choose a checking and a savings account for everybody.

    Args:
        world: The shard.
        catalog: What is on offer, and where.

    Returns:
        Rows of the account products, `[U]` each: checking at a bank of the user's region or an
        online one, savings at the same or, for some, at another that is online.
    """
    products, institutions = catalog.account_products, catalog.institutions
    savings = products.by_subtype["savings"]
    word = world.words("product", DRAW_NUMBERS[Slot.CHECKING])
    has = chosen_nearby(catalog, "checking", world.profiles.people.region, word)
    at_home = np.zeros(len(institutions.ids), dtype=np.int64)
    at_home[products.institution[savings]] = savings
    saves = at_home[products.institution[has]]
    online = savings[institutions.is_online[products.institution[savings]]]
    place = choose(world.words("savings_product", 0), products.weight[online])
    is_same = products.institution[online[place]] == products.institution[has]
    elsewhere = online[(place + is_same) % online.size]
    return has, np.where(saves_elsewhere(world), elsewhere, saves)


def chosen_nearby(catalog: Catalog, subtype: str, region: Ints, word: Words) -> Ints:
    """Choose each an account product of a bank that serves their region.

    Args:
        catalog: What is on offer, and where.
        subtype: Plaid's, of the product.
        region: Where each lives, `[N]`.
        word: A draw each, `[N]`.

    Returns:
        Rows of the account products, `[N]`.
    """
    products, serves = catalog.account_products, catalog.institutions.in_region
    rows = products.by_subtype[subtype]
    has = np.zeros(region.size, dtype=np.int64)
    for number in range(len(REGIONS)):
        who = np.flatnonzero(region == number)
        near = rows[serves[products.institution[rows], number]]
        has[who] = near[choose(word[who], products.weight[near])]
    return has


def arrival(calendar: Calendar, sent: Ints, weekday: Ints, word: Words) -> Ints:
    """The day money sent to another bank arrives.

    Args:
        calendar: Business days.
        sent: Business day it leaves, `[N]`.
        weekday: Day of the week it is meant to leave, 0 = Monday to 4: `[N]`.
        word: A draw each, `[N]`.

    Returns:
        One to three business days later, `[N]`.
    """
    days = _FEWEST_DAYS[weekday] + integers(word, 2) * _MORE_DAYS[weekday]
    day = sent
    for number in range(MOST_DAYS):
        day = np.where(number < days, calendar.on_or_after(day + 1), day).astype(np.int64)
    return day
