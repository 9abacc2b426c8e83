"""Subscriptions are tidied up: one is left."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.events.declaration import Course, LifeEvent
from spendsense_pipeline.generation.events.kinds.starts_saving import can_save, starts_saving
from spendsense_pipeline.generation.events.situation import Situation


def _may(at: Situation) -> Flags:
    return np.asarray((at.subscription_count >= 3) & ~at.keeps_one & (at.signed_up == 0))


def _needs(at: Situation, _: Floats) -> Flags:
    """Who has many."""
    return _may(at)


def _change(at: Situation, _: Floats) -> Situation:
    """All but one are cancelled."""
    return at.changed(
        keeps_one=True,
        subscription_count=1,
        subscription_spend_usd=at.subscription_spend_usd / np.maximum(at.subscription_count, 1),
        is_light_subscriber=True,
    )


def _saves_it(at: Situation, draw: Floats) -> Flags:
    """Who could put what is left aside, and more."""
    return _may(at) & at.is_cushioned & can_save(_change(at, draw))


def _saving(at: Situation, draw: Floats) -> Situation:
    """A standing order in their place."""
    return starts_saving(_change(at, draw), draw)


SUBSCRIPTIONS_TIDIED: Final = LifeEvent(
    kind="subscriptions_tidied",
    description="All subscriptions but one are cancelled within a month",
    yearly_share=0.1,
    source="judged; 4.6 % of video subscriptions end in a month (Antenna 2025)",
    whom="households with three subscriptions or more",
    courses=(Course(_needs, _change), Course(_saves_it, _saving)),
    example="Of five charges a month one is left.",
)
