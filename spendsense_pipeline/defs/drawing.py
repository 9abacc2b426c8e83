"""Pictures as SVG text: lines, outlines and words at places in pixels, and round numbers for axes.

Knows nothing of what is drawn; the charts are in `defs.pictures`.
"""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

BLACK, BLUE, ORANGE, GREY = "#222222", "#4472a8", "#d9822b", "#8a8f98"

Point = tuple[float, float]


@dataclass
class Drawing:
    """A picture in the making; y grows downwards."""

    width: float
    height: float
    _parts: list[str] = field(default_factory=list)

    def line(self, points: Iterable[Point], colour: str = BLACK, width: float = 1.0) -> None:
        """Join the points."""
        self._parts.append(
            f'<polyline points="{_places(points)}" fill="none" stroke="{colour}"'
            f' stroke-width="{width:g}" stroke-linejoin="round"/>'
        )

    def area(self, points: Iterable[Point], colour: str) -> None:
        """Fill what the points enclose."""
        self._parts.append(f'<polygon points="{_places(points)}" fill="{colour}"/>')

    def words(
        self, at: Point, text: str, *, size: int = 11, anchor: str = "middle", colour: str = BLACK
    ) -> None:
        """Write text whose baseline starts, centres or ends at a place; a newline starts a line."""
        x, y = at
        for number, part in enumerate(text.split("\n")):
            self._parts.append(
                f'<text x="{x:.1f}" y="{y + 1.2 * size * number:.1f}" font-size="{size}"'
                f' text-anchor="{anchor}" fill="{colour}">{html.escape(part)}</text>'
            )

    def svg(self, title: str) -> str:
        """The picture as a document of its own."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:g}"'
            f' height="{self.height:g}" font-family="sans-serif">'
            f"<title>{html.escape(title)}</title>"
            f'<rect width="100%" height="100%" fill="white"/>{"".join(self._parts)}</svg>'
        )

    def markdown(self, title: str) -> str:
        """The picture as a Markdown image."""
        data = base64.b64encode(self.svg(title).encode()).decode("ascii")
        return f"![{title}](data:image/svg+xml;base64,{data})"


def _places(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def round_numbers(low: float, high: float, *, about: int = 5) -> Sequence[float]:
    """At most `about` + 1 round numbers from low to high, evenly apart."""
    if not high > low:
        return [low]
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [n * step for n in range(first, last + 1)]
