"""Values that stand on a preset's: which were given explicitly, and what is under them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import PrivateAttr

from spendsense_pipeline.controls import feasibility
from spendsense_pipeline.controls.model import OperatorModel


class OverPreset(OperatorModel):
    """A section whose values may come from a preset; one that is given overrides it."""

    # The values of the preset these controls stand on, under those given explicitly.
    _preset_values: dict[str, Any] = PrivateAttr(default_factory=dict)

    @classmethod
    def over(cls, preset_values: Mapping[str, Any], given: Mapping[str, Any]) -> Self:
        """Controls given explicitly on top of a preset's; only the former count as given."""
        present = cls.without_nothing(given)
        under = feasibility.not_overridden(preset_values, present)
        controls = cls(**{**under, **present})
        object.__setattr__(
            controls, "__pydantic_fields_set__", controls.model_fields_set - set(under)
        )
        controls._preset_values = dict(preset_values)
        return controls

    @property
    def from_preset(self) -> frozenset[str]:
        """Names of the controls whose value is the preset's."""
        return frozenset(feasibility.not_overridden(self._preset_values, self.model_fields_set))

    def given(self) -> dict[str, Any]:
        """The values set explicitly, lists and shares that were changed in place among them."""
        untouched = {
            **{name: field.default for name, field in type(self).model_fields.items()},
            **feasibility.not_overridden(self._preset_values, self.model_fields_set),
            **self.followers(),
        }
        return {
            name: value
            for name, value in self
            if name in self.model_fields_set
            or (isinstance(value, (list, dict)) and value != untouched[name])
        }

    def replace(self, **changes: Any) -> Self:
        """A new object with several values changed at once; None takes a value back."""
        return type(self).over(self._preset_values, {**self.given(), **changes})

    def followers(self) -> dict[str, Any]:
        """Values that follow from those given; by default none does."""
        return {}
