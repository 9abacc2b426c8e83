"""Pictures for the UI, as Markdown images the metadata view renders (`defs.drawing`).

What each shows and where it is placed. A plotting library would take longer to load than all
features take to measure (docs/decisions/0011-pictures-are-written-as-svg.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from spendsense_pipeline.defs.drawing import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    Drawing,
    Point,
    round_numbers,
)

if TYPE_CHECKING:
    import datetime as dt

    import duckdb
    import numpy as np
    from numpy.typing import NDArray

    from spendsense_pipeline.controls import PersonaThresholds

_BINS = 30
_CELLS_A_ROW = 4
# One histogram of several, in pixels: its size, and what its labels and the gap beside it take.
_CELL_WIDTH, _CELL_HEIGHT = 220, 168
_BELOW, _ABOVE, _BESIDE = 26, 24, 11


def transactions_per_day(con: duckdb.DuckDBPyConnection) -> dg.MarkdownMetadataValue:
    """Posted rows per day, with their 28-day mean."""
    rows = con.execute(
        "select date, count(*) as n, avg(count(*)) over (order by date range 27 preceding)"
        " from raw_transactions where not pending group by date order by date"
    ).fetchall()
    drawing = Drawing(640, 192)
    left, right, top, floor = 58, 630, 8, 168
    _legend(drawing, right, {"rows posted": BLUE, "28-day mean": ORANGE})
    drawing.line([(left, top), (left, floor), (right, floor)])
    if rows:
        days: list[dt.date] = [day for day, _, _ in rows]
        most = max(n for _, n, _ in rows)
        span = max((days[-1] - days[0]).days, 1)

        def place(day: dt.date, height: float) -> Point:
            across = (day - days[0]).days / span * (right - left - 8)
            return left + 4 + across, floor - 0.92 * height / most * (floor - top)

        for number in round_numbers(0, most):
            _, y = place(days[0], number)
            drawing.line([(left - 4, y), (left, y)])
            drawing.words((left - 7, y + 4), f"{number:g}", anchor="end")
        firsts = [day for day in days if day.day == 1]
        # A label takes a twelfth of the width; of a long history every second or third month.
        for day in firsts[:: -(-len(firsts) // 10) or 1]:
            x, _ = place(day, 0)
            drawing.line([(x, floor), (x, floor + 4)])
            drawing.words((x, floor + 17), f"{day:%Y-%m}")
        drawing.line([place(day, n) for day, n, _ in rows], BLUE, 0.8)
        drawing.line([place(day, mean) for day, _, mean in rows], ORANGE, 2)
    else:
        drawing.words(((left + right) / 2, (top + floor) / 2), "no data", colour=GREY)
    return dg.MetadataValue.md(drawing.markdown("Transactions per day"))


def feature_distributions(
    con: duckdb.DuckDBPyConnection, table: str, thresholds: PersonaThresholds
) -> dg.MarkdownMetadataValue:
    """How each feature the rules compare is distributed, with the rule's threshold as a line."""
    import numpy as np

    from spendsense_pipeline.personas.rules import all_criteria, bound

    limits: dict[str, list[float]] = {}
    for _, criterion in all_criteria(bound(thresholds)):
        if not criterion.is_yes_no:
            limits.setdefault(criterion.feature, []).append(criterion.limit)
    drawing = Drawing(_CELLS_A_ROW * _CELL_WIDTH, -(-len(limits) // _CELLS_A_ROW) * _CELL_HEIGHT)
    for i, (feature, lines) in enumerate(limits.items()):
        row, column = divmod(i, _CELLS_A_ROW)
        known = con.execute(
            f'select "{feature}"::double as value from "{table}" where "{feature}" is not null'
        ).fetchnumpy()
        values = np.asarray(known["value"], dtype=np.float64)
        _histogram(drawing, (column * _CELL_WIDTH, row * _CELL_HEIGHT), feature, values, lines)
    title = f"Features the rules read, {table}; orange: a rule's threshold"
    return dg.MetadataValue.md(drawing.markdown(title))


def _histogram(
    drawing: Drawing, at: Point, title: str, values: NDArray[np.float64], limits: Sequence[float]
) -> None:
    """A histogram that reaches to every threshold; the top 2 % are gathered into its last bin."""
    import numpy as np

    left, ceiling = at[0] + _BESIDE, at[1] + _ABOVE
    width, height = _CELL_WIDTH - 2 * _BESIDE, _CELL_HEIGHT - _BELOW - _ABOVE
    floor = ceiling + height
    drawing.words((left + width / 2, ceiling - 7), title)
    if len(values):
        ordered = np.sort(values)
        top = max(float(ordered[int(0.98 * (len(ordered) - 1))]), *limits)
        bottom = min(float(ordered[0]), 0.0, *limits)
        counts, edges = np.histogram(np.minimum(ordered, top), bins=_BINS, range=(bottom, top))
        low, high = float(edges[0]), float(edges[-1])

        def across(value: float) -> float:
            return left + width * (0.04 + 0.92 * (value - low) / (high - low))

        # One outline for all bins: up and down at every edge.
        heights = [0.0, *(0.96 * height * counts / counts.max()).tolist(), 0.0]
        xs = [across(edge) for edge in edges.tolist()]
        outline = [(x, floor - heights[i + side]) for i, x in enumerate(xs) for side in (0, 1)]
        drawing.area(outline, BLUE)
        for limit in limits:
            drawing.line([(across(limit), floor), (across(limit), ceiling)], ORANGE, 2)
        for number in round_numbers(low, high, about=4):
            drawing.line([(across(number), floor), (across(number), floor + 4)])
            drawing.words((across(number), floor + 15), f"{number:.6g}", size=10)
    else:
        drawing.words((left + width / 2, ceiling + height / 2), "no data", colour=GREY)
    drawing.line([(left, ceiling), (left, floor), (left + width, floor)])


def persona_mix(
    mixes: Mapping[str, Mapping[str, float]], personas: Sequence[str]
) -> dg.MarkdownMetadataValue:
    """Shares of each persona side by side: requested (if any was) and assigned in each window."""
    drawing = Drawing(640, 224)
    left, right, top, floor = 52, 630, 28, 184
    colours = dict(zip(mixes, [GREY, BLUE, ORANGE][3 - len(mixes) :], strict=True))
    _legend(drawing, right, colours)
    largest = max(
        (100 * share for shares in mixes.values() for share in shares.values()), default=0
    )
    percent_high = (floor - top) / (largest or 1)
    for number in round_numbers(0, largest):
        y = floor - number * percent_high
        drawing.line([(left - 4, y), (left, y)])
        drawing.words((left - 7, y + 4), f"{number:g} %", anchor="end")
    step = (right - left) / len(personas)
    width = 0.8 * step / max(1, len(mixes))
    for place, persona in enumerate(personas):
        start = left + (place + 0.1) * step
        drawing.words((start + 0.4 * step, floor + 15), persona.replace("_", "\n", 1))
        for i, (label, shares) in enumerate(mixes.items()):
            x, y = start + i * width, floor - 100 * shares.get(persona, 0.0) * percent_high
            corners = [(x, floor), (x, y), (x + width, y), (x + width, floor)]
            drawing.area(corners, colours[label])
    drawing.line([(left, top - 20), (left, floor), (right, floor)])
    drawing.words((left + 6, top - 12), "of consenting users", anchor="start")
    return dg.MetadataValue.md(drawing.markdown("Persona mix"))


def _legend(drawing: Drawing, right: float, colours: Mapping[str, str]) -> None:
    """What each colour means, in the upper right corner, from right to left."""
    for label, colour in reversed(list(colours.items())):
        drawing.words((right, 14), label, anchor="end", colour=BLACK)
        right -= 6.5 * len(label) + 8
        drawing.area([(right, 7), (right - 14, 7), (right - 14, 13), (right, 13)], colour)
        right -= 26


def markdown_table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> dg.MarkdownMetadataValue:
    """A table the metadata view renders in place."""
    lines = [columns, ["---"] * len(columns), *rows]
    text = "\n".join("| " + " | ".join(_text(cell) for cell in line) + " |" for line in lines)
    return dg.MetadataValue.md(text)


def _text(cell: Any) -> str:
    if cell is None:
        return "–"
    text = f"{cell:.4g}" if isinstance(cell, float) else str(cell)
    return text.replace("|", "\\|").replace("\n", " ")
