"""The people a person knows: partner, family, friends and strangers, each with their own name.

Rows say only which of a person's acquaintances it is; the name is made where tables are written.
"""

from __future__ import annotations

import functools
from enum import IntEnum
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints, Words
from spendsense_pipeline.generation.bit_fields import WORD_BITS, BitFields
from spendsense_pipeline.generation.catalog import Catalog, FirstNames
from spendsense_pipeline.generation.catalog.records import NAME_DECADES
from spendsense_pipeline.generation.holders import names_of_holders
from spendsense_pipeline.generation.population import ADULT_AGE_YEARS, OLDEST_YEARS
from spendsense_pipeline.generation.randomness import (
    bits,
    choice_table,
    choose,
    integers,
    normal,
    uniform,
    words_each,
)
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import GENDERS, HOUSEHOLD_TYPES

PARTNER, RELATIVE = 0, 1
"""Who helps out: the one lived with, or a parent, a brother, a sister."""
FIRST_FRIEND: Final = 2
FRIEND_WEIGHTS: Final = np.array([30, 21, 15, 11, 8, 6, 5, 4])
"""How often the friends a person has are paid, the dearest first (judged: half of what is sent goes
to three or four people)."""
FRIENDS_SHARE: Final = 0.7
"""Of sums, those for one of these; the others are for somebody met once."""
_FIRST_STRANGER: Final = FIRST_FRIEND + FRIEND_WEIGHTS.size
OCCASIONS: Final = 64
"""Which sum of a person's it is, over and over."""
SITTER = _FIRST_STRANGER + OCCASIONS
HOUSEMATE = SITTER + 1
"""Who looks after the children, and who shares the flat."""
ACQUAINTANCES: Final = HOUSEMATE + 1
"""How many there are to a person; most are met once, if ever."""

WITH_A_PARTNER: Final = ("couple", "family")
"""Household types of two adults who live together as a couple."""
# How many of them bear the person's own last name: of wives 79 % took their husband's (Pew 2023),
# but not all couples are married; of friends whom money is sent to some are brothers and cousins.
SAME_NAME_PARTNER, SAME_NAME_RELATIVE, SAME_NAME_FRIEND = 0.68, 0.85, 0.13
OTHER_GENDER_SHARE: Final = 0.98
"""Of couples, those of a woman and a man (Census ACS 2021: 1.2 million same-sex couples)."""
PARENT_YEARS: Final = (22, 35)
"""How much older a parent is."""
PARENTS_UNTIL_YEARS: Final = 55
"""Up to this age help comes from a parent, then from a brother or a sister."""
SIGMA_PARTNER, SIGMA_FRIEND, SIGMA_STRANGER = 4.0, 7.0, 14.0
"""Years between their ages; a housemate's as a partner's."""
SITTER_AGES: Final = (18, 27)
SITTER_IS_A_WOMAN_SHARE: Final = 0.94
"""Of childcare workers (BLS 2023, employed persons by detailed occupation and sex)."""


class Style(IntEnum):
    """How an app writes whom money goes to or comes from."""

    ENROLLED = 0
    """As enrolled with a bank: in full mostly, else one of the names as an initial."""
    FULL = 1
    HANDLE = 2
    """As a user of the app calls themselves."""


APPS: Final = {
    "zelle": Style.ENROLLED,
    "venmo": Style.HANDLE,
    "cash_app": Style.FULL,
    "paypal": Style.FULL,
}
"""Those that people pay each other with, in the order of their codes."""
# In full, `JOHN S`, `J SMITH`: of people at banks.
_ENROLLED_SHARES: Final = np.array([0.5, 0.42, 0.08])
_HANDLE_SHARES: Final = np.array([0.62, 0.38])
"""`John-Smith`, `John-Smith-7`: which number is added where somebody had the name before."""
TABLE_BITS: Final = 12
_PARTS: Final = 6
_DRAW: Final = BitFields(number=8, part=3)


def has_partner(world: World) -> Flags:
    """Who lives with a partner: `[U]`."""
    codes = [HOUSEHOLD_TYPES.index(name) for name in WITH_A_PARTNER]
    return np.isin(world.profiles.people.household_type, codes)


def met_on(world: World, user: Ints, occasion: Ints) -> Ints:
    """Which of a person's acquaintances a sum goes to or comes from.

    Args:
        world: The shard.
        user: Index of the user within the shard, `[N]`.
        occasion: Which sum it is, below OCCASIONS, `[N]`.

    Returns:
        A number below ACQUAINTANCES each, `[N]`.
    """
    keys = world.keys("acquaintance_met")[user]
    is_friend, which = (words_each(keys, 2 * occasion + part) for part in range(2))
    friend = FIRST_FRIEND + choose(which, FRIEND_WEIGHTS)
    is_dear = uniform(is_friend) < FRIENDS_SHARE
    return np.where(is_dear, friend, _FIRST_STRANGER + occasion).astype(np.int64)


def written_names(
    world: World, catalog: Catalog, user: Ints, number: Ints, style: Ints
) -> list[str]:
    """What banks and apps call acquaintances.

    Args:
        world: The shard, everybody in their first chapter.
        catalog: The names there are.
        user: Whose acquaintance, index within the shard, `[N]`.
        number: Which of theirs, `[N]`.
        style: A `Style` each, `[N]`.

    Returns:
        A name each, `[N]`.
    """
    first, last = names_of(world, catalog, user, number)
    draw = _draws(world, user, number)
    enrolled = choose(draw[4], _ENROLLED_SHARES)
    has_digit = choose(draw[4], _HANDLE_SHARES) == 1
    digit = 1 + integers(draw[5], 99)
    given, family = catalog.first_names.names, catalog.last_names.names
    rows = zip(
        first.tolist(),
        last.tolist(),
        style.tolist(),
        enrolled.tolist(),
        np.where(has_digit, digit, 0).tolist(),
        strict=True,
    )
    return [
        _written(given[a], family[b], Style(way), short, extra) for a, b, way, short, extra in rows
    ]


def _written(first: str, last: str, style: Style, short: int, extra: int) -> str:
    if style == Style.HANDLE:
        return f"{first}-{last}-{extra}" if extra else f"{first}-{last}"
    if style == Style.ENROLLED and short:
        first, last = (first, last[0]) if short == 1 else (first[0], last)
    return f"{first} {last}".upper()


def names_of(world: World, catalog: Catalog, user: Ints, number: Ints) -> tuple[Ints, Ints]:
    """What acquaintances are called: family like the person now and then, others anything.

    Args:
        world: The shard, everybody in their first chapter.
        catalog: The names there are.
        user: Whose acquaintance, index within the shard, `[N]`.
        number: Which of theirs, `[N]`.

    Returns:
        Rows of the catalog's given names and of its last names, `[N]` each.
    """
    draw = _draws(world, user, number)
    own_first, own_last = (of[user] for of in names_of_holders(world, catalog))
    is_friend = (number >= FIRST_FRIEND) & (number < _FIRST_STRANGER)
    same = np.select(
        [number == PARTNER, number == RELATIVE, is_friend],
        [SAME_NAME_PARTNER, SAME_NAME_RELATIVE, SAME_NAME_FRIEND],
        0.0,
    )
    last = np.where(
        uniform(draw[0]) < same, own_last, choose(draw[1], catalog.last_names.weight)
    ).astype(np.int64)
    decade = (_born(world, user, number, draw[2]) - NAME_DECADES[0]) // 10
    decade = np.clip(decade, 0, len(NAME_DECADES) - 1)
    leaning = _leaning(world, user, number, draw[0])
    pick = bits(draw[3], WORD_BITS - TABLE_BITS, TABLE_BITS)
    first = _given_names(catalog.first_names)[leaning, decade, pick]
    # Nobody pays themselves: whoever would be called the same is called by the next name.
    is_same = (first == own_first) & (last == own_last)
    first = np.where(is_same, (first + 1) % len(catalog.first_names.names), first)
    return first.astype(np.int64), last


def _leaning(world: World, user: Ints, number: Ints, draw: Words) -> Ints:
    """Which of GENDERS lean to the name of a partner, of most not the person's own, or of a sitter;
    len(GENDERS) for anybody's name: `[N]`."""
    gender, anybody = world.profiles.people.gender[user], len(GENDERS)
    female, male = GENDERS.index("female"), GENDERS.index("male")
    other = np.select([gender == female, gender == male], [male, female], anybody)
    place = bits(draw, 0, 10)
    is_told = (number == PARTNER) & (place < OTHER_GENDER_SHARE * (1 << 10))
    is_woman = (number == SITTER) & (place < SITTER_IS_A_WOMAN_SHARE * (1 << 10))
    return np.select([is_told, is_woman], [other, female], anybody).astype(np.int64)


@functools.lru_cache(maxsize=2)
def _given_names(given: FirstNames) -> Ints:
    """Tables of given names by leaning, anybody's last, and decade of birth, equally likely
    entries each: `[4, 8, 4096]`."""
    leans = np.array(given.gender_leaning)
    kept = [leans == name for name in GENDERS] + [np.ones(leans.size, dtype=np.bool_)]
    return np.stack(
        [np.stack([choice_table(of * only, TABLE_BITS) for of in given.weight.T]) for only in kept]
    )


def _draws(world: World, user: Ints, number: Ints) -> tuple[Words, ...]:
    keys = world.keys("acquaintance")[user]
    return tuple(
        words_each(keys, _DRAW.pack(number=number, part=part).astype(np.int64))
        for part in range(_PARTS)
    )


def _born(world: World, user: Ints, number: Ints, draw: Words) -> Ints:
    """Years of birth: about the person's own, of a parent a generation earlier: `[N]`."""
    age = world.profiles.people.age_years[user]
    sigma = np.select(
        [(number <= RELATIVE) | (number == HOUSEMATE), number < _FIRST_STRANGER],
        [SIGMA_PARTNER, SIGMA_FRIEND],
        SIGMA_STRANGER,
    )
    low, high = PARENT_YEARS
    is_parent = (number == RELATIVE) & (age < PARENTS_UNTIL_YEARS)
    older = np.where(is_parent, low + integers(draw, high - low + 1), np.rint(sigma * normal(draw)))
    youngest, oldest = SITTER_AGES
    sitters = youngest + integers(draw, oldest - youngest + 1)
    theirs = np.where(
        number == SITTER, sitters, np.clip(age + older, ADULT_AGE_YEARS, OLDEST_YEARS)
    )
    return np.asarray(world.resolved.history_start.year - theirs, dtype=np.int64)
