"""Every kind of event that is dealt, in the order of their names."""

from __future__ import annotations

from typing import Final

from spendsense_pipeline.generation.events.declaration import LifeEvent
from spendsense_pipeline.generation.events.kinds.birth import BIRTH
from spendsense_pipeline.generation.events.kinds.car_repair import CAR_REPAIR
from spendsense_pipeline.generation.events.kinds.debt_paid_off import DEBT_PAID_OFF
from spendsense_pipeline.generation.events.kinds.job_loss import JOB_LOSS
from spendsense_pipeline.generation.events.kinds.medical_bill import MEDICAL_BILL
from spendsense_pipeline.generation.events.kinds.move import MOVE
from spendsense_pipeline.generation.events.kinds.new_job import NEW_JOB
from spendsense_pipeline.generation.events.kinds.promotion import RAISE
from spendsense_pipeline.generation.events.kinds.retirement import RETIREMENT
from spendsense_pipeline.generation.events.kinds.second_income import SECOND_INCOME
from spendsense_pipeline.generation.events.kinds.starts_saving import STARTS_SAVING
from spendsense_pipeline.generation.events.kinds.subscriptions_tidied import SUBSCRIPTIONS_TIDIED
from spendsense_pipeline.generation.events.kinds.windfall import WINDFALL

LIFE_EVENTS: Final[dict[str, LifeEvent]] = {
    event.kind: event
    for event in (
        BIRTH,
        CAR_REPAIR,
        DEBT_PAID_OFF,
        JOB_LOSS,
        MEDICAL_BILL,
        MOVE,
        NEW_JOB,
        RAISE,
        RETIREMENT,
        SECOND_INCOME,
        STARTS_SAVING,
        SUBSCRIPTIONS_TIDIED,
        WINDFALL,
    )
}
