"""A job is lost: benefits after some weeks and rides for a platform, until there is another job."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.attributes import Cadence
from spendsense_pipeline.generation.events.declaration import Course, LifeEvent
from spendsense_pipeline.generation.events.situation import Situation

# $376 a week on average in 2021, about $485 by 2025 (Department of Labor), by half of former pay.
REPLACED_SHARE: Final = 0.42
BENEFIT_RANGE_USD: Final = (1_080.0, 2_300.0)
"""A month; $250 to 530 a week."""
# Drivers earned $783 in a month of it in 2017 (JPMorgan Chase Institute), about 1.3 times that now.
PLATFORM_RANGE_USD: Final = (800.0, 1_500.0)
FIRST_PAYOUT_DAYS: Final = 10
NEW_PAY_SHARES: Final = (0.92, 1.05)
"""Most are back at nine tenths of their old pay within a year (JPMorgan Chase Institute 2016)."""
NEW_PAY_DAYS: Final = 12


def _needs(at: Situation, draw: Floats) -> Flags:
    """Who keeps their home on benefits, rides and what else comes in.

    Tenants alone: no lender takes a payment in weekly parts.
    """
    return at.works & at.is_cushioned & at.is_tenant & _change(at, draw).can_run_out


def _needs_a_cushion(at: Situation, draw: Floats) -> Flags:
    """Who saved, and pays what is contracted out of benefits, rides and what else comes in."""
    can = at.works & at.is_cushioned & at.saves
    return np.asarray(can & _stops_saving(at, draw).can_live_on_it, dtype=np.bool_)


def _stops_saving(at: Situation, draw: Floats) -> Situation:
    """The same, but what has been put by is enough: only the standing order ends."""
    changed = _change(at, draw)
    return changed.changed(rhythm=at.rhythm, savings_transfer_usd=0.0)


def _change(at: Situation, draw: Floats) -> Situation:
    """Benefits, rides for a platform, and the money runs out."""
    least, most = PLATFORM_RANGE_USD
    return at.running_out().changed(
        main_pay_usd=np.rint(least + (most - least) * draw[:, 0]),
        unemployment_usd=np.rint(np.clip(REPLACED_SHARE * at.main_pay_usd, *BENEFIT_RANGE_USD)),
        cadence=Cadence.WEEKLY,
        drives_for_platform=True,
        waits_days=FIRST_PAYOUT_DAYS,
    )


def _ends(before: Situation, draw: Floats) -> Situation:
    """Another employer, nearly the same pay, and life as before."""
    least, most = NEW_PAY_SHARES
    return before.changed(
        main_pay_usd=before.main_pay_usd * (least + (most - least) * draw[:, 1]),
        employer=before.employer + 1,
        waits_days=NEW_PAY_DAYS,
    )


JOB_LOSS: Final = LifeEvent(
    kind="job_loss",
    description="A job is lost: benefits from the third week, rides for a platform, then a new job",
    yearly_share=0.25,
    source="6 to 12 % of earners lose a job involuntarily in a year (JPMorgan Chase Institute) and "
    "3 % of adults have benefits (SHED 2024); it may happen to fewer here, so oftener to these",
    whom="tenants paid regularly that can keep their home, and savers who stop saving",
    courses=(Course(_needs, _change), Course(_needs_a_cushion, _stops_saving)),
    example="The payroll line stops; three weeks later unemployment benefits come every second "
    "week, and weekly payouts of a platform. The standing order to savings ends; once the last pay "
    "or a benefit has come, part of what is in checking may be put aside; after 11 to 26 weeks a "
    "new employer pays.",
    lasts_days=(77, 182),
    ends=_ends,
)
