"""Whom bills are paid to: who serves the place; after a move others, and who they are."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Ints, Words
from spendsense_pipeline.generation.behaviours.moves import plan_moves
from spendsense_pipeline.generation.bit_fields import BitFields
from spendsense_pipeline.generation.catalog import BILL_KINDS, Catalog
from spendsense_pipeline.generation.places import home_places
from spendsense_pipeline.generation.randomness import mix64, uniform
from spendsense_pipeline.generation.world import World

LEASED: Final = ("rent",)
"""What is paid to another after any move."""
MUNICIPAL: Final = ("water", "waste")
"""What another town provides."""
REGIONAL: Final = ("electricity", "gas", "internet", "childcare")
"""What others provide further away than one commutes."""
OF_A_TOWN: Final = ("electricity", "gas", "water", "waste", "property_tax")
"""What is paid to the same by everybody in a town."""
_TOWN: Final = BitFields(kind=5, place=12)


def first_billers(world: World, catalog: Catalog) -> Ints:
    """Whom each bill is paid to on history_start.

    Args:
        world: The shard.
        catalog: The billers, and the places people live in.

    Returns:
        Rows of the billers, `[U, KINDS]`.
    """
    word = world.words("biller", np.arange(len(BILL_KINDS)))
    home = home_places(world, catalog.places)
    found = [_chosen(catalog, kind, home, word[:, kind]) for kind in range(len(BILL_KINDS))]
    return np.stack(found, axis=1)


def _chosen(
    catalog: Catalog, kind: int, place: Ints, word: Words, instead_of: Ints | None = None
) -> Ints:
    """A biller each that serves a place, by popularity; in a town the same for all where that is
    how it is: `[N]`."""
    billers, name = catalog.billers, BILL_KINDS[kind]
    rows = billers.by_kind[name]
    weight = billers.weight[rows] * billers.serves[rows][:, catalog.places.state[place]].T
    if instead_of is not None:
        others = np.where(rows == instead_of[:, np.newaxis], 0.0, weight)
        weight = np.where(others.any(axis=1, keepdims=True), others, weight)
    if name in OF_A_TOWN:
        word = mix64(_TOWN.pack(kind=kind, place=place))
    cumulative = np.cumsum(weight, axis=1)
    at = uniform(word) * cumulative[:, -1]
    return np.asarray(rows[(cumulative <= at[:, np.newaxis]).sum(axis=1)], dtype=np.int64)


def next_billers(world: World, catalog: Catalog, biller: Ints) -> Ints:
    """Whom each bill is paid to after a move: another landlord, and the utilities of the place.

    Args:
        world: The shard.
        catalog: The billers, and the places people move between.
        biller: Whom it is paid to before, `[U, KINDS]`.

    Returns:
        The same after the move, and for who stays: rows of the billers, `[U, KINDS]`.
    """
    moves, serves = plan_moves(world, catalog.places), catalog.billers.serves
    in_town = moves.to_place == moves.from_place
    changes = {
        **dict.fromkeys(LEASED, moves.moves),
        **dict.fromkeys(MUNICIPAL, ~in_town),
        **dict.fromkeys(REGIONAL, moves.is_far),
    }
    state = catalog.places.state[moves.to_place]
    word = world.words("next_biller", np.arange(len(BILL_KINDS)))
    found = biller.copy()
    for kind, name in enumerate(BILL_KINDS):
        is_left = ~serves[biller[:, kind], state]
        who = np.flatnonzero(changes.get(name, is_left) | is_left)
        found[who, kind] = _chosen(
            catalog, kind, moves.to_place[who], word[who, kind], biller[who, kind]
        )
    return found


def towns_of_billers(world: World, catalog: Catalog, biller: Ints, next_biller: Ints) -> Ints:
    """Where those are whom bills are paid to after a move: landlords there, others there if they
    are not the same.

    Args:
        world: The shard.
        catalog: The billers, and the places people move between.
        biller: Whom each bill is paid to before, `[U, KINDS]`.
        next_biller: The same after the move.

    Returns:
        Rows of the places, `[U, KINDS]`.
    """
    moves = plan_moves(world, catalog.places)
    goes_along = np.isin(np.array(BILL_KINDS), LEASED) | (biller != next_biller)
    return np.where(
        goes_along, moves.to_place[:, np.newaxis], moves.from_place[:, np.newaxis]
    ).astype(np.int64)


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
