"""A promotion: pay rises well beyond the yearly step, and life gets wider."""

from __future__ import annotations

from typing import Final

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.events.declaration import Course, LifeEvent
from spendsense_pipeline.generation.events.kinds.starts_saving import can_save, starts_saving
from spendsense_pipeline.generation.events.kinds.subscribing import can_sign_up, signs_up
from spendsense_pipeline.generation.events.situation import Situation
from spendsense_pipeline.generation.targets import Rhythm

RAISE_SHARES: Final = (0.14, 0.30)
"""Promotions bring more than the 3 to 4 % of a usual year (judged)."""


def _raised(at: Situation, draw: Floats) -> Situation:
    """The pay of the main earner after it."""
    least, most = RAISE_SHARES
    return at.changed(main_pay_usd=at.main_pay_usd * (1 + least + (most - least) * draw[:, 0]))


def _is_relieved(at: Situation, draw: Floats) -> Flags:
    """Who ran out, and would not any more."""
    return at.works & at.is_tight & _raised(at, draw).can_live_on_it


def _relieved(at: Situation, draw: Floats) -> Situation:
    """A cushion can grow."""
    return _raised(at, draw).changed(rhythm=Rhythm.CUSHIONED)


def _saves_it(at: Situation, _: Floats) -> Flags:
    """Who might put more aside."""
    return at.works & at.is_cushioned & can_save(at)


def _saving(at: Situation, draw: Floats) -> Situation:
    """What is more goes to savings."""
    return starts_saving(_raised(at, draw), draw)


def _enjoys_it(at: Situation, _: Floats) -> Flags:
    """Who might subscribe to more."""
    return at.works & at.is_cushioned & can_sign_up(at)


def _enjoying(at: Situation, draw: Floats) -> Situation:
    """What is more goes to a gym, films and music."""
    return signs_up(_raised(at, draw), draw)


RAISE: Final = LifeEvent(
    kind="raise",
    description="A promotion: pay rises by 14 to 30 %, and so do savings or subscriptions",
    yearly_share=0.06,
    source="judged: promotions are rarer than the yearly raise that most have (Atlanta Fed Wage "
    "Growth Tracker 2025)",
    whom="households paid regularly",
    courses=(
        Course(_is_relieved, _relieved),
        Course(_saves_it, _saving),
        Course(_enjoys_it, _enjoying),
    ),
    example="The paycheck steps up by a fifth on one payday; from then on a standing order goes to "
    "savings, or new subscriptions begin, or money is left before payday.",
)
