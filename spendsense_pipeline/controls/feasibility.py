"""Which controls go together: what follows from what, and what is impossible.

Only the truly impossible is an error. Persona targets bend the other controls as far as they must,
so a control that a target overrules is no contradiction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.controls.errors import Contradiction, listed, shown
from spendsense_pipeline.controls.life_events import IMPOSSIBLE
from spendsense_pipeline.controls.personas import PersonaTarget

if TYPE_CHECKING:
    from spendsense_pipeline.controls.operator_controls import OperatorControls

# Controls that say one thing in two ways: where only one is given, the other follows it.
PAIRS = (
    ("target_personas", "persona_weights"),
    ("accounts_per_user_distribution", "credit_card_probability"),
)
# And controls that follow another but do not lead it.
LED = (("subscription_count_min", "light_subscriber_share"),)
# The share of cardless users may be this much above what credit_card_probability leaves.
CARD_FLOOR_TOLERANCE = 0.01
# No service costs less than this a month; cheaper streams would not be told from noise.
CHEAPEST_SUBSCRIPTION_USD = 1.0
HEAVY_FROM = 3
"""Subscriptions from which a subscriber is no longer a light one."""
# Room for the last digit of a sum of doubles.
_ROUNDING = 1e-9


def not_overridden(preset_values: Mapping[str, Any], given: Iterable[str]) -> dict[str, Any]:
    """The preset's values that stand beside the given ones; a pair is overridden together."""
    overridden = set(given)
    for pair in PAIRS:
        if overridden & set(pair):
            overridden.update(pair)
    return {name: value for name, value in preset_values.items() if name not in overridden}


def followers(controls: OperatorControls) -> dict[str, Any]:
    """The values of controls that were left out and follow one that was given."""
    given = controls.model_fields_set | controls.from_preset
    values: dict[str, Any] = {}
    if "target_personas" not in given:
        values["target_personas"] = list(controls.persona_weights or {})
    has_accounts = "accounts_per_user_distribution" in given
    has_card = "credit_card_probability" in given
    if has_accounts and not has_card:
        accounts = controls.accounts_per_user_distribution
        values["credit_card_probability"] = 1 - accounts["2"]
    elif has_card and not has_accounts:
        probability = controls.credit_card_probability
        default = type(controls).model_fields["accounts_per_user_distribution"].default
        with_card = default["3"] + default["4"]
        values["accounts_per_user_distribution"] = {
            "2": 1 - probability,
            "3": probability * default["3"] / with_card,
            "4": probability * default["4"] / with_card,
        }
    if "light_subscriber_share" not in given and controls.subscription_count_min < HEAVY_FROM:
        # Who asks for as few as a light subscriber has means all subscribers.
        values["light_subscriber_share"] = 0.0
    return values


def contradictions(controls: OperatorControls) -> list[Contradiction]:
    """The impossible combinations among these controls."""
    rules: tuple[Callable[[OperatorControls], Contradiction | None], ...] = (
        _weights_without_their_targets,
        _cards_both_overdue_and_paid,
        _fewest_above_most,
        _heavy_with_as_few_as_light,
        _subscriptions_for_less_than_they_cost,
        _cards_without_accounts,
        _events_for_nobody,
    )
    return [found for rule in rules if (found := rule(controls)) is not None]


def _weights_without_their_targets(controls: OperatorControls) -> Contradiction | None:
    if controls.persona_weights is None:
        return None
    targets, weighted = set(controls.target_personas), set(controls.persona_weights)
    if targets == weighted:
        return None
    missing = [persona for persona in PersonaTarget if persona in targets - weighted]
    surplus = [persona for persona in PersonaTarget if persona in weighted - targets]
    complaints = []
    if missing:
        complaints.append(f"{listed(missing)} {_has(missing)} no weight")
    if surplus:
        complaints.append(f"{listed(surplus)} {_is(surplus)} not among the targets")
    return Contradiction(
        ("target_personas", "persona_weights"),
        "persona_weights must have exactly the target_personas as keys; "
        f"{' and '.join(complaints)}: name the same personas in both, or leave out one of the two",
    )


def _events_for_nobody(controls: OperatorControls) -> Contradiction | None:
    weights = controls.life_event_weights or {}
    for kind, weight in weights.items():
        reason = IMPOSSIBLE[kind](controls) if weight > 0 and kind in IMPOSSIBLE else None
        if reason is not None:
            return Contradiction(
                ("life_event_weights",),
                f"life_event_weights must weigh kinds that can happen; it gives {kind} "
                f"{shown(weight)} and {reason}, or leave {kind} out",
            )
    return None


def _cards_both_overdue_and_paid(controls: OperatorControls) -> Contradiction | None:
    overdue, minimum = controls.overdue_probability, controls.min_payment_only_probability
    if overdue + minimum <= 1 + _ROUNDING:
        return None
    return Contradiction(
        ("overdue_probability", "min_payment_only_probability"),
        f"overdue_probability {shown(overdue)} and min_payment_only_probability {shown(minimum)} "
        f"must sum to at most 1, since no card is both; they sum to {shown(overdue + minimum)}: "
        f"lower one by {shown(round(overdue + minimum - 1, 9))}",
    )


def _fewest_above_most(controls: OperatorControls) -> Contradiction | None:
    fewest, most = controls.subscription_count_min, controls.subscription_count_max
    if fewest <= most:
        return None
    return Contradiction(
        ("subscription_count_min", "subscription_count_max"),
        f"subscription_count_min must not exceed subscription_count_max; it is {fewest} "
        f"and the maximum {most}: raise the maximum to {fewest} or lower the minimum to {most}",
    )


def _heavy_with_as_few_as_light(controls: OperatorControls) -> Contradiction | None:
    fewest, share = controls.subscription_count_min, controls.light_subscriber_share
    if fewest >= HEAVY_FROM or not share:
        return None
    return Contradiction(
        ("light_subscriber_share", "subscription_count_min"),
        f"light_subscriber_share {shown(share)} needs a subscription_count_min of at least "
        f"{HEAVY_FROM}, since it tells apart who has fewer; it is {fewest}: raise it to "
        f"{HEAVY_FROM} or leave out light_subscriber_share",
    )


def _subscriptions_for_less_than_they_cost(controls: OperatorControls) -> Contradiction | None:
    fewest = controls.subscription_count_min
    _, highest = controls.subscription_monthly_spend_range
    least = fewest * CHEAPEST_SUBSCRIPTION_USD
    if highest >= least:
        return None
    return Contradiction(
        ("subscription_count_min", "subscription_monthly_spend_range"),
        f"subscription_monthly_spend_range must reach {shown(least)} USD, "
        f"{shown(CHEAPEST_SUBSCRIPTION_USD)} for each of the {fewest} of subscription_count_min; "
        f"it ends at {shown(highest)}: raise its high end or lower subscription_count_min",
    )


def _cards_without_accounts(controls: OperatorControls) -> Contradiction | None:
    with_card = 1 - controls.accounts_per_user_distribution["2"]
    probability = controls.credit_card_probability
    if with_card >= probability - CARD_FLOOR_TOLERANCE - _ROUNDING:
        return None
    return Contradiction(
        ("accounts_per_user_distribution", "credit_card_probability"),
        f"credit_card_probability must be at most {shown(round(with_card, 9))}, the share of users "
        f"with 3 or 4 accounts in accounts_per_user_distribution; it is {shown(probability)}: "
        f"lower it, or lower the share of 2-account users to {shown(round(1 - probability, 9))}",
    )


def _is(names: list[PersonaTarget]) -> str:
    return "is" if len(names) == 1 else "are"


def _has(names: list[PersonaTarget]) -> str:
    return "has" if len(names) == 1 else "have"
