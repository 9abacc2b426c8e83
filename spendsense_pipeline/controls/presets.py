"""Starting points: controls that belong together, by name. A control given explicitly overrides
its preset, even when it equals the default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from spendsense_pipeline.controls.errors import ControlsError, meant, shown
from spendsense_pipeline.controls.operator_controls import OperatorControls
from spendsense_pipeline.controls.personas import PersonaTarget
from spendsense_pipeline.personas.rules import PERSONAS

_PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "default": ("The natural population: no targets, every control at its default.", {}),
    "balanced": (
        f"All {len(PersonaTarget)} personas in equal shares.",
        {"target_personas": list(PersonaTarget)},
    ),
    **{
        f"{persona.key}_focus": (
            persona.focus.description,
            {"target_personas": [PersonaTarget(persona.key)], **persona.focus.controls},
        )
        for persona in PERSONAS
        if persona.focus
    },
    "overlap_testing": (
        "Three personas, most people showing the behaviour of more than one.",
        {
            "persona_weights": {
                PersonaTarget.HIGH_UTILIZATION: 0.40,
                PersonaTarget.SUBSCRIPTION_HEAVY: 0.35,
                PersonaTarget.VARIABLE_INCOME: 0.25,
            },
            "subscription_adoption_rate": 0.85,
            "credit_utilization_distribution": {
                "low": 0.15,
                "medium": 0.25,
                "high": 0.35,
                "critical": 0.25,
            },
        },
    ),
    "calibrated": (
        "A natural population whose pay cadences and cards follow published statistics.",
        {
            # BLS Current Employment Statistics 2023, pay periods, with a few irregular earners.
            "payroll_pattern_distribution": {
                "weekly": 0.26,
                "biweekly": 0.41,
                "semimonthly": 0.19,
                "monthly": 0.10,
                "irregular": 0.04,
            },
            # Philadelphia Fed, large-bank cards 2024: utilization p50 7.6 %, p75 52 %, p90 94 %.
            "credit_utilization_distribution": {
                "low": 0.66,
                "medium": 0.08,
                "high": 0.10,
                "critical": 0.16,
            },
            # Federal Reserve SHED 2023: 82 % of adults have a credit card.
            "credit_card_probability": 0.82,
            # Survey of Consumer Finances 2022: half of families hold $8,000 or less in accounts.
            "savings_growth_target_pct": 14.0,
        },
    ),
}

PRESET_NAMES = tuple(_PRESETS)


class UnknownPresetError(ControlsError, KeyError):
    """No preset has that name."""


class _Presets(Mapping[str, OperatorControls]):
    """Presets by name; each look-up makes a fresh object, which may be changed in place."""

    def __getitem__(self, name: str) -> OperatorControls:
        if not isinstance(name, str) or name not in _PRESETS:
            raise UnknownPresetError(
                [
                    f"preset must be the name of a preset; it is {shown(name)}: "
                    f"{meant(name, PRESET_NAMES)}"
                ]
            )
        return OperatorControls(**_PRESETS[name][1])

    def __iter__(self) -> Iterator[str]:
        return iter(_PRESETS)

    def __len__(self) -> int:
        return len(_PRESETS)


PRESET_CONFIGS: Mapping[str, OperatorControls] = _Presets()


def preset_description(name: str) -> str:
    """One sentence about the population a preset asks for."""
    return _PRESETS[name][0]


@dataclass(frozen=True)
class Change:
    """What a preset sets, beside what would stand there without it; in types JSON knows."""

    name: str
    default: Any
    value: Any


def changes_of(preset: str) -> tuple[Change, ...]:
    """What a preset changes, in declared order.

    Raises:
        UnknownPresetError: there is none of that name.
    """
    default = OperatorControls().model_dump(mode="json")
    return tuple(
        Change(name, default[name], value)
        for name, value in PRESET_CONFIGS[preset].model_dump(mode="json").items()
        if value != default[name]
    )
