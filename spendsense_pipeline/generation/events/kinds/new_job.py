"""Another kind of work: from a salary to projects of one's own, or from projects to a salary."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.events.declaration import Course, LifeEvent
from spendsense_pipeline.generation.events.situation import Situation
from spendsense_pipeline.generation.targets import Rhythm

SAVED_MONTHS: Final = 1.4
"""Of income, what who goes independent has put by."""
PAID_AFTER_DAYS: Final = 14
FIRST_CLIENT_DAYS: Final = 15
"""Nobody is paid by a client for what they did as an employee."""


def _goes_independent(at: Situation, _: Floats) -> Flags:
    """Who has savings to live on between two projects."""
    has = at.savings_usd >= SAVED_MONTHS * at.income_usd
    earns_alone = at.second_pay_usd == 0
    return np.asarray(at.works & at.is_cushioned & has & earns_alone & ~at.revolves)


def _independent(at: Situation, _: Floats) -> Situation:
    """Paid by the project; a wage is drawn from savings."""
    return at.changed(
        cadence=Cadence.IRREGULAR,
        rhythm=Rhythm.SWEPT,
        savings_transfer_usd=0.0,
        waits_days=FIRST_CLIENT_DAYS,
    )


def _is_hired(at: Situation, _: Floats) -> Flags:
    """Who is paid by the project."""
    is_swept = (at.cadence == Cadence.IRREGULAR) & (at.rhythm == Rhythm.SWEPT)
    return np.asarray(is_swept & at.can_live_on_it)


def _salaried(at: Situation, _: Floats) -> Situation:
    """A salary every second week."""
    return at.changed(
        cadence=Cadence.BIWEEKLY,
        rhythm=Rhythm.CUSHIONED,
        employer=at.employer + 1,
        waits_days=PAID_AFTER_DAYS,
    )


NEW_JOB: Final = LifeEvent(
    kind="new_job",
    description="Somebody with savings goes independent, or who was paid by the project is hired",
    yearly_share=0.05,
    source="about one worker in six has a new employer a year (BLS tenure 2024); judged: one in "
    "three of these comes from or goes to work of their own",
    whom="households paid by the project, or regularly with savings of six weeks",
    courses=(Course(_goes_independent, _independent), Course(_is_hired, _salaried)),
    example="The payroll line stops after a last pay and clients pay every seven weeks or so, into "
    "savings or swept there; or the clients stop and a payroll line comes every second week.",
)
