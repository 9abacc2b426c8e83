"""What a chapter of a life has of its own, beside what profiles say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Columns, Flags, Floats, Ints

BEFORE_ALL: Final = -(1 << 20)
"""A day before every plan."""


@dataclass(frozen=True)
class Turns(Columns):
    """Of every chapter of a shard, `[R]`; nothing special of a first one."""

    employer: Ints
    """How many employers events have ended."""
    drives_for_platform: Flags
    """Paid by the platform of an app for want of an employer."""
    paid_from_day: Ints
    """No pay of the main earner before this day of the plan."""
    rent_share: Floats
    """Of the first rent, what it is now."""
    homes: Ints
    """How many homes events have left behind."""
    childcare_cents: Ints
    """Childcare a month that was not needed at first."""
    lump_cents: Ints
    """Paid on the chapter's first day; below zero, what comes in."""
    lump_label: Ints
    """A `Fixed` label."""
    lump_on_card: Flags
    pays_off: Flags
    """Moves what cards are owed out of savings on the first day."""
    keeps_one: Flags
    """Of the first subscriptions one is left."""
    signed_up: Ints
    """Subscriptions taken out beside the first ones."""
    signed_up_day: Ints
    """Day of the plan they are taken out."""

    @classmethod
    def none(cls, size: int) -> Turns:
        """Nothing special."""
        nothing, no = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.bool_)
        return cls(
            employer=nothing,
            drives_for_platform=no,
            paid_from_day=np.full(size, BEFORE_ALL),
            rent_share=np.ones(size),
            homes=nothing,
            childcare_cents=nothing,
            lump_cents=nothing,
            lump_label=nothing,
            lump_on_card=no,
            pays_off=no,
            keeps_one=no,
            signed_up=nothing,
            signed_up_day=np.full(size, BEFORE_ALL),
        )
