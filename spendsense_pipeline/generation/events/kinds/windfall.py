"""Money that comes in one sum: debts are paid with it, or there is a cushion."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.events.declaration import Course, LifeEvent
from spendsense_pipeline.generation.events.kinds.debt_paid_off import OWED_SHARE
from spendsense_pipeline.generation.events.situation import Situation
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.randomness import NORMAL_QUANTILES
from spendsense_pipeline.generation.targets import Rhythm

# Inheritances: a median of about $46,000 among those who inherit, most of it not in cash (SCF
# 2022); settlements and bonuses are smaller.
WINDFALL_MEDIAN_USD, WINDFALL_SIGMA, WINDFALL_RANGE_USD = 11_000.0, 0.6, (3_500.0, 60_000.0)


def _windfall(draw: Floats) -> Floats:
    place = (draw[:, 0] * NORMAL_QUANTILES.size).astype(np.int64)
    usd = WINDFALL_MEDIAN_USD * np.exp(WINDFALL_SIGMA * NORMAL_QUANTILES[place])
    return np.asarray(np.clip(np.rint(usd / 250) * 250, *WINDFALL_RANGE_USD), dtype=np.float64)


def _with_windfall(at: Situation, draw: Floats) -> Situation:
    return at.changed(
        lump_cents=-_windfall(draw) * 100, lump_label=int(Fixed.WINDFALL), lump_on_card=False
    )


def _frees(at: Situation, draw: Floats) -> Flags:
    """Who owes less than comes in."""
    return at.revolves & (_windfall(draw) >= OWED_SHARE * at.limit_usd) & ~at.is_tight


def _freed(at: Situation, draw: Floats) -> Situation:
    """The debt is paid, the rest stays in the bank."""
    return _with_windfall(at.debt_free(), draw)


def _relieves(at: Situation, draw: Floats) -> Flags:
    """Who ran out, and has months of it now."""
    has = _windfall(draw) >= 1.5 * at.income_usd
    return at.is_tight & ~at.revolves & has & at.can_live_on_it


def _relieved(at: Situation, draw: Floats) -> Situation:
    """A cushion in one day."""
    return _with_windfall(at, draw).changed(rhythm=Rhythm.CUSHIONED)


WINDFALL: Final = LifeEvent(
    kind="windfall",
    description="Money comes in one sum: debts are paid, or there is a cushion",
    yearly_share=0.04,
    source="2 to 5 % of households a year",
    whom="households with a balance on cards or no cushion",
    courses=(Course(_frees, _freed), Course(_relieves, _relieved)),
    example="A deposit of $12,250, then a payment of the whole statement.",
)
