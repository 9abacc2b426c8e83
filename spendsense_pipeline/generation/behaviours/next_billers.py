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


def landlords_of_chapters(
    world: World, catalog: Catalog, biller: Ints, next_biller: Ints
) -> tuple[Ints, Ints]:
    """Whom rent is paid to where an event is a move: always somebody new.

    Args:
        world: The shard in chapters.
        catalog: The billers, and the places people move between.
        biller: Whom each bill is paid to in the first chapter of each life, `[U, KINDS]`.
        next_biller: The same after the move that is no event.

    Returns:
        Both with the landlords of every chapter, `[U, KINDS]` each.
    """
    rent, landlords = BILL_KINDS.index("rent"), catalog.billers.by_kind["rent"]
    moves, homes = plan_moves(world, catalog.places), world.turns.homes
    found, after = biller.copy(), next_biller.copy()
    row = np.flatnonzero(homes > 0)
    # In an order of each person's own, those they begin with and move to anyway last.
    order = uniform(world.words("landlord", np.arange(landlords.size))[row])
    for of in (biller, next_biller):
        order[landlords == of[row, [rent]][:, np.newaxis]] = 1.0
    new = landlords[np.argsort(order, axis=1, kind="stable")[np.arange(row.size), homes[row] - 1]]
    found[row, rent] = new
    # Who moves without an event does so from the home they have as the month begins.
    calendar = world.calendar
    month = calendar.month_index[np.minimum(moves.day[row], world.days - 1)]
    begins = calendar.month_starts[month].astype(np.int64)
    left = homes[world.chapters.on(world.first_chapter[row], begins)]
    is_last = moves.moves[row] & (homes[row] == left)
    after[row, rent] = np.where(is_last, next_biller[row, rent], new)
    return found, after
