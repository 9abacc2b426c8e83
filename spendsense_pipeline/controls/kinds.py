"""What a value may be: numbers within bounds, ranges, shares that sum to one, choices, days.

A kind is written beside the field it describes. It checks a value in words an operator understands
(the field's name is put in front by `model`), and tells the documentation, the JSON schema and the
launchpad the bounds it checks, so that none of them can disagree."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from spendsense_pipeline.controls.errors import listed, meant, shown

# Shares may be off by this much in sum (hand-written thirds, for instance); then they are scaled.
SUM_TOLERANCE = 0.01
# Below this the sum is one but for the arithmetic of doubles: left as written, so that scaling a
# second time changes nothing.
_EXACT_SUM = 1e-9


class Kind:
    """A check with a description; used as `Annotated[<type>, <kind>]`."""

    unit: str | None

    @property
    def bounds(self) -> str:
        """What is allowed, as in "between 0 and 1"."""
        raise NotImplementedError

    def checked(self, value: Any, *, stored: bool) -> Any:
        """The value in its normal form; ValueError says what it must be, what it is and the remedy.

        `stored` values were accepted when they were made: bounds of the deployment do not apply.
        """
        raise NotImplementedError

    def json_schema(self) -> dict[str, Any]:
        """What the JSON schema says about the bounds."""
        return {}

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check first, in our words; pydantic's own schema behind it then has nothing to refuse."""

        def check(value: Any, info: ValidationInfo) -> Any:
            stored = isinstance(info.context, Mapping) and bool(info.context.get("stored"))
            return None if value is None else self.checked(value, stored=stored)

        return core_schema.with_info_before_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Pydantic's JSON schema with our bounds."""
        return {**handler(schema), **self.json_schema()}


@dataclass(frozen=True)
class Number(Kind):
    """A number between two bounds, both allowed."""

    minimum: float
    maximum: float
    unit: str | None = None

    @property
    def bounds(self) -> str:
        """As "between 0 and 1"."""
        return f"between {shown(self.minimum)} and {shown(self.maximum)}"

    def checked(self, value: Any, *, stored: bool) -> float:
        """The value as a float."""
        number = as_float(value, f"a number {self.bounds}")
        if not self.minimum <= number <= self.maximum:
            raise ValueError(out_of_bounds(self.bounds, number, self.minimum, self.maximum))
        return number

    def json_schema(self) -> dict[str, Any]:
        """Minimum and maximum."""
        return {"minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number between two bounds; the upper one may be a setting of the deployment."""

    minimum: int
    maximum: int | Callable[[], int]
    unit: str | None = None
    raised_by: str | None = None

    @property
    def bounds(self) -> str:
        """As "between 10 and 1000"."""
        return f"between {self.minimum} and {self._maximum}"

    @property
    def _maximum(self) -> int:
        return self.maximum() if callable(self.maximum) else self.maximum

    def checked(self, value: Any, *, stored: bool) -> int:
        """The value as an int."""
        if isinstance(value, bool) or not isinstance(value, numbers.Integral):
            raise ValueError(
                f"must be a whole number {self.bounds}; it is {shown(value)}: "
                f"give one such as {self._example(value)}"
            )
        number = int(value)
        maximum = self._maximum
        too_large = number > maximum and not (stored and callable(self.maximum))
        if number < self.minimum or too_large:
            text = out_of_bounds(self.bounds, number, self.minimum, maximum)
            if too_large and self.raised_by:
                text += f" or set {self.raised_by} to allow more"
            raise ValueError(text)
        return number

    def _example(self, value: Any) -> int:
        if isinstance(value, float) and math.isfinite(value):
            return round(min(max(value, self.minimum), self._maximum))
        return self.minimum

    def json_schema(self) -> dict[str, Any]:
        """Minimum, and the maximum unless it is the deployment's."""
        fixed = {} if callable(self.maximum) else {"maximum": self.maximum}
        return {"minimum": self.minimum, **fixed}


@dataclass(frozen=True)
class Range(Kind):
    """A low and a high end, each between two bounds."""

    minimum: float
    maximum: float
    unit: str | None = None

    @property
    def bounds(self) -> str:
        """As "two numbers, low then high, between 1 and 2000"."""
        return f"two numbers, low then high, between {shown(self.minimum)} and {shown(self.maximum)}"

    def checked(self, value: Any, *, stored: bool) -> tuple[float, float]:
        """The two ends as floats."""
        if not isinstance(value, (list, tuple)) or len(value) != 2:
            raise ValueError(
                f"must be {self.bounds}; it is {shown(value)}: "
                f"write it as [{shown(self.minimum)}, {shown(self.maximum)}]"
            )
        low, high = (as_float(end, self.bounds) for end in value)
        within = f"between {shown(self.minimum)} and {shown(self.maximum)}"
        for name, end in (("low", low), ("high", high)):
            if not self.minimum <= end <= self.maximum:
                raise ValueError(
                    f"must have its {name} end "
                    + out_of_bounds(within, end, self.minimum, self.maximum).removeprefix("must be ")
                )
        if low > high:
            raise ValueError(
                f"must go from low to high; it is {shown(value)}: swap them to "
                f"[{shown(high)}, {shown(low)}]"
            )
        return low, high

    def json_schema(self) -> dict[str, Any]:
        """Two numbers within bounds."""
        return {"items": {"type": "number", "minimum": self.minimum, "maximum": self.maximum}}


@dataclass(frozen=True)
class Distribution(Kind):
    """A share for each of the known keys, summing to one; a key left out has none."""

    keys: tuple[str, ...]
    unit: str | None = None

    @property
    def bounds(self) -> str:
        """As "shares of low, medium, high that sum to 1"."""
        return f"shares of {listed(self.keys)} that sum to 1"

    def checked(self, value: Any, *, stored: bool) -> dict[str, float]:
        """Every key in declared order with its share, scaled to sum to one."""
        if not isinstance(value, Mapping):
            raise ValueError(
                f"must be {self.bounds}; it is {shown(value)}: write each key with its share"
            )
        shares: dict[str, float] = {}
        for key, share in value.items():
            name = self._known(key)
            if name in shares:
                raise ValueError(f"names {name} twice: give it one share")
            shares[name] = checked_share(name, share)
        scaled = summing_to_one(shares)
        return {key: scaled.get(key, 0.0) for key in self.keys}

    def _known(self, key: Any) -> str:
        # YAML reads `2:` as a number, and people write south for South.
        text = str(key) if not isinstance(key, bool) else shown(key)
        by_folded = {known.casefold(): known for known in self.keys}
        if text.casefold() not in by_folded:
            raise ValueError(
                f"must be {self.bounds}; it names {shown(text)}: {meant(text, self.keys)}"
            )
        return by_folded[text.casefold()]


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few words."""

    options: tuple[str, ...]
    unit: str | None = None

    @property
    def bounds(self) -> str:
        """As "one of lognormal, gamma, normal"."""
        return f"one of {listed(self.options)}"

    def checked(self, value: Any, *, stored: bool) -> str:
        """The option in its own spelling."""
        if isinstance(value, str) and value.strip().lower() in self.options:
            return value.strip().lower()
        raise ValueError(f"must be {self.bounds}; it is {shown(value)}: {meant(value, self.options)}")


@dataclass(frozen=True)
class Day(Kind):
    """A date, given as a date, a timestamp or ISO text; its date as written counts."""

    unit: str | None = None
    # Bank holidays, prices and birth years are believable in this span.
    earliest: date = date(2000, 1, 1)
    latest: date = date(2099, 12, 31)

    @property
    def bounds(self) -> str:
        """As "a date from 2000-01-01 to 2099-12-31"."""
        return f"a date from {self.earliest} to {self.latest}"

    def checked(self, value: Any, *, stored: bool) -> date:
        """The date, without time or zone."""
        day = self._written(value)
        if day is None:
            raise ValueError(
                f"must be {self.bounds}; it is {shown(value)}: write it as 2025-06-30"
            )
        if not self.earliest <= day <= self.latest:
            near = self.earliest if day < self.earliest else self.latest
            raise ValueError(f"must be {self.bounds}; it is {day}: use {near} or a date in between")
        return day

    def _written(self, value: Any) -> date | None:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        if not isinstance(value, str):
            return None
        text = value.strip()
        try:
            return datetime.fromisoformat(text).date()
        except ValueError:
            return None


def as_float(value: Any, wanted: str) -> float:
    """A finite float, or ValueError that says `wanted`; true and "1" are not numbers."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ValueError(f"must be {wanted}; it is {shown(value)}: give a number")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"must be {wanted}; it is {shown(number)}: give a number")
    # Minus zero would be another text for the same configuration.
    return number + 0.0


def out_of_bounds(bounds: str, value: float, minimum: float, maximum: float) -> str:
    """The sentence for a number outside its bounds."""
    if value < minimum:
        return f"must be {bounds}; it is {shown(value)}: raise it to at least {shown(minimum)}"
    return f"must be {bounds}; it is {shown(value)}: lower it to at most {shown(maximum)}"


def checked_share(name: str, value: Any) -> float:
    """A share from 0 to 1."""
    try:
        share = as_float(value, "a number between 0 and 1")
        if not 0 <= share <= 1:
            raise ValueError(out_of_bounds("between 0 and 1", share, 0, 1))  # noqa: TRY301
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None
    return share


def summing_to_one(shares: Mapping[str, float]) -> dict[str, float]:
    """The shares scaled to sum to one if they are within `SUM_TOLERANCE` of it."""
    total = math.fsum(shares.values())
    # Half a nanoshare of room, so that shares written with two decimals may sum to exactly 0.99.
    if abs(total - 1) > SUM_TOLERANCE + _EXACT_SUM:
        step = f"{'raise' if total < 1 else 'lower'} one by {shown(round(abs(1 - total), 9))}"
        remedy = step if shares and (total < 1 or max(shares.values()) >= total - 1) else (
            "give each a share so that they do"
        )
        raise ValueError(f"must sum to 1; they sum to {shown(round(total, 9))}: {remedy}")
    if abs(total - 1) <= _EXACT_SUM:
        return dict(shares)
    return {key: share / total for key, share in shares.items()}


def distinct(values: Sequence[str]) -> str | None:
    """The first value that appears twice, if any."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
