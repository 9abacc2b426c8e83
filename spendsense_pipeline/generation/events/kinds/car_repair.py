"""A large repair that goes on a card and stays there."""

from __future__ import annotations

from typing import Final

from spendsense_pipeline.generation.events.declaration import LifeEvent
from spendsense_pipeline.generation.events.kinds.on_card import Cost
from spendsense_pipeline.generation.labels import Fixed

# An engine or a gearbox (after AAA).
REPAIR: Final = Cost(Fixed.CAR_REPAIR, 1_900.0, 0.45, (1_000.0, 5_200.0))

CAR_REPAIR: Final = LifeEvent(
    kind="car_repair",
    description="A large repair goes on a card, which carries a balance from then on",
    yearly_share=0.15,
    source="a repair of $1,000 or more: 12 to 22 % of households a year (AAA)",
    whom="drivers with a card who carry no balance and live on a cushion",
    courses=(REPAIR.course(),),
    example="RAMONS GARAGE, $2,210, on the card; its statements are no longer paid in full.",
)
