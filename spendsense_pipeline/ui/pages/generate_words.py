"""Values as they stand in a form: written into a box, read from it, and spoken of."""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.personas.rules import PERSONA_KEYS, persona_title
from spendsense_pipeline.reporting.wording import counted

if TYPE_CHECKING:
    from spendsense_pipeline.controls.form import FormField, Kind

_IN_PERCENT = ("share", "shares", "persona_shares")
_NOT_SET = "not set"
_HUNDRED = decimal.Decimal(100)


def is_in_percent(kind: Kind) -> bool:
    """Whether a form shows such a value in per cent; files and sentences hold the fraction."""
    return kind in _IN_PERCENT


def written(value: Any, *, in_percent: bool = False) -> str:
    """A value as it stands in a box; what is no number stands as it was typed."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    exact = decimal.Decimal(str(value))
    if not exact.is_finite():
        return str(value)
    shown = exact * _HUNDRED if in_percent else exact
    return f"{shown.normalize():f}"


def read(text: str, *, in_percent: bool = False) -> Any:
    """What was typed: a number where it is one, the text where not, None where nothing stands."""
    typed = text.strip()
    if not typed:
        return None
    try:
        number = decimal.Decimal(typed.replace("%", "") if in_percent else typed)
    except decimal.InvalidOperation:
        return typed
    if in_percent:
        number /= _HUNDRED
    is_whole = number.is_finite() and number == number.to_integral_value() and not in_percent
    return int(number) if is_whole and "." not in typed else float(number)


def named(key: str) -> str:
    """A key of a distribution, a preset or a persona, for reading."""
    if key in PERSONA_KEYS:
        return persona_title(key)
    return key if key[:1].isupper() else key.replace("_", " ").capitalize()


def spoken(value: Any, kind: Kind) -> str:
    """A value in a sentence."""
    if value is None or value == []:
        return "none" if kind == "personas" else _NOT_SET
    if isinstance(value, Mapping):
        shares = (
            f"{named(key)} {written(each, in_percent=True)} %"
            for key, each in value.items()
            if each
        )
        return ", ".join(shares)
    if kind == "range" and isinstance(value, list | tuple):
        return " – ".join(written(each) for each in value)
    if kind == "personas":
        return ", ".join(map(named, value))
    if kind in ("merchants", "catalogue"):
        return _entries(value)
    if is_in_percent(kind):
        return f"{written(value, in_percent=True)} %"
    return written(value)


def described_by(field: FormField) -> str:
    """The element that says what is wrong with a field and what is allowed in it."""
    return f"about-{field.section}-{field.name}"


def facts(field: FormField) -> str:
    """What is allowed in a field, what stands there without, how its effect is measured."""
    said = [
        _bounds(field),
        f"default {spoken(field.default, field.kind)}" if field.default not in (None, []) else None,
        f"measured as {field.measured_as}" if field.measured_as else None,
    ]
    return " · ".join(filter(None, said))


def _bounds(field: FormField) -> str | None:
    shape = field.shape
    if field.kind in ("shares", "personas", "persona_shares", "choice", "merchants", "catalogue"):
        return None
    if shape.minimum is None or shape.maximum is None:
        return field.bounds
    if is_in_percent(field.kind):
        ends = f"{shape.minimum * 100:g} – {shape.maximum * 100:g} %"
    elif shape.maximum > 1e12:
        return f"{shape.minimum:g} or more"
    else:
        ends = f"{shape.minimum:,g} – {shape.maximum:,g}"
    return f"{ends} {field.unit}" if field.unit and not is_scale(field) else ends


def is_scale(field: FormField) -> bool:
    """Whether the unit says what its ends mean instead of naming one."""
    return "=" in (field.unit or "")


def _entries(value: Any) -> str:
    if isinstance(value, Mapping):
        return counted(len(value.get("items", ())), "item")
    return counted(len(value), "entry", "entries") if isinstance(value, list) else str(value)
