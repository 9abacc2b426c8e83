"""How the effect of a control is measured, and when that is near enough to what was asked for.

Written beside the control it is about. What the rows say is found by the queries of
`checks/fidelity/`, each row under the control's name; what is said here compares it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Requested = Mapping[str, float] | tuple[float, float] | float | str | None


@dataclass(frozen=True)
class Comparison:
    """How far a realised value may be off the requested one."""

    points: float | None = None
    """In the control's own unit; None where the effect only rises with the control."""
    of_requested: float = 0.0
    """And this share of the value asked for."""
    units: float = 0.0
    """And so many of the people or cards that a share counts."""
    side: Literal["either", "at least", "at most"] = "either"
    """Whether more than was asked for, or less, is as good."""

    @property
    def counts_units(self) -> bool:
        """Whether it compares shares of people or cards, of which there may be none."""
        return self.units > 0

    def tolerance(self, requested: float, units: int) -> float | None:
        """What the realised value may be off by, if it has to be near.

        Args:
            requested: The value asked for.
            units: How many people or cards a share counts.

        Returns:
            The tolerance in the control's own unit.
        """
        if self.points is None:
            return None
        counted = self.units / units if self.counts_units else 0.0
        return self.points + self.of_requested * requested + counted

    def is_within(self, requested: float, realised: float, tolerance: float) -> bool:
        """Whether a realised value is near enough.

        Args:
            requested: The value asked for.
            realised: What the rows say.
            tolerance: What they may differ by.

        Returns:
            Whether they do not differ by more, to the side that matters.
        """
        above = realised - requested
        off = {"at least": -above, "at most": above}.get(self.side, abs(above))
        return off <= tolerance + 1e-9


SHARE = Comparison(points=0.02, units=1.0)
"""Shares of people or cards: two points and one of them."""
FLOOR = replace(SHARE, side="at least")
SHARE_OF_DOLLARS = Comparison(points=0.03)
"""Among a hundred people a few flights or sofas move a category by a point."""
SCALE = Comparison()
"""Controls on a scale of their own: the effect rises with them but is no multiple of them."""
BETWEEN = Comparison(points=0.0, of_requested=0.1)
"""Ranges: the 5th and 95th of a hundred, with room for round prices and one price rise."""


@dataclass(frozen=True)
class Measured:
    """The realised value that is reported beside the requested one."""

    text: str
    compared: Comparison = SHARE
    requested: Callable[[Any, Any], Requested] | None = None
    """What is asked for, from the `config` and `controls` sections, where that is not the control's
    own value; None where nothing is."""

    def parts(self, name: str, value: Requested) -> list[tuple[str, float | str, Comparison]]:
        """Every figure the control asks for.

        Args:
            name: The control's.
            value: Its value, or what `requested` makes of it.

        Returns:
            Under `name.entry` the shares of a distribution, under `name.low` and `name.high` the
            ends of a range, each with how it is compared; nothing where nothing is asked for.
        """
        if value is None:
            return []
        if isinstance(value, Mapping):
            return [(f"{name}.{key}", share, self.compared) for key, share in value.items()]
        if isinstance(value, tuple):
            low, high = value
            return [
                (f"{name}.low", low, replace(self.compared, side="at least")),
                (f"{name}.high", high, replace(self.compared, side="at most")),
            ]
        return [(name, value, self.compared)]
