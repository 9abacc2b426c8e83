"""How much is generated, from which seed and over which span."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from spendsense_pipeline.controls.errors import Contradiction
from spendsense_pipeline.controls.field_types import Day, Number, Whole
from spendsense_pipeline.controls.history import MAX_MONTHS, span_problem
from spendsense_pipeline.controls.model import OperatorModel
from spendsense_pipeline.settings import FEWEST_USERS, MAX_USERS_VARIABLE, Settings

# The largest integer every consumer of a seed holds: DuckDB's BIGINT, JSON readers, numpy.
LARGEST_SEED = 2**63 - 1


def _largest_population() -> int:
    return Settings.from_environment().max_users


class DataGenerationConfig(OperatorModel):
    """Size, seed and span of the generated data."""

    section: ClassVar[str] = "config"

    seed: Annotated[int, Whole(0, LARGEST_SEED)] = Field(
        42, description="Chooses the world: the same seed and controls make the same rows."
    )
    num_users: Annotated[
        int, Whole(FEWEST_USERS, _largest_population, "users", raised_by=MAX_USERS_VARIABLE)
    ] = Field(
        100,
        description="People generated, consenting or not; more of them changes nobody.",
    )
    months_history: Annotated[int, Whole(1, MAX_MONTHS, "months")] = Field(
        6,
        description="Whole months of history before as_of's month; history_start wins over it.",
    )
    avg_transactions_per_month: Annotated[
        float, Number(10, 100, "everyday purchases per user and month")
    ] = Field(
        30.0,
        description="Everyday purchases a month before the volume controls; who buys "
        "oftener buys smaller things, or spends more within its means.",
    )
    history_start: Annotated[date | None, Day()] = Field(
        None,
        description="First day of history; default: the first of the month that lies "
        "months_history months before as_of's month.",
    )
    generation_timestamp: Annotated[date | None, Day()] = Field(
        None,
        description="Its date as written is as_of, the last day of the data; default: the date "
        "the run starts.",
    )

    def contradictions(self) -> list[Contradiction]:
        """A span nobody can generate."""
        if self.history_start is None or self.generation_timestamp is None:
            return []
        problem = span_problem(self.history_start, self.generation_timestamp)
        return (
            [Contradiction(("history_start", "generation_timestamp"), problem)] if problem else []
        )
