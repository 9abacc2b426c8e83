"""What must be asked of a population for each kind of life event to be possible at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spendsense_pipeline.controls.operator_controls import OperatorControls


def _without_regular_pay(controls: OperatorControls) -> str | None:
    """Nobody is paid regularly."""
    if controls.payroll_pattern_distribution["irregular"] < 1:
        return None
    return "nobody is paid regularly: change payroll_pattern_distribution"


def _without_cards(controls: OperatorControls) -> str | None:
    """Nobody has a card."""
    if controls.accounts_per_user_distribution["2"] < 1:
        return None
    return "nobody has a card: raise credit_card_probability"


def _without_debt(controls: OperatorControls) -> str | None:
    """No card carries a balance at interest."""
    shares = controls.credit_utilization_distribution
    if not _without_cards(controls) and shares["high"] + shares["critical"] > 0:
        return None
    if any(persona.value == "high_utilization" for persona in controls.target_personas):
        return None
    return _without_cards(controls) or (
        "no card is high or critical: change credit_utilization_distribution"
    )


def _without_subscriptions(controls: OperatorControls) -> str | None:
    """Nobody has many subscriptions."""
    heavy = controls.subscription_adoption_rate * (1 - controls.light_subscriber_share)
    if heavy > 0 or any(
        persona.value == "subscription_heavy" for persona in controls.target_personas
    ):
        return None
    return "nobody has many subscriptions: raise subscription_adoption_rate"


IMPOSSIBLE: Mapping[str, Callable[[OperatorControls], str | None]] = {
    "job_loss": _without_regular_pay,
    "raise": _without_regular_pay,
    "move": _without_regular_pay,
    "second_income": _without_regular_pay,
    "medical_bill": _without_cards,
    "car_repair": _without_cards,
    "debt_paid_off": _without_debt,
    "subscriptions_tidied": _without_subscriptions,
}
"""By kind, why it can happen to nobody, if so; kinds left out may always happen to somebody."""
