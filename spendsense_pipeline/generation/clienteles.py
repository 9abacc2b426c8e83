"""Where people go at all: to which kinds of merchants, by their age and whether they have children.

Nobody buys everything: of each kind that is not everybody's, some never set foot in one.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.catalog.shopping import CLIENTELE_FROM_AGES, Clienteles
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.world import World
from spendsense_pipeline.tables.raw import HOUSEHOLD_TYPES

WITH_CHILDREN: Final = ("family", "single_parent")
# Census 2023: adults by the ages of CLIENTELE_FROM_AGES, and households with children under 18.
_ADULTS: Final[Floats] = np.array([0.20, 0.26, 0.32, 0.22])
_WITH_CHILDREN_SHARE: Final[Floats] = np.array([0.25, 0.55, 0.25, 0.02])


@dataclass(frozen=True, eq=False)
class GoesTo:
    """To which merchants each person of a shard goes at all."""

    clientele: Ints
    """Of each merchant, `[N]`."""
    is_of: Flags
    """Whether each person is of each clientele, `[U, K]`."""

    @functools.cached_property
    def _by_merchant(self) -> Flags:
        """Asked for every purchase, and small: `[U, N]`."""
        return self.is_of[:, self.clientele]

    def to(self, user: Ints, merchant: npt.NDArray[np.integer[Any]]) -> Flags:
        """Whether people go to merchants.

        Args:
            user: `[M]`.
            merchant: Row of the catalog's merchants, `[M]`, or several choices each, `[K, M]`.

        Returns:
            Of the shape of `merchant`.
        """
        return np.asarray(self._by_merchant[user, merchant])


def goes_to(world: World, catalog: Catalog) -> GoesTo:
    """Where everybody of a shard goes at all.

    Args:
        world: The shard.
        catalog: Where one may shop.

    Returns:
        The same for a person whatever else the shard holds.
    """
    people, clienteles = world.profiles.people, catalog.clienteles
    draw = uniform(world.words("goes_to", np.arange(len(clienteles.names))))
    band = np.searchsorted(CLIENTELE_FROM_AGES[1:], people.age_years, side="right")
    codes = [HOUSEHOLD_TYPES.index(kind) for kind in WITH_CHILDREN]
    has_children = np.isin(people.household_type, codes)[:, np.newaxis]
    factor = np.where(has_children, 1.0, clienteles.without_children_factor)
    return GoesTo(catalog.merchants.clientele, draw < clienteles.share_by_age.T[band] * factor)


def usual_shares(clienteles: Clienteles) -> Floats:
    """How many of all people are of each clientele: `[K]`."""
    having = clienteles.share_by_age
    without = having * clienteles.without_children_factor[:, np.newaxis]
    by_age = _WITH_CHILDREN_SHARE * having + (1 - _WITH_CHILDREN_SHARE) * without
    return np.asarray(by_age @ _ADULTS)
