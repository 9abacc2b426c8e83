"""Controls that are valid and given, and cannot show in this configuration.

Nothing here is an error: an operator may leave a control set while trying another. But a control
that does nothing should be named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from spendsense_pipeline.controls.operator_controls import OperatorControls
from spendsense_pipeline.controls.personas import PersonaTarget
from spendsense_pipeline.controls.resolved import ResolvedConfig
from spendsense_pipeline.personas.rules import GENERAL, RULE_BOOK

# No rule is left below the last one, nor below general.
_NOTHING_BELOW = {PersonaTarget(RULE_BOOK[-1].key), PersonaTarget(GENERAL)}


@dataclass(frozen=True)
class _Idle:
    """Controls that idle when something holds, unless a persona is targeted that needs them."""

    controls: tuple[str, ...]
    reason: str
    holds: Callable[[OperatorControls], bool]
    unless_targeted: PersonaTarget | None = None


_IDLE = (
    _Idle(
        ("overlap_rate",),
        "no persona is targeted: name target_personas",
        lambda controls: controls.is_natural,
    ),
    _Idle(
        ("overlap_rate",),
        "no target has a persona ranked below it: target another persona too",
        lambda controls: (
            not controls.is_natural and set(controls.target_personas) <= _NOTHING_BELOW
        ),
    ),
    _Idle(
        ("cash_flow_stress_rate",),
        "it shapes natural populations only: target cash_flow_stressed instead",
        lambda controls: not controls.is_natural,
    ),
    _Idle(
        ("credit_utilization_distribution", "overdue_probability", "min_payment_only_probability"),
        "nobody has a card: raise credit_card_probability",
        lambda controls: controls.accounts_per_user_distribution["2"] == 1,
        unless_targeted=PersonaTarget.HIGH_UTILIZATION,
    ),
    _Idle(
        ("overdue_probability", "min_payment_only_probability"),
        "no card is high or critical: change credit_utilization_distribution",
        lambda controls: (
            not (
                controls.credit_utilization_distribution["high"]
                or controls.credit_utilization_distribution["critical"]
            )
        ),
        unless_targeted=PersonaTarget.HIGH_UTILIZATION,
    ),
    _Idle(
        ("irregular_income_volatility",),
        "nobody is paid irregularly: change payroll_pattern_distribution",
        lambda controls: controls.payroll_pattern_distribution["irregular"] == 0,
        unless_targeted=PersonaTarget.VARIABLE_INCOME,
    ),
    _Idle(
        (
            "light_subscriber_share",
            "subscription_count_min",
            "subscription_count_max",
            "subscription_monthly_spend_range",
        ),
        "nobody has subscriptions: raise subscription_adoption_rate",
        lambda controls: controls.subscription_adoption_rate == 0,
        unless_targeted=PersonaTarget.SUBSCRIPTION_HEAVY,
    ),
    _Idle(
        (
            "subscription_count_min",
            "subscription_count_max",
            "subscription_monthly_spend_range",
        ),
        "every subscriber is a light one: lower light_subscriber_share",
        lambda controls: controls.light_subscriber_share == 1,
        unless_targeted=PersonaTarget.SUBSCRIPTION_HEAVY,
    ),
    _Idle(
        ("savings_transfer_range", "savings_growth_target_pct"),
        "nobody saves: raise savings_adoption_rate",
        lambda controls: controls.savings_adoption_rate == 0,
        unless_targeted=PersonaTarget.SAVINGS_BUILDER,
    ),
    _Idle(
        ("custom_merchants",),
        "nothing is spent in some of their categories: raise these in category_spending_ratios",
        lambda controls: any(
            controls.category_spending_ratios[merchant.category] == 0
            for merchant in controls.custom_merchants
        ),
    ),
)


def controls_without_effect(resolved: ResolvedConfig) -> list[str]:
    """One sentence for each control the operator gave that cannot show."""
    controls = resolved.controls
    given = [
        name
        for name in OperatorControls.model_fields
        if resolved.sources[f"controls.{name}"] == "operator"
    ]
    return [
        f"{name} has no effect, since {idle.reason}"
        for idle in _IDLE
        if idle.holds(controls) and idle.unless_targeted not in controls.target_personas
        for name in idle.controls
        if name in given
    ]
