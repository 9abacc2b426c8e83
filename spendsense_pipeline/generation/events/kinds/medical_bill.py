"""A hospital's bill that goes on a card and stays there."""

from __future__ import annotations

from typing import Final

from spendsense_pipeline.generation.events.declaration import LifeEvent
from spendsense_pipeline.generation.events.kinds.on_card import Cost
from spendsense_pipeline.generation.labels import Fixed

# Nobody insured pays more than $9,200 (out-of-pocket limit of 2025); the median is judged.
HOSPITAL: Final = Cost(Fixed.HOSPITAL, 2_600.0, 0.55, (1_200.0, 9_200.0))

MEDICAL_BILL: Final = LifeEvent(
    kind="medical_bill",
    description="A hospital's bill goes on a card, which carries a balance from then on",
    yearly_share=0.15,
    source="a surprise of $1,000 or more for medical care: 10 to 20 % of households a year (SHED)",
    whom="card holders who carry no balance and live on a cushion",
    courses=(HOSPITAL.course(),),
    example="TULSA MEDICAL CENTER, $3,140, on the card; its statements are no longer paid in full.",
)
