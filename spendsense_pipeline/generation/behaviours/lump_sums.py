"""What an event brings in one sum, or costs: on the day that its chapter of a life begins."""

from __future__ import annotations

import numpy as np

from spendsense_pipeline.generation.labels import Fixed, Labels
from spendsense_pipeline.generation.places import home_places
from spendsense_pipeline.generation.postings import NO_PLACE, Postings, Purpose, Slot, postings
from spendsense_pipeline.generation.world import World

_VISITED = (Fixed.HOSPITAL, Fixed.CAR_REPAIR)


def lump_postings(world: World, labels: Labels) -> Postings:
    """A row per sum.

    Args:
        world: The shard in chapters.
        labels: The catalog, for where people live.

    Returns:
        Deposits into checking, and what is paid from there or on the first card.
    """
    turns = world.turns
    row = np.flatnonzero(turns.lump_cents != 0)
    on_card, is_paid = turns.lump_on_card[row], turns.lump_cents[row] > 0
    home = home_places(world, labels.catalog.places)[row]
    return postings(
        user=row,
        slot=np.where(on_card, int(Slot.CARD_1), int(Slot.CHECKING)),
        day=world.chapters.first_day[row],
        cents=turns.lump_cents[row],
        label=turns.lump_label[row],
        purpose=np.where(is_paid, int(Purpose.UNPLANNED), int(Purpose.WINDFALL)),
        place=np.where(np.isin(turns.lump_label[row], _VISITED), home, NO_PLACE),
    )
