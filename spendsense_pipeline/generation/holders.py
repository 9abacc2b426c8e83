"""What account holders are called and since when they have held each account, by their age."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.arrays import Ints, Words
from spendsense_pipeline.generation.catalog import Catalog, FirstNames
from spendsense_pipeline.generation.population import ADULT_AGE_YEARS, days_since_age
from spendsense_pipeline.generation.postings import DRAW_NUMBERS, Slot
from spendsense_pipeline.generation.randomness import choose, uniform
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import GENDERS

YOUNGEST_HOLDER_YEARS = {Slot.CHECKING: 16, Slot.SAVINGS: 16}
"""Teenagers have bank accounts; credit cards and businesses need an adult."""
OPEN_DAYS_MIN = 30
OPEN_DAYS_MAX = 9_000
"""About 25 years: banks merge, and few accounts are older than their present number."""


def names_of_holders(world: World, catalog: Catalog) -> tuple[Ints, Ints]:
    """What people are called.

    Args:
        world: The shard.
        catalog: The names there are.

    Returns:
        Rows of the given names and of the last names per user, `[U]` each.
    """
    word = world.words("name", np.arange(2))
    first = _first_names(world, catalog.first_names, word[:, 0])
    return first, choose(word[:, 1], catalog.last_names.weight)


def _first_names(world: World, given: FirstNames, word: Words) -> Ints:
    """Given names, as common as they were when their bearers were born: `[U]`."""
    people = world.profiles.people
    first = np.zeros(world.users, dtype=np.int64)
    decade = (world.resolved.history_start.year - people.age_years) // 10
    for code, gender in enumerate(GENDERS):
        rows = given.by_gender[gender]
        for born in np.unique(decade[people.gender == code]).tolist():
            who = (people.gender == code) & (decade == born)
            first[who] = rows[choose(word[who], given.weight_in(born * 10)[rows])]
    return first


def days_open(world: World) -> Ints:
    """For how long each account has been open on history_start: `[U, SLOTS]`.

    Half the accounts have been kept for less than a quarter of the time since their holder was old
    enough for them.
    """
    age = world.profiles.people.age_years
    most = np.stack(
        [days_since_age(age, YOUNGEST_HOLDER_YEARS.get(slot, ADULT_AGE_YEARS)) for slot in Slot],
        axis=1,
    )
    most = np.minimum(most, OPEN_DAYS_MAX) - OPEN_DAYS_MIN
    part = uniform(world.words("opened", DRAW_NUMBERS)) ** 2
    return OPEN_DAYS_MIN + (part * most).astype(np.int64)
