"""A second income begins, or ends, in a household of two."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.events.declaration import Course, LifeEvent
from spendsense_pipeline.generation.events.kinds.subscribing import can_sign_up, signs_up
from spendsense_pipeline.generation.events.situation import Situation
from spendsense_pipeline.generation.targets import Rhythm

SECOND_SHARES: Final = (0.30, 0.62)
"""Of the main earner's pay."""


def _earns_alone(at: Situation) -> Flags:
    """Couples on one income; the same second employer does not come back under other terms."""
    is_alone = (at.second_pay_usd == 0) & ~at.earned_two
    return np.asarray(at.works & at.is_couple & is_alone)


def _can_begin(at: Situation, _: Floats) -> Flags:
    """Couples who run out on one income."""
    return np.asarray(_earns_alone(at) & at.is_tight)


def _begun(at: Situation, draw: Floats) -> Situation:
    """Two are paid, and a cushion can grow."""
    least, most = SECOND_SHARES
    return at.changed(
        second_pay_usd=at.main_pay_usd * (least + (most - least) * draw[:, 0]),
        second_cadence=Cadence.BIWEEKLY,
        rhythm=Rhythm.CUSHIONED,
    )


def _can_enjoy(at: Situation, _: Floats) -> Flags:
    """Couples on one income that have few subscriptions."""
    alone = _earns_alone(at)
    return np.asarray(alone & at.is_cushioned & can_sign_up(at))


def _enjoyed(at: Situation, draw: Floats) -> Situation:
    """Two are paid and subscribe to more."""
    return signs_up(_begun(at, draw), draw)


def _can_end(at: Situation, draw: Floats) -> Flags:
    """Couples who would run out on one income."""
    earn_two = at.works & (at.second_pay_usd > 0)
    return np.asarray(earn_two & at.is_cushioned & _ended(at, draw).can_run_out)


def _ended(at: Situation, _: Floats) -> Situation:
    """One is paid, and the money runs out."""
    return at.running_out().changed(second_pay_usd=0.0)


SECOND_INCOME: Final = LifeEvent(
    kind="second_income",
    description="The second earner of a couple takes up work, or leaves it",
    yearly_share=0.08,
    source="both are employed in 48 % of married couples (BLS, Employment Characteristics of "
    "Families); judged: one couple in twelve changes over in a year",
    whom="couples paid regularly",
    courses=(Course(_can_begin, _begun), Course(_can_enjoy, _enjoyed), Course(_can_end, _ended)),
    example="A second payroll line begins every second week, or the one there was stops and "
    "checking is empty before payday.",
)
