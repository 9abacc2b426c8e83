"""A move to a dearer home, or to a cheaper one, beside the moves that change little."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.events.declaration import Course, LifeEvent
from spendsense_pipeline.generation.events.situation import Situation
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.targets import Rhythm

# Who has moved lately pays about half as much more again as who stayed (SHED 2023: $2,100 against
# $1,400 of mortgages).
DEARER_SHARES: Final = (1.18, 1.5)
CHEAPER_SHARES: Final = (0.62, 0.82)
MOVERS_RANGE_USD: Final = (450.0, 1_700.0)
"""What movers charge within a town (HomeAdvisor 2024)."""


def _rent(at: Situation, draw: Floats, shares: tuple[float, float]) -> Situation:
    least, most = shares
    share = at.rent_share * (least + (most - least) * draw[:, 0])
    cheapest, dearest = MOVERS_RANGE_USD
    return at.changed(
        rent_share=np.round(share, 3),
        homes=at.homes + 1,
        lump_cents=np.rint((cheapest + (dearest - cheapest) * draw[:, 1]) / 5) * 500,
        lump_label=int(Fixed.MOVERS),
        lump_on_card=False,
    )


def _overreaches(at: Situation, draw: Floats) -> Flags:
    """Tenants whose money would run out."""
    return at.is_tenant & at.works & at.is_cushioned & _overreached(at, draw).can_run_out


def _overreached(at: Situation, draw: Floats) -> Situation:
    """A dearer rent, and the money runs out."""
    return _rent(at, draw, DEARER_SHARES).running_out()


def _is_relieved(at: Situation, draw: Floats) -> Flags:
    """Tenants who run out."""
    return at.is_tenant & at.works & at.is_tight & _relieved(at, draw).can_live_on_it


def _relieved(at: Situation, draw: Floats) -> Situation:
    """A cheaper rent, and a cushion can grow."""
    return _rent(at, draw, CHEAPER_SHARES).changed(rhythm=Rhythm.CUSHIONED)


MOVE: Final = LifeEvent(
    kind="move",
    description="A move to a home whose rent is another by a fifth to a half",
    yearly_share=0.06,
    source="one tenant in six moves in a year (Census ACS 2023); judged: one move in three changes "
    "what is left of pay that much",
    whom="tenants paid regularly",
    courses=(Course(_overreaches, _overreached), Course(_is_relieved, _relieved)),
    example="KEYSTONE MOVING CO, $860; another landlord is paid, a third more than the last one, "
    "and checking is empty before payday.",
)
