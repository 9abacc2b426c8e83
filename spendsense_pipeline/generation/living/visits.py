"""Where everybody has been: how often at each merchant, and when last where one goes rarely."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats, Ints
from spendsense_pipeline.generation.catalog import Catalog
from spendsense_pipeline.generation.world import World

_SEEN_LEAST: Final = 40
"""Purchases before which nobody has had enough of a place."""
_LONG_AGO: Final = -10_000
"""A day before any history."""


class Visits:
    """Remembers the visits of a shard's people, day by day."""

    def __init__(self, world: World, catalog: Catalog) -> None:
        """Begin with none.

        Args:
            world: The shard.
            catalog: Where one may buy, and what is visited rarely.
        """
        kinds = catalog.visit_kinds
        self._kind = catalog.merchants.visit_kind
        self._days_between, self._never = kinds.days_between, world.days
        self._visited = np.full((world.users, kinds.days_between.size), _LONG_AGO)
        """Day of the last visit to each kind of merchant, `[U, V]`."""
        self._been = np.zeros((world.users, len(catalog.merchants)), dtype=np.int32)
        """How often each user has bought at each merchant: `[U, N]`."""
        self._bought = np.zeros(world.users, dtype=np.int64)
        kind, since = np.indices((kinds.days_between.size, world.days + 1))
        self._taken = kinds.chance(kind, since)
        """Of occasions for a visit, how many are taken, by kind and days since the last: all of
        the first; `[V, D + 1]`."""
        self._taken[:, self._never] = 1.0

    def hand_over(self, giver: Ints, taker: Ints) -> None:
        """Let some remember where others have been lately.

        Args:
            giver: Users, `[N]`.
            taker: Who takes their place, `[N]`.
        """
        for of in (self._visited, self._been, self._bought):
            of[taker] = of[giver]

    def take_note(self, day: int, user: Ints, merchant: Ints) -> None:
        """Remember the visits of a day.

        Args:
            day: The day.
            user: Who has bought, `[N]`.
            merchant: Where, row of the catalog's merchants, `[N]`.
        """
        self._visited[user, self._kind[merchant]] = day
        np.add.at(self._been, (user, merchant), 1)
        self._bought += np.bincount(user, minlength=self._bought.size)

    def share_at(self, user: Ints, merchant: Ints) -> Floats:
        """How much of all a person buys they have bought at a merchant.

        Args:
            user: `[N]`.
            merchant: Row of the catalog's merchants, `[N]`.

        Returns:
            `[N]`, the smaller the fewer purchases there have been at all.
        """
        return np.asarray(self._been[user, merchant] / np.maximum(self._bought, _SEEN_LEAST)[user])

    def is_too_soon(self, day: int, user: Ints, kind: Ints) -> Flags:
        """Whether the least days from one visit of a kind to the next are not yet over.

        Args:
            day: The day.
            user: `[N]`.
            kind: Row of VisitKinds, `[N]`.

        Returns:
            `[N]`.
        """
        return np.asarray(day - self._visited[user, kind] < self._days_between[kind])

    def is_needless(self, day: int, user: Ints, kind: Ints, need: Floats) -> Flags:
        """Whether it is too soon, or somebody still has enough of what is used up bit by bit.

        Args:
            day: The day.
            user: `[N]`.
            kind: Row of VisitKinds, `[N]`.
            need: How little somebody is content with, a draw in [0, 1): `[N]`.

        Returns:
            `[N]`.
        """
        since = np.minimum(day - self._visited[user, kind], self._never)
        return np.asarray(need >= self._taken[kind, since])
