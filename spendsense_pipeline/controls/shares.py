"""Shares of a whole: each from 0 to 1, together one, or so nearly that they can be scaled."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spendsense_pipeline.controls.errors import RefusedError, listed, meant, shown
from spendsense_pipeline.controls.field_types import FieldType, as_float, into_bounds

# Shares may be off by this much in sum (hand-written thirds, for instance); then they are scaled.
SUM_TOLERANCE = 0.01
# Below this the sum is one but for the arithmetic of doubles: left as written, so that scaling a
# second time changes nothing.
_EXACT_SUM = 1e-9


@dataclass(frozen=True)
class Distribution(FieldType):
    """A share for each of the known keys, summing to one; a key left out has none."""

    keys: tuple[str, ...]
    unit: str | None = None

    @property
    def bounds(self) -> str:
        """As "shares of low, medium, high that sum to 1"."""
        return f"shares of {listed(self.keys)} that sum to 1"

    def checked(self, value: Any) -> dict[str, float]:
        """Every key in declared order with its share, scaled to sum to one."""
        if not isinstance(value, Mapping):
            raise RefusedError(
                must=f"be {self.bounds}", value=value, remedy="write each key with its share"
            )
        shares: dict[str, float] = {}
        for key, share in value.items():
            name = self._known(key)
            if name in shares:
                raise RefusedError(
                    must="name each key once", found=f"{name} is there twice", remedy="keep one"
                )
            shares[name] = checked_share(name, share)
        scaled = summing_to_one(shares)
        return {key: scaled.get(key, 0.0) for key in self.keys}

    def _known(self, key: Any) -> str:
        # YAML reads `2:` as a number, and people write south for South.
        text = shown(key) if isinstance(key, bool) else str(key)
        by_folded = {known.casefold(): known for known in self.keys}
        if text.casefold() not in by_folded:
            raise RefusedError(
                must=f"be {self.bounds}",
                found=f"it names {shown(text)}",
                remedy=meant(text, self.keys),
            )
        return by_folded[text.casefold()]


def checked_share(name: str, value: Any) -> float:
    """The share that `name` has, from 0 to 1."""
    must = f"give {name} a share between 0 and 1"
    share = as_float(value, must=must)
    if not 0 <= share <= 1:
        raise RefusedError(must=must, value=share, remedy=into_bounds(share, 0, 1))
    return share


def summing_to_one(shares: Mapping[str, float]) -> dict[str, float]:
    """The shares scaled to sum to one if they are within `SUM_TOLERANCE` of it."""
    total = math.fsum(shares.values())
    off = round(total - 1, 9)
    if abs(off) > SUM_TOLERANCE:
        remedy = "give each a share so that they do"
        if shares and off < 0:
            remedy = f"raise one by {shown(-off)}"
        elif shares and max(shares.values()) >= off:
            remedy = f"lower one by {shown(off)}"
        raise RefusedError(
            must="sum to 1", found=f"they sum to {shown(round(total, 9))}", remedy=remedy
        )
    if abs(total - 1) <= _EXACT_SUM:
        return dict(shares)
    return {key: share / total for key, share in shares.items()}
