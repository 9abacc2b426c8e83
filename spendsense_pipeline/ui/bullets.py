"""A figure on a line: both windows' values and where the rules draw theirs, fit for a row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from spendsense_pipeline.ui.markup import Markup, tag
from spendsense_pipeline.ui.theme import persona_color

_WIDTH, _HEIGHT, _EDGE, _MIDDLE = 240, 26, 8, 13
_ROOM = 1.12  # beyond the greatest figure, so that its mark is not cut off


@dataclass(frozen=True)
class Tick:
    """Where a rule draws its line."""

    value: float
    persona: str
    says: str


def bullet(
    *, short: float | None, long: float | None, ticks: Sequence[Tick], says: str
) -> Markup | None:
    """The figure drawn; None where neither window has one.

    Args:
        short: in the shorter window, a full dot.
        long: in the longer one, a ring.
        ticks: the rules' lines.
        says: all of it in words.
    """
    values = [each for each in (short, long) if each is not None and math.isfinite(each)]
    if not values:
        return None
    # Zero is always there; a line far beyond the figures is drawn at the edge it lies beyond.
    low = min(0.0, *values, *(tick.value for tick in ticks))
    high = max(0.0, *values, *(tick.value for tick in ticks)) * _ROOM
    span = (high - low) or 1.0

    def x(value: float) -> float:
        return round(_EDGE + (value - low) / span * (_WIDTH - 2 * _EDGE), 1)

    lines = [
        tag(
            "line",
            tag("title", tick.says),
            x1=x(tick.value),
            x2=x(tick.value),
            y1=2,
            y2=_HEIGHT - 2,
            stroke=persona_color(tick.persona),
            stroke_width=2.5,
        )
        for tick in ticks
    ]
    ring = long is not None and tag("circle", cx=x(long), cy=_MIDDLE, r=5.5, class_="ring")
    dot = short is not None and tag("circle", cx=x(short), cy=_MIDDLE, r=3.2, class_="now")
    return tag(
        "svg",
        tag("line", x1=x(low), x2=_WIDTH - _EDGE, y1=_MIDDLE, y2=_MIDDLE, class_="ground"),
        *lines,
        ring,
        dot,
        class_="bullet",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        width=_WIDTH,
        height=_HEIGHT,
        role="img",
        aria_label=says,
    )
