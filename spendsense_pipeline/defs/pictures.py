"""Pictures for the UI, as Markdown images the metadata view renders (base64 PNG).

The only module that draws; matplotlib is imported when the first picture is drawn, and only its
figure classes: pyplot would cost another second and look for a screen.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from spendsense_pipeline.controls import PersonaThresholds

BLUE, ORANGE, GREY = "#4472a8", "#d9822b", "#8a8f98"
_DPI = 80
_BINS = 30
_CELLS_A_ROW = 4
# One histogram of several, in inches: its size, and what its labels and the gap beside it take.
_CELL_WIDTH, _CELL_HEIGHT = 2.75, 2.1
_BELOW, _ABOVE, _BESIDE = 0.3, 0.3, 0.14


def transactions_per_day(con: duckdb.DuckDBPyConnection) -> dg.MarkdownMetadataValue:
    """Posted rows per day, with their 28-day mean."""
    rows = con.execute(
        "select date, count(*) as n, avg(count(*)) over (order by date range 27 preceding)"
        " from raw_transactions where not pending group by date order by date"
    ).fetchall()
    figure = _figure(8, 2.4)
    figure.subplots_adjust(0.09, 0.12, 0.98, 0.97)
    axes = figure.subplots()
    days = [row[0] for row in rows]
    axes.plot(days, [row[1] for row in rows], color=BLUE, linewidth=0.6, label="rows posted")
    axes.plot(days, [row[2] for row in rows], color=ORANGE, linewidth=1.6, label="28-day mean")
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    axes.set_ylabel("transactions")
    axes.legend(frameon=False, fontsize=8)
    return _markdown(figure, "Transactions per day")


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
    rows = -(-len(limits) // _CELLS_A_ROW)
    figure = _figure(_CELLS_A_ROW * _CELL_WIDTH, rows * _CELL_HEIGHT)
    for i, (feature, lines) in enumerate(limits.items()):
        row, column = divmod(i, _CELLS_A_ROW)
        at = (column * _CELL_WIDTH, (rows - 1 - row) * _CELL_HEIGHT)
        known = con.execute(
            f'select "{feature}"::double as value from "{table}" where "{feature}" is not null'
        ).fetchnumpy()
        _histogram(figure, at, feature, np.asarray(known["value"], dtype=np.float64), lines)
    return _markdown(figure, f"Features the rules read, {table}; orange: a rule's threshold")


def _histogram(
    figure: Figure,
    at: tuple[float, float],
    title: str,
    values: NDArray[np.float64],
    limits: Sequence[float],
) -> None:
    """A histogram that reaches to every threshold; the top 2 % are gathered into its last bin.

    Placed in the figure by hand: a dozen `Axes` take a third of a second to set up and draw.
    """
    import numpy as np
    from matplotlib.collections import LineCollection, PolyCollection
    from matplotlib.ticker import MaxNLocator

    left, floor = at[0] + _BESIDE, at[1] + _BELOW
    width, height = _CELL_WIDTH - 2 * _BESIDE, _CELL_HEIGHT - _BELOW - _ABOVE
    inches = figure.dpi_scale_trans

    def write(x: float, y: float, text: str, size: int, **how: Any) -> None:
        figure.text(x, y, text, ha="center", transform=inches, fontsize=size, **how)

    write(left + width / 2, floor + height + 0.08, title, 8)
    axis = [[(left, floor + height), (left, floor), (left + width, floor)]]
    if not len(values):
        figure.add_artist(LineCollection(axis, colors="black", linewidths=0.8, transform=inches))
        write(left + width / 2, floor + height / 2, "no data", 10, color=GREY)
        return
    ordered = np.sort(values)
    top = max(float(ordered[int(0.98 * (len(ordered) - 1))]), *limits)
    bottom = min(float(ordered[0]), 0.0, *limits)
    counts, edges = np.histogram(np.minimum(ordered, top), bins=_BINS, range=(bottom, top))
    span = edges[-1] - edges[0]

    def across(value: Any) -> Any:
        return left + width * (0.04 + 0.92 * (value - edges[0]) / span)

    # One outline for all bins: along their bottoms and back along their tops.
    steps = floor + 0.96 * height * np.repeat(counts, 2) / counts.max()
    outline = np.column_stack([np.repeat(across(edges), 2), [floor, *steps, floor]])
    figure.add_artist(PolyCollection([outline], facecolors=BLUE, transform=inches))
    lines = [[(across(limit), floor), (across(limit), floor + height)] for limit in limits]
    figure.add_artist(LineCollection(lines, colors=ORANGE, linewidths=1.5, transform=inches))
    ticks = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(edges[0], edges[-1])
    for tick in ticks[(ticks >= edges[0]) & (ticks <= edges[-1])]:
        axis.append([(across(tick), floor), (across(tick), floor - 0.04)])
        write(across(tick), floor - 0.07, f"{tick:.6g}", 7, va="top")
    figure.add_artist(LineCollection(axis, colors="black", linewidths=0.8, transform=inches))


def persona_mix(
    mixes: Mapping[str, Mapping[str, float]], personas: Sequence[str]
) -> dg.MarkdownMetadataValue:
    """Shares of each persona side by side: requested (if any was) and assigned in each window."""
    figure = _figure(8, 2.8)
    figure.subplots_adjust(0.08, 0.2, 0.99, 0.97)
    axes = figure.subplots()
    width = 0.8 / max(1, len(mixes))
    colours = [GREY, BLUE, ORANGE][-len(mixes) :]
    for i, ((label, shares), colour) in enumerate(zip(mixes.items(), colours, strict=True)):
        places = [at + (i - (len(mixes) - 1) / 2) * width for at in range(len(personas))]
        heights = [100 * shares.get(persona, 0.0) for persona in personas]
        axes.bar(places, heights, width, label=label, color=colour)
    axes.set_xticks(range(len(personas)), [p.replace("_", "\n", 1) for p in personas], fontsize=8)
    axes.set_ylabel("% of consenting users", fontsize=8)
    axes.margins(y=0.2)  # room for the legend above the tallest bar
    axes.legend(frameon=False, fontsize=8, loc="upper right", ncols=len(mixes))
    return _markdown(figure, "Persona mix")


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


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    # No layout engine: it draws everything twice to find margins that are the same every night.
    return Figure(figsize=(width, height), dpi=_DPI)


def _markdown(figure: Figure, title: str) -> dg.MarkdownMetadataValue:
    for ax in figure.axes:
        ax.spines[["top", "right"]].set_visible(False)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    data = base64.b64encode(png.getvalue()).decode("ascii")
    return dg.MetadataValue.md(f"![{title}](data:image/png;base64,{data})")
