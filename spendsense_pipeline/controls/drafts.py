"""What somebody is filling in: values as they were typed, right or wrong, over a preset; and what
stands wherever nothing was."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from spendsense_pipeline.controls.balancing import among
from spendsense_pipeline.controls.form import FormField
from spendsense_pipeline.controls.presets import PRESET_NAMES, changes_of

if TYPE_CHECKING:
    from spendsense_pipeline.controls.resolved import ResolvedConfig

Origin: TypeAlias = Literal["default", "preset", "yours"]

_TARGETS, _WEIGHTS = ("controls", "target_personas"), ("controls", "persona_weights")


class Draft:
    """A configuration as it is being written; `asked` is its saved form."""

    def __init__(self, asked: Mapping[str, Any] | None = None) -> None:
        self.asked: dict[str, Any] = json.loads(json.dumps(dict(asked or {})))

    @classmethod
    def from_text(cls, text: str | None) -> Draft:
        """The draft that `to_text` was called on; an empty one where that is not what it is."""
        try:
            found = json.loads(text or "{}")
        except ValueError:
            return cls()
        is_sound = isinstance(found, dict) and all(
            isinstance(value, dict) for name, value in found.items() if name != "preset"
        )
        return cls(found if is_sound else None)

    def to_text(self) -> str:
        """All of it, to be kept."""
        return json.dumps(self.asked)

    @property
    def preset(self) -> str:
        """What it starts from."""
        preset = self.asked.get("preset")
        return preset if preset in PRESET_NAMES else "default"

    @preset.setter
    def preset(self, name: str) -> None:
        # In front, where a saved file has it.
        others = {key: value for key, value in self.asked.items() if key != "preset"}
        self.asked = others if name == "default" else {"preset": name, **others}

    @property
    def given_count(self) -> int:
        """Values given, the preset aside."""
        return sum(len(value) for name, value in self.asked.items() if name != "preset")

    def is_given(self, section: str, name: str) -> bool:
        """Whether a value was typed there."""
        return name in self.asked.get(section, {})

    def give(self, section: str, name: str, value: Any) -> None:
        """Write a value; None takes it back."""
        values = self.asked.setdefault(section, {})
        values.pop(name, None)
        if value is not None:
            values[name] = value
        if not values:
            del self.asked[section]

    def value(self, field: FormField, good: ResolvedConfig | None = None) -> Any:
        """What stands in a field: what was typed, or what is in force without.

        Args:
            field: which.
            good: what this draft, or an earlier one, came to.
        """
        given = self.asked.get(field.section, {})
        if field.name in given:
            return given[field.name]
        if good is not None and good.preset == self.asked.get("preset"):
            section = getattr(good, field.section)
            return section.model_dump(mode="json", include={field.name})[field.name]
        return self._of_preset().get(field.name, field.default)

    def origin(self, field: FormField) -> Origin:
        """Where what stands in a field comes from."""
        if self.is_given(field.section, field.name):
            return "yours"
        is_preset = field.section == "controls" and field.name in self._of_preset()
        overridden = (field.section, field.name) in (_TARGETS, _WEIGHTS) and (
            self.is_given(*_TARGETS) or self.is_given(*_WEIGHTS)
        )
        return "preset" if is_preset and not overridden else "default"

    def weights(self) -> dict[str, Any]:
        """The share of each targeted persona as it stands; nothing in a natural population."""
        under = self._of_preset()
        controls = self.asked.get("controls", {})
        if not ("target_personas" in controls or "persona_weights" in controls):
            controls = under
        weights, targets = controls.get("persona_weights"), controls.get("target_personas")
        if isinstance(weights, dict) and weights:
            return dict(weights)
        if isinstance(targets, list):
            return dict(among({}, [str(target) for target in targets]))
        return {}

    def give_weights(self, weights: Mapping[str, Any]) -> None:
        """Target these personas with these shares; nobody: a natural population."""
        is_natural_below = not self._of_preset().get("target_personas")
        self.give(*_WEIGHTS, dict(weights) or None)
        self.give(*_TARGETS, None if weights or is_natural_below else [])

    def _of_preset(self) -> Mapping[str, Any]:
        return _values_of(self.preset)


@functools.cache
def _values_of(preset: str) -> Mapping[str, Any]:
    """Asked for once a field; a preset never changes."""
    return {change.name: change.value for change in changes_of(preset)}
