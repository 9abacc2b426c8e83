"""What a value may be: numbers within bounds, ranges, choices, days. Shares are in `shares`.

A field type is written beside the field it describes. It checks a value in words an operator
understands (the field's name is put in front by `model`), and tells the documentation, the JSON
schema and the launchpad the bounds it checks, so that none of them can disagree.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from spendsense_pipeline.controls.errors import RefusedError, listed, meant, shown


class FieldType:
    """A check with a description; used as `Annotated[<type>, <field type>]`."""

    unit: str | None

    @property
    def bounds(self) -> str:
        """What is allowed, as in "between 0 and 1"."""
        raise NotImplementedError

    def checked(self, value: Any) -> Any:
        """The value in its normal form, or `RefusedError`."""
        raise NotImplementedError

    def checked_again(self, value: Any) -> Any:
        """A value that was accepted when it was stored: the deployment's own bounds are past."""
        return self.checked(value)

    def json_schema(self) -> dict[str, Any]:
        """What the JSON schema says about the bounds."""
        return {}

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check first, in our words; pydantic's own schema behind it then has nothing to refuse."""

        def check(value: Any, info: ValidationInfo) -> Any:
            if value is None:
                return None
            was_stored = isinstance(info.context, Mapping) and bool(info.context.get("stored"))
            return self.checked_again(value) if was_stored else self.checked(value)

        return core_schema.with_info_before_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Pydantic's JSON schema with our bounds."""
        return {**handler(schema), **self.json_schema()}


@dataclass(frozen=True)
class Number(FieldType):
    """A number between two bounds, both allowed."""

    minimum: float
    maximum: float
    unit: str | None = None

    @property
    def bounds(self) -> str:
        """As "between 0 and 1"."""
        return f"between {shown(self.minimum)} and {shown(self.maximum)}"

    def checked(self, value: Any) -> float:
        """The value as a float."""
        number = as_float(value, must=f"be a number {self.bounds}")
        if not self.minimum <= number <= self.maximum:
            raise RefusedError(
                must=f"be {self.bounds}",
                value=number,
                remedy=into_bounds(number, self.minimum, self.maximum),
            )
        return number

    def json_schema(self) -> dict[str, Any]:
        """Minimum and maximum."""
        return {"minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True)
class Whole(FieldType):
    """A whole number between two bounds; the upper one may be a setting of the deployment."""

    minimum: int
    maximum: int | Callable[[], int]
    unit: str | None = None
    raised_by: str | None = None

    @property
    def bounds(self) -> str:
        """As "between 10 and 1000"."""
        return f"between {self.minimum} and {self.greatest}"

    @property
    def greatest(self) -> int:
        """The upper bound, here and now."""
        return self.maximum() if callable(self.maximum) else self.maximum

    def checked(self, value: Any) -> int:
        """The value as an int."""
        number, maximum = self._whole(value), self.greatest
        if not self.minimum <= number <= maximum:
            remedy = into_bounds(number, self.minimum, maximum)
            if number > maximum and self.raised_by:
                remedy += f", or set {self.raised_by} to allow more"
            raise RefusedError(must=f"be {self.bounds}", value=number, remedy=remedy)
        return number

    def checked_again(self, value: Any) -> int:
        """The value as an int, however large if the largest is the deployment's."""
        if not callable(self.maximum):
            return self.checked(value)
        return max(self._whole(value), self.minimum)

    def _whole(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise RefusedError(
                must=f"be a whole number {self.bounds}",
                value=value,
                remedy=f"give one such as {self._example(value)}",
            )
        return int(value)

    def _example(self, value: Any) -> int:
        if isinstance(value, float) and math.isfinite(value):
            return round(min(max(value, self.minimum), self.greatest))
        return self.minimum

    def json_schema(self) -> dict[str, Any]:
        """Minimum, and the maximum unless it is the deployment's."""
        fixed = {} if callable(self.maximum) else {"maximum": self.maximum}
        return {"minimum": self.minimum, **fixed}


@dataclass(frozen=True)
class Range(FieldType):
    """A low and a high end, each between two bounds."""

    minimum: float
    maximum: float
    unit: str | None = None

    @property
    def bounds(self) -> str:
        """As "two numbers, low then high, between 1 and 2000"."""
        return f"two numbers, low then high, {self._within}"

    @property
    def _within(self) -> str:
        return f"between {shown(self.minimum)} and {shown(self.maximum)}"

    def checked(self, value: Any) -> tuple[float, float]:
        """The two ends as floats."""
        if not isinstance(value, (list, tuple)) or len(value) != 2:
            raise RefusedError(
                must=f"be {self.bounds}",
                value=value,
                remedy=f"write it as [{shown(self.minimum)}, {shown(self.maximum)}]",
            )
        low, high = (as_float(end, must=f"be {self.bounds}") for end in value)
        for name, end in (("low", low), ("high", high)):
            if not self.minimum <= end <= self.maximum:
                raise RefusedError(
                    must=f"have its {name} end {self._within}",
                    value=end,
                    remedy=into_bounds(end, self.minimum, self.maximum),
                )
        if low > high:
            raise RefusedError(
                must="go from low to high",
                value=value,
                remedy=f"swap them to [{shown(high)}, {shown(low)}]",
            )
        return low, high

    def json_schema(self) -> dict[str, Any]:
        """Two numbers within bounds."""
        return {"items": {"type": "number", "minimum": self.minimum, "maximum": self.maximum}}


@dataclass(frozen=True)
class Choice(FieldType):
    """One of a few words."""

    options: tuple[str, ...]
    unit: str | None = None

    @property
    def bounds(self) -> str:
        """As "one of lognormal, gamma, normal"."""
        return f"one of {listed(self.options)}"

    def checked(self, value: Any) -> str:
        """The option in its own spelling."""
        if isinstance(value, str) and value.strip().lower() in self.options:
            return value.strip().lower()
        raise RefusedError(must=f"be {self.bounds}", value=value, remedy=meant(value, self.options))


@dataclass(frozen=True)
class Day(FieldType):
    """A date, given as a date, a timestamp or ISO text; its date as written counts."""

    unit: str | None = None
    # Bank holidays, prices and birth years are believable in this span.
    earliest: date = date(2000, 1, 1)
    latest: date = date(2099, 12, 31)

    @property
    def bounds(self) -> str:
        """As "a date from 2000-01-01 to 2099-12-31"."""
        return f"a date from {self.earliest} to {self.latest}"

    def checked(self, value: Any) -> date:
        """The date, without time or zone."""
        day = _as_written(value)
        if day is None:
            raise RefusedError(
                must=f"be {self.bounds}", value=value, remedy="write it as 2025-06-30"
            )
        if not self.earliest <= day <= self.latest:
            near = self.earliest if day < self.earliest else self.latest
            raise RefusedError(
                must=f"be {self.bounds}", found=f"it is {day}", remedy=f"use {near} or one between"
            )
        return day


def as_float(value: Any, *, must: str) -> float:
    """A finite float; true and "1" are not numbers."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise RefusedError(must=must, value=value, remedy="give a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise RefusedError(must=must, value=number, remedy="give a number")
    # Minus zero would be another text for the same configuration.
    return number + 0.0


def into_bounds(value: float, minimum: float, maximum: float) -> str:
    """The remedy for a number outside its bounds."""
    if value < minimum:
        return f"raise it to at least {shown(minimum)}"
    return f"lower it to at most {shown(maximum)}"


def _as_written(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(value.strip()).date() if isinstance(value, str) else None
    except ValueError:
        return None
