"""A child is born: childcare is to be paid, and there is less of everything else."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.events.declaration import Course, LifeEvent
from spendsense_pipeline.generation.events.kinds.subscribing import can_sign_up, signs_up
from spendsense_pipeline.generation.events.situation import Situation
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.tables.raw import HOUSEHOLD_TYPES

PARENTS_AGES: Final = (21, 43)
# Center-based care of an infant: $1,230 a month (Child Care Aware of America 2024), less what
# relatives and part-time care save.
CHILDCARE_RANGE_USD: Final = (540.0, 1_250.0)
HOSPITAL_RANGE_USD: Final = (700.0, 4_600.0)
"""What is left to pay of pregnancy and birth: $2,743 on average with insurance (KFF 2022), mostly
less."""


def _may(at: Situation) -> Flags:
    youngest, oldest = PARENTS_AGES
    is_of_age = (at.age_years >= youngest) & (at.age_years <= oldest)
    return np.asarray(is_of_age & at.is_couple & ~at.pays_childcare & (at.childcare_usd == 0))


def _with_child(at: Situation, draw: Floats) -> Situation:
    least, most = CHILDCARE_RANGE_USD
    cheapest, dearest = HOSPITAL_RANGE_USD
    hospital = cheapest + (dearest - cheapest) * draw[:, 1] ** 2
    return at.changed(
        lump_cents=np.rint(hospital * 100),
        lump_label=int(Fixed.HOSPITAL),
        lump_on_card=False,
        household_type=HOUSEHOLD_TYPES.index("family"),
        childcare_usd=np.rint((least + (most - least) * draw[:, 0]) / 5) * 5,
    )


def _burdens(at: Situation, draw: Floats) -> Flags:
    """Whose money would run out."""
    return _may(at) & at.works & at.is_cushioned & _burdened(at, draw).can_run_out


def _burdened(at: Situation, draw: Floats) -> Situation:
    """Childcare, and the money runs out."""
    return _with_child(at, draw).running_out()


def _stops_saving(at: Situation, draw: Floats) -> Flags:
    """Who saved by order and lives on a cushion."""
    return _may(at) & at.is_cushioned & at.saves & _stopped(at, draw).can_live_on_it


def _stopped(at: Situation, draw: Floats) -> Situation:
    """Childcare in place of the standing order."""
    return _with_child(at, draw).changed(savings_transfer_usd=0.0)


def _stays_in(at: Situation, draw: Floats) -> Flags:
    """Who has few subscriptions."""
    return _may(at) & at.is_cushioned & can_sign_up(at) & _staying(at, draw).can_live_on_it


def _staying(at: Situation, draw: Floats) -> Situation:
    """Childcare, films, music and boxes delivered."""
    return signs_up(_with_child(at, draw), draw)


BIRTH: Final = LifeEvent(
    kind="birth",
    description="A child is born: a hospital's bill, childcare, and less is left or saved",
    yearly_share=0.075,
    source="3.59 million births in 2023 (NCHS), 2.7 % of all households, of couples from 21 to 43 "
    "years about one in thirteen",
    whom="couples from 21 to 43 years",
    courses=(
        Course(_burdens, _burdened),
        Course(_stops_saving, _stopped),
        Course(_stays_in, _staying),
    ),
    example="TULSA MEDICAL CENTER, $1,480; a childcare bill begins, groceries grow; the "
    "standing order stops, or checking is empty before payday.",
)
