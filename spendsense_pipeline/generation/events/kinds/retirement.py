"""Somebody retires: Social Security and a pension in the place of pay."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.attributes.sources import (
    PENSION_MEDIAN_USD,
    SOCIAL_SECURITY_RANGE_USD,
)
from spendsense_pipeline.generation.events.declaration import Course, LifeEvent
from spendsense_pipeline.generation.events.situation import Situation
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.targets import Rhythm

RETIRES_FROM_YEARS: Final = 62
"""The earliest age at which Social Security pays for one's own work."""
REPLACED_SHARE: Final = 0.4
"""Of pay, what Social Security comes to for a middling earner (SSA)."""
FIRST_BENEFIT_DAYS: Final = 10
PLAN_MONTHS: Final = (1.2, 2.6)
PLAN_STEP_USD: Final = 500
"""Of pay, what is taken out of a retirement plan to begin with, in round sums (judged)."""


def _needs(at: Situation, draw: Floats) -> Flags:
    """Who is old enough, works, and can live on what comes then."""
    is_of_age = (at.age_years >= RETIRES_FROM_YEARS) & at.works & (at.second_pay_usd == 0)
    return np.asarray(is_of_age & ~at.is_tight & _change(at, draw).can_live_on_it)


def _change(at: Situation, draw: Floats) -> Situation:
    """A benefit each month, a pension for most who have worked that long, no standing order."""
    benefit = np.clip(REPLACED_SHARE * at.main_pay_usd, *SOCIAL_SECURITY_RANGE_USD)
    pension = PENSION_MEDIAN_USD * (0.5 + 1.4 * draw[:, 0])
    least, most = PLAN_MONTHS
    plan = at.main_pay_usd * (least + (most - least) * draw[:, 1])
    return at.changed(
        is_retired=True,
        main_pay_usd=0.0,
        social_security_usd=np.maximum(np.rint(benefit), at.social_security_usd),
        pension_usd=np.where(at.pension_usd > 0, at.pension_usd, np.rint(pension)),
        cadence=Cadence.MONTHLY,
        rhythm=Rhythm.CUSHIONED,
        savings_transfer_usd=0.0,
        waits_days=FIRST_BENEFIT_DAYS,
        lump_cents=-np.rint(plan / PLAN_STEP_USD) * PLAN_STEP_USD * 100,
        lump_label=int(Fixed.RETIREMENT_PLAN),
        lump_on_card=False,
    )


RETIREMENT: Final = LifeEvent(
    kind="retirement",
    description="Pay stops; Social Security and a pension come each month, and a sum from a plan",
    yearly_share=0.25,
    source="about 1.3 % of adults retire in a year, one in ten of those who work past 62; it may "
    "happen to fewer here, so oftener to these",
    whom="people of 62 and over on a salary who do not run out",
    courses=(Course(_needs, _change),),
    example="The payroll line stops; SSA TREAS 310 comes on the third Wednesday, a pension on the "
    "first; the standing order to savings ends.",
)
