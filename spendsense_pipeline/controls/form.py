"""What a form is made from: every value an operator can set as one record, derived from where it is
declared. A page chooses how a kind looks; it knows no control by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from spendsense_pipeline.controls.comparison import SCALE
from spendsense_pipeline.controls.content import ContentCatalogue
from spendsense_pipeline.controls.documentation import Documented, documented
from spendsense_pipeline.controls.field_types import (
    Choice,
    Day,
    FieldType,
    Number,
    Range,
    Whole,
)
from spendsense_pipeline.controls.groups import SECTION_TITLES, groups_of
from spendsense_pipeline.controls.merchants import Merchants
from spendsense_pipeline.controls.model import measure_of
from spendsense_pipeline.controls.personas import Personas, PersonaShares
from spendsense_pipeline.controls.resolved import SECTIONS
from spendsense_pipeline.controls.shares import Distribution
from spendsense_pipeline.personas.rules import PERSONA_KEYS

Kind: TypeAlias = Literal[
    "number",
    "whole",
    "share",
    "range",
    "choice",
    "day",
    "shares",
    "personas",
    "persona_shares",
    "merchants",
    "catalogue",
]

_UNITS_OF_SHARES: Final = ("share", "fraction")
_STEPS_OF_A_SLIDER: Final = 100


@dataclass(frozen=True)
class Shape:
    """What a value of a kind looks like.

    Attributes:
        minimum: the least number; of a range, of both ends.
        maximum: the greatest.
        step: what a slider moves by; no value need be a multiple of it.
        options: words to choose from, or keys to share among.
        earliest: the first day.
        latest: the last.
    """

    kind: Kind
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    options: tuple[str, ...] = ()
    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True)
class FormField:
    """One value an operator can set.

    Attributes:
        label: its name for reading.
        group: what it belongs with, within its section.
        default: in types JSON knows; None: not set.
        bounds: what is allowed, in words.
        is_scale: whether its effect rises with it and is no multiple of it.
    """

    section: str
    name: str
    label: str
    group: str
    shape: Shape
    default: Any
    unit: str | None
    bounds: str
    description: str
    measured_as: str | None
    is_scale: bool

    @property
    def kind(self) -> Kind:
        """What it is edited as."""
        return self.shape.kind


def form_fields() -> tuple[FormField, ...]:
    """Every value an operator can set, in declared order, with the bounds of this deployment.

    Raises:
        TypeError: a field type has no kind.
    """
    groups = {
        section: groups_of(model, SECTION_TITLES[section].capitalize())
        for section, model in SECTIONS.items()
    }
    return tuple(_field(entry, groups[entry.section][entry.name]) for entry in documented())


def shape_of(field_type: FieldType) -> Shape:
    """What a value of a field type looks like.

    Raises:
        TypeError: it has no kind.
    """
    shaped = _SHAPES.get(type(field_type))
    if shaped is None:
        message = f"a form does not know {type(field_type).__name__}: give it a kind in `_SHAPES`"
        raise TypeError(message)
    return shaped(field_type)


def _field(entry: Documented, group: str) -> FormField:
    measure = measure_of(SECTIONS[entry.section], entry.name)
    return FormField(
        section=entry.section,
        name=entry.name,
        label=entry.name.replace("_", " ").capitalize(),
        group=group,
        shape=shape_of(entry.field_type),
        default=entry.default,
        unit=entry.unit,
        bounds=entry.bounds,
        description=entry.description,
        measured_as=entry.measured_as,
        is_scale=measure is not None and measure.compared is SCALE,
    )


def _of_number(number: Number) -> Shape:
    is_share = (number.minimum, number.maximum) == (0, 1) and (number.unit or "").startswith(
        _UNITS_OF_SHARES
    )
    step = _step(number.minimum, number.maximum)
    return Shape("share" if is_share else "number", number.minimum, number.maximum, step)


def _of_whole(whole: Whole) -> Shape:
    return Shape("whole", whole.minimum, whole.greatest, 1)


def _of_range(ends: Range) -> Shape:
    return Shape("range", ends.minimum, ends.maximum, _step(ends.minimum, ends.maximum))


def _of_day(day: Day) -> Shape:
    return Shape("day", earliest=day.earliest, latest=day.latest)


def _step(minimum: float, maximum: float) -> float:
    """A round number of which a slider has about a hundred."""
    wanted = (maximum - minimum) / _STEPS_OF_A_SLIDER
    tens = 10.0 ** math.floor(math.log10(wanted))
    step: float = next(tens * each for each in (1, 2, 5, 10) if tens * each >= wanted * 0.999)
    return round(step, 9)


_SHAPES: dict[type[FieldType], Callable[[Any], Shape]] = {
    Number: _of_number,
    Whole: _of_whole,
    Range: _of_range,
    Choice: lambda choice: Shape("choice", options=choice.options),
    Day: _of_day,
    Distribution: lambda shares: Shape("shares", options=shares.keys),
    Personas: lambda _: Shape("personas", options=PERSONA_KEYS),
    PersonaShares: lambda _: Shape("persona_shares", options=PERSONA_KEYS),
    Merchants: lambda _: Shape("merchants"),
    ContentCatalogue: lambda _: Shape("catalogue"),
}
