"""What a preview says, as records that pass between processes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spendsense_pipeline.checks.control_fidelity import ControlFidelity
    from spendsense_pipeline.checks.population import Coverage, PersonaShare


@dataclass(frozen=True)
class Overlap:
    """How many consenting people match two or more personas in one window."""

    window_days: int
    people: int
    overlapping_count: int

    @property
    def share(self) -> float | None:
        """overlapping_count / people."""
        return self.overlapping_count / self.people if self.people else None


@dataclass(frozen=True)
class Card:
    """A credit card of somebody, as of the last day."""

    name: str
    balance_usd: float
    limit_usd: float | None

    @property
    def utilization_share(self) -> float | None:
        """How much of the limit is used."""
        return self.balance_usd / self.limit_usd if self.limit_usd else None


@dataclass(frozen=True)
class Subscription:
    """A subscription that runs, and what it costs a month."""

    merchant: str
    monthly_usd: float


@dataclass(frozen=True)
class SampleLife:
    """One person that would be made, in the longer window.

    Attributes:
        user_id: the person, the same however many are asked for.
        pay_frequency: cadence of the main earner; None without pay.
        in_monthly_usd: pay and benefits a month.
        out_monthly_usd: what is spent a month.
        because: why the persona, in one sentence.
    """

    user_id: str
    name: str
    age: int
    household_type: str
    state: str
    income_tier: str
    persona: str
    persona_title: str
    window_days: int
    pay_frequency: str | None
    in_monthly_usd: float | None
    out_monthly_usd: float | None
    cards: tuple[Card, ...]
    subscriptions: tuple[Subscription, ...]
    because: str


@dataclass(frozen=True)
class StageSeconds:
    """Processor time that one stage took."""

    stage: str
    cpu_seconds: float


@dataclass(frozen=True)
class Preview:
    """The population a configuration would make, or the first people of it.

    Attributes:
        asked_count: people asked for.
        generated_count: people this is about, the first of those.
        consenting_count: how many of these are processed: mix, coverage and overlap are of them.
        mix: requested and assigned, every persona in both windows.
        controls: every control, requested and realised.
        lives: one person of each of the most frequent personas.
        short_histories: personas that the history is too short to show, a sentence each.
        without_effect: controls that cannot show in this configuration, a sentence each.
        seconds: what it took by the clock.
        cpu_seconds: processor time of the process, of all its threads.
    """

    as_of: dt.date
    history_start: dt.date
    asked_count: int
    generated_count: int
    consenting_count: int
    mix: tuple[PersonaShare, ...]
    coverage: tuple[Coverage, ...]
    overlap: tuple[Overlap, ...]
    controls: tuple[ControlFidelity, ...]
    lives: tuple[SampleLife, ...]
    short_histories: tuple[str, ...]
    without_effect: tuple[str, ...]
    stages: tuple[StageSeconds, ...]
    seconds: float
    cpu_seconds: float

    @property
    def is_partial(self) -> bool:
        """Whether more people are asked for than this is about."""
        return self.generated_count < self.asked_count
