"""How a kind of event is declared: to whom it may happen, how often, and what it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.events.situation import Situation

DRAWS = 4
"""Shares in [0, 1) that an event may draw to decide its sums: `[N, DRAWS]`."""


@dataclass(frozen=True)
class Course:
    """One way an event may go."""

    needs: Callable[[Situation, Floats], Flags]
    """Who can live through it, of people and their draws: `[N]`, `[N, DRAWS] -> [N]`."""
    change: Callable[[Situation, Floats], Situation]
    """How they live from its day on."""


@dataclass(frozen=True)
class LifeEvent:
    """A kind of event."""

    kind: str
    description: str
    yearly_share: float
    """Of the households it may happen to, those it happens to in a year."""
    source: str
    """Where that share is taken from."""
    whom: str
    """Which households these are, in words."""
    courses: tuple[Course, ...]
    example: str
    """What rows of somebody it happened to show."""
    lasts_days: tuple[int, int] | None = None
    """After how many days it is over, at least and at most; None: what has changed stays so."""
    ends: Callable[[Situation, Floats], Situation] | None = None
    """How people live when it is over, from how they did before it."""
