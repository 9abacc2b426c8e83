"""Every value an operator can set as one record: what documentation, the launchpad's descriptions
and the `operator_controls` table are written from."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from spendsense_pipeline.controls.field_types import FieldType
from spendsense_pipeline.controls.model import field_type_of, measure_of
from spendsense_pipeline.controls.resolved import SECTIONS


@dataclass(frozen=True)
class Documented:
    """One value an operator can set."""

    section: str
    name: str
    default: Any
    field_type: FieldType
    description: str
    measured_as: str | None

    @property
    def unit(self) -> str | None:
        """Unit of the value."""
        return self.field_type.unit

    @property
    def bounds(self) -> str:
        """What is allowed."""
        return self.field_type.bounds

    @property
    def full_description(self) -> str:
        """Description, bounds, unit, default and measure in one paragraph."""
        unit = f" ({self.unit})" if self.unit else ""
        default = "not set" if self.default is None else _compact(self.default)
        parts = [self.description, f"Must be {self.bounds}{unit}.", f"Default: {default}."]
        if self.measured_as:
            parts.append(f"Measured as: {self.measured_as}.")
        return " ".join(parts)


@functools.cache
def documented() -> tuple[Documented, ...]:
    """Every value an operator can set, in declared order."""
    entries = []
    for section, model in SECTIONS.items():
        defaults = model().model_dump(mode="json")
        for name, field in model.model_fields.items():
            field_type, measure = field_type_of(model, name), measure_of(model, name)
            if field_type is None or not field.description:
                message = f"{section}.{name} lacks a field type or a description"
                raise TypeError(message)
            entries.append(
                Documented(
                    section=section,
                    name=name,
                    default=defaults[name],
                    field_type=field_type,
                    description=field.description,
                    measured_as=measure.text if measure else None,
                )
            )
    return tuple(entries)


def _compact(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_compact(each)}" for key, each in value.items())
    if isinstance(value, list):
        return "[" + ", ".join(_compact(each) for each in value) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)
