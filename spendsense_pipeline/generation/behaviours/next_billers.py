"""Which bills go to somebody else after a move, and to whom."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints
from spendsense_pipeline.generation.behaviours.moves import plan_moves
from spendsense_pipeline.generation.catalog import BILL_KINDS, Catalog
from spendsense_pipeline.generation.randomness import uniform
from spendsense_pipeline.generation.world import World

LEASED: Final = ("rent",)
"""What is paid to another after any move."""
MUNICIPAL: Final = ("water", "waste")
"""What another town provides."""
REGIONAL: Final = ("electricity", "gas", "internet", "childcare")
"""What others provide further away than one commutes."""


def next_billers(world: World, catalog: Catalog, biller: Ints) -> Ints:
    """Whom each bill is paid to after a move: another landlord, and the utilities of the place.

    Args:
        world: The shard.
        catalog: The billers, and the places people move between.
        biller: Whom it is paid to before, `[U, KINDS]`.

    Returns:
        The same after the move, and for who stays: rows of the billers, `[U, KINDS]`.
    """
    moves, billers = plan_moves(world, catalog.places), catalog.billers
    in_town = moves.to_place == moves.from_place
    word = world.words("next_biller", np.arange(len(BILL_KINDS)))
    found = biller.copy()
    for kinds, changes in (
        (LEASED, moves.moves),
        (MUNICIPAL, ~in_town),
        (REGIONAL, moves.is_far),
    ):
        who = np.flatnonzero(changes)
        for name in kinds:
            kind, rows = BILL_KINDS.index(name), billers.by_kind[name]
            weight = np.where(rows == biller[who, [kind]][:, np.newaxis], 0.0, billers.weight[rows])
            cumulative = np.cumsum(weight, axis=1)
            at = uniform(word[who, kind]) * cumulative[:, -1]
            found[who, kind] = rows[(cumulative <= at[:, np.newaxis]).sum(axis=1)]
    return found
