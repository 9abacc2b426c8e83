"""Who pays a household: its employers one after the other, clients in turn, funds and offices."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Ints
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.behaviours.employment import drives_for_platforms
from spendsense_pipeline.generation.behaviours.irregular_pay import (
    PAYER_KINDS,
    Handling,
    handling_of,
)
from spendsense_pipeline.generation.catalog import Employers
from spendsense_pipeline.generation.randomness import choose
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import INCOME_TIERS

CLIENTS_PER_USER: Final = 3
"""Clients an irregular worker is paid by in turn; everybody else has one employer at a time."""


class Payer(IntEnum):
    """Who pays a household."""

    EMPLOYER_1 = 0
    """The main earner's first employer, or the first client."""
    EMPLOYER_2 = 1
    EMPLOYER_3 = 2
    SECOND_EMPLOYER = 3
    """The second earner's, or the platform of an app."""
    PENSION = 4
    SOCIAL_SECURITY = 5
    UNEMPLOYMENT = 6
    PLATFORM = 7
    """Of who drives for want of an employer."""
    EMPLOYER_4 = 8
    """Of whom events have taken others from."""
    EMPLOYER_5 = 9
    EMPLOYER_6 = 10


IN_A_ROW: Final = (
    Payer.EMPLOYER_1,
    Payer.EMPLOYER_2,
    Payer.EMPLOYER_3,
    Payer.EMPLOYER_4,
    Payer.EMPLOYER_5,
    Payer.EMPLOYER_6,
)
"""Employers of a main earner, one after the other."""
# No two of one household write alike.
_EMPLOYERS: Final = (*IN_A_ROW[:3], Payer.SECOND_EMPLOYER, *IN_A_ROW[3:])
_EMPLOYER_DRAWS: Final = 4
"""Draws for an employer that the household does not have yet."""


def payers_of(world: World, employers: Employers) -> Ints:
    """Who pays each household.

    Args:
        world: The shard.
        employers: The catalog's.

    Returns:
        Rows of the employers by household and `Payer`: `[U, 11]`.
    """
    is_irregular = world.profiles.cadence == Cadence.IRREGULAR
    # Who is paid rarely and lives from checking alone is paid by the project.
    handling = np.maximum(handling_of(world), Handling.KEEPS_WEEKLY)
    tier = world.profiles.people.income_tier
    drawn = np.arange(len(_EMPLOYERS) * _EMPLOYER_DRAWS)
    word = world.words("employer", drawn)
    pools = [
        (~is_irregular & (tier == code), employers.by_level[name])
        for code, name in enumerate(INCOME_TIERS)
    ]
    pools += [
        (is_irregular & (handling == each), employers.by_kind[kind])
        for each, kind in PAYER_KINDS.items()
    ]
    tried = np.empty((world.users, len(_EMPLOYERS), _EMPLOYER_DRAWS), dtype=np.int64)
    for who, rows in pools:
        found = rows[choose(word[who], employers.weight[rows])]
        tried[who] = found.reshape(-1, len(_EMPLOYERS), _EMPLOYER_DRAWS)
    chosen = np.empty((world.users, len(Payer)), dtype=np.int64)
    everybody = np.arange(world.users)
    for place, payer in enumerate(_EMPLOYERS):
        known = employers.stem[chosen[:, _EMPLOYERS[:place]]]
        is_new = _is_new(employers.stem[tried[:, place]], known)
        chosen[:, payer] = tried[everybody, place, is_new.argmax(axis=1)]
        for who, rows in pools:
            # Now and then none of the draws is: whoever there is else, then.
            stuck = np.flatnonzero(who & ~is_new.any(axis=1))
            others = _is_new(employers.stem[rows][np.newaxis, :], known[stuck])
            has = others.any(axis=1)
            chosen[stuck[has], payer] = rows[others[has].argmax(axis=1)]
    platforms = employers.by_kind["gig"]
    beside, instead = choose(
        world.words("platform", np.array([1, 2])), employers.weight[platforms]
    ).T
    drives = np.flatnonzero(drives_for_platforms(world))
    chosen[drives, Payer.SECOND_EMPLOYER] = platforms[beside[drives]]
    # A platform has one weekday for all it pays somebody: who drives already drives for another.
    instead = np.where(instead == beside, (instead + 1) % platforms.size, instead)
    chosen[:, Payer.PLATFORM] = platforms[instead]
    funds = employers.by_kind["pension"]
    chosen[:, Payer.PENSION] = funds[
        choose(world.words("pension_fund", 0), employers.weight[funds])
    ]
    [chosen[:, Payer.SOCIAL_SECURITY]] = employers.by_kind["social_security"]
    [chosen[:, Payer.UNEMPLOYMENT]] = employers.by_kind["unemployment"]
    return chosen


def _is_new(stems: Ints, known: Ints) -> Flags:
    """Which employers, `[U, K]` by what they write, a household does not have yet of those it has,
    `[U, M]`."""
    return np.asarray((stems[:, :, np.newaxis] != known[:, np.newaxis, :]).all(axis=2))
