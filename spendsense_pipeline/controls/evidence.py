"""Which personas a history is too short to show at all, and how long it would have to be. What each
needs is declared with the persona, in the rule book.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from spendsense_pipeline.controls.history import default_history_start, full_months
from spendsense_pipeline.personas.rules import GENERAL, PERSONAS

if TYPE_CHECKING:
    from spendsense_pipeline.controls.resolved import ResolvedConfig


@dataclass(frozen=True)
class ShortHistory:
    """A persona that a history is too short for; such a history is valid all the same.

    Attributes:
        persona: its key.
        months_needed: full months of history from which it can show.
        months_given: full months there are.
        remedy: what makes the history long enough.
    """

    persona: str
    months_needed: int
    months_given: int
    remedy: str

    def __str__(self) -> str:
        """A sentence, for whoever asks before a run."""
        return (
            f"{self.persona} needs {_months(self.months_needed)} of history to show, and this is"
            f" {_months(self.months_given)}: {self.remedy}, or it is left out of presence,"
            " coverage, mix and accuracy."
        )


def unevidenced_personas(history_start: date, as_of: date) -> tuple[str, ...]:
    """Personas a history of this length cannot show, by priority."""
    months = full_months(history_start, as_of)
    return tuple(persona.key for persona in PERSONAS if persona.months_of_history > months)


def short_histories(resolved: ResolvedConfig) -> tuple[ShortHistory, ...]:
    """The personas asked for that the history is too short to show, by priority.

    Of a natural population every persona is asked for, else those that are targeted.
    """
    missing = unevidenced_personas(resolved.history_start, resolved.as_of)
    targets = [persona.value for persona in resolved.target_weights]
    return tuple(
        ShortHistory(
            persona=persona.key,
            months_needed=persona.months_of_history,
            months_given=full_months(resolved.history_start, resolved.as_of),
            remedy=_remedy(resolved, persona.months_of_history),
        )
        for persona in PERSONAS
        if persona.key in missing and (resolved.is_natural or persona.key in targets)
    )


def least_coverage(resolved: ResolvedConfig) -> float:
    """The share of people with a persona other than general that is asked for, as far as targets
    leave it possible.
    """
    wanted = resolved.expectations
    if resolved.is_natural:
        return wanted.min_coverage
    missing = unevidenced_personas(resolved.history_start, resolved.as_of)
    stable = sum(
        share
        for persona, share in resolved.target_weights.items()
        if persona.value in (*missing, GENERAL)
    )
    return max(0.0, min(wanted.min_coverage, 1 - stable - wanted.target_mix_tolerance))


def _remedy(resolved: ResolvedConfig, months: int) -> str:
    if resolved.is_imported:
        return "bring a longer history"
    if resolved.is_given("config", "history_start"):
        return f"let history_start be {default_history_start(resolved.as_of, months)} or earlier"
    return f"let months_history be {months} or more"


def _months(count: int) -> str:
    return "1 full month" if count == 1 else f"{count} full months"
