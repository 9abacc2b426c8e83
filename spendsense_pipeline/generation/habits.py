"""Habits: what households do without, on which days of the week they buy, how often they need cash.

Who does without a thing buys none of it; the more others buy, so that a population spends on each
kind what was asked for.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.randomness import normal, uniform
from spendsense_pipeline.generation.world import World


class Without(NamedTuple):
    """One thing some households do without."""

    share: float
    """Of households."""
    groups: tuple[str, ...]
    """Groups of spending in which such a household buys nothing."""


WITHOUT: Final[dict[str, Without]] = {
    # Census ACS 2023: 8 % of households have no vehicle.
    "car": Without(0.08, ("fuel", "auto_care")),
    # General Social Survey 2018: 61 % have a pet.
    "pet": Without(0.39, ("pets",)),
    # Gallup 2023: 62 % of adults drink.
    "drink": Without(0.38, ("alcohol",)),
    # Judged: three in four coffee drinkers make theirs at home every day (Drive Research 2024).
    "coffee_shop": Without(0.25, ("coffee",)),
}
WAYS: Final = 1 << len(WITHOUT)
"""Every combination of having and doing without, a bit each in the order of WITHOUT."""
UNINSURED_WITHOUT_CAR_SHARE = 0.3
"""Of who neither insures a car nor pays one off, those who have none."""
DRINKING_AGE_YEARS = 21
MOST_OF_A_GROUP = 0.6
"""Of the purchases of who buys of a group at all, what it may be without everybody buying of it."""
LEAST_LEFT = 0.2
"""Of everybody's purchases, what those of any way of living come to at least."""
_ITERATIONS = 16
WEEKDAY_SIGMA = 0.22
"""How far people differ in the days of the week on which they buy, in logs (judged)."""
DAYS_OF_WEEK: Final = 7
CASH_SIGMA, CASHLESS_SHARE = 0.6, 0.1
"""How far people differ in how often they fetch cash, in logs, and who never does (judged: in
a month, about half of people fetch none, Federal Reserve Payments Study 2021)."""
_USUAL_CASH: Final = float(np.exp(CASH_SIGMA**2 / 2))


def ways_of(world: World, pays_for_car: Flags) -> Ints:
    """How each household lives.

    Args:
        world: The shard.
        pays_for_car: Whether it insures a car or pays one off, `[U]`.

    Returns:
        One of the WAYS each, `[U]`.
    """
    draw = uniform(world.words("does_without", np.arange(len(WITHOUT))))
    without = draw < [each.share for each in WITHOUT.values()]
    car, drink = _place("car"), _place("drink")
    without[:, car] = (draw[:, car] < UNINSURED_WITHOUT_CAR_SHARE) & ~pays_for_car
    without[:, drink] |= world.profiles.people.age_years < DRINKING_AGE_YEARS
    return np.asarray((without << np.arange(len(WITHOUT))).sum(axis=1), dtype=np.int64)


def weekday_habits(world: World) -> Floats:
    """How much oftener each person buys on a weekday than others do, over a week as often.

    Args:
        world: The shard.

    Returns:
        Factors by weekday, Monday first, around 1: `[7, U]`.
    """
    place = normal(world.words("weekday_habit", np.arange(DAYS_OF_WEEK)))
    habit = np.exp(WEEKDAY_SIGMA * place).T
    return np.asarray(habit / habit.mean(axis=0), dtype=np.float64)


def cash_habits(world: World) -> Floats:
    """How often each person fetches cash, relative to others.

    Args:
        world: The shard.

    Returns:
        Factors, 1 on average over a population, 0 for some: `[U]`.
    """
    word = world.words("cash_taste", np.arange(2))
    often = np.exp(CASH_SIGMA * normal(word[:, 0])) / (_USUAL_CASH * (1 - CASHLESS_SHARE))
    return np.asarray(np.where(uniform(word[:, 1]) < CASHLESS_SHARE, 0.0, often))


def does_without(way: Ints, what: str) -> Flags:
    """Whether who lives each way has none of a thing.

    Args:
        way: `[N]`.
        what: One of WITHOUT.

    Returns:
        `[N]`.
    """
    return np.asarray((way >> _place(what)) & 1 == 1)


def by_way_of_living(share: Floats, names: tuple[str, ...], usual: Floats) -> Floats:
    """What each way of living buys, so that together they buy what everybody does.

    Args:
        share: Share of purchases of each group by tilt, `[T, G]`.
        names: Of the groups, `[G]`.
        usual: The row of them that is nobody's in particular, `[G]`.

    Returns:
        The same of each way, `[WAYS, T, G]`.
    """
    buys, people = ~left_out(names), _way_shares()
    # What an operator has nearly everything spent on, everybody buys.
    needed = usual > MOST_OF_A_GROUP * (people @ buys)
    buys |= needed
    buys[buys @ usual < LEAST_LEFT] = True
    mix = np.zeros((people.size, *share.shape))
    oftener = np.ones_like(share)
    for _ in range(_ITERATIONS):
        mix = share * oftener * buys[:, np.newaxis, :]
        mix /= mix.sum(axis=2, keepdims=True)
        bought = np.tensordot(people, mix, axes=1)
        oftener *= np.divide(share, bought, out=np.ones_like(share), where=bought > 0)
    return mix


def _way_shares() -> Floats:
    """How many households live each way: `[WAYS]`, together 1."""
    share = np.array([each.share for each in WITHOUT.values()])
    return np.asarray(np.where(_does_without(), share, 1 - share).prod(axis=1))


def left_out(groups: tuple[str, ...]) -> Flags:
    """In which groups each way of living buys nothing.

    Args:
        groups: Their names, `[G]`.

    Returns:
        `[WAYS, G]`.
    """
    of = np.array([[group in each.groups for group in groups] for each in WITHOUT.values()])
    return np.asarray((_does_without()[:, :, np.newaxis] & of).any(axis=1))


def _place(what: str) -> int:
    return list(WITHOUT).index(what)


def _does_without() -> Flags:
    """By way of living and thing: `[WAYS, THINGS]`."""
    return np.asarray((np.arange(WAYS)[:, np.newaxis] >> np.arange(len(WITHOUT))) & 1 == 1)
