"""What the checks demand of a dataset before it is published."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from pydantic import Field

from spendsense_pipeline.controls.errors import Contradiction, shown
from spendsense_pipeline.controls.field_types import Number
from spendsense_pipeline.controls.model import OperatorModel
from spendsense_pipeline.controls.personas import PersonaTarget

_CONSENTING = "share of consenting users"


class Expectations(OperatorModel):
    """Bounds of the population checks; each is widened by one user."""

    section: ClassVar[str] = "expectations"

    min_coverage: Annotated[float, Number(0, 1, _CONSENTING)] = Field(
        0.70, description="At least this share is assigned a persona other than general."
    )
    min_persona_share: Annotated[float, Number(0, 1, _CONSENTING)] = Field(
        0.01, description="Natural population: every persona has at least this share."
    )
    max_persona_share: Annotated[float, Number(0, 1, _CONSENTING)] = Field(
        0.35, description="Natural population: no persona has more than this share."
    )
    target_mix_tolerance: Annotated[float, Number(0, 1, _CONSENTING)] = Field(
        0.05,
        description="Targeting: a persona's realised share may differ this much from the request.",
    )
    min_target_accuracy: Annotated[float, Number(0, 1, "share of targeted consenting users")] = (
        Field(0.95, description="Targeting: at least this share is assigned its target.")
    )

    def contradictions(self) -> list[Contradiction]:
        """Bounds no population can meet."""
        low, high = self.min_persona_share, self.max_persona_share
        pair = ("min_persona_share", "max_persona_share")
        if low > high:
            return [
                Contradiction(
                    pair,
                    f"min_persona_share is {shown(low)} and max_persona_share {shown(high)}: "
                    "the minimum must not exceed the maximum, so lower one or raise the other",
                )
            ]
        even = 1 / len(PersonaTarget)
        hundredth = math.floor(even * 100) / 100  # below the even share, as it is written
        found = []
        if low > even:
            found.append(
                Contradiction(
                    pair[:1],
                    f"min_persona_share must be at most 1/{len(PersonaTarget)}, the share when all "
                    f"personas are equal; it is {shown(low)}: lower it to {hundredth:.2f} or less",
                )
            )
        if high < even:
            found.append(
                Contradiction(
                    pair[1:],
                    f"max_persona_share must be at least 1/{len(PersonaTarget)}, the share when "
                    f"all personas are equal; it is {shown(high)}: "
                    f"raise it to {hundredth + 0.01:.2f} or more",
                )
            )
        return found
