"""Pictures for the UI, as Markdown images the metadata view renders (base64 PNG).

The only module that draws; matplotlib is imported when the first picture is drawn, and only its
figure classes: pyplot would cost another second and look for a screen.
"""

from __future__ import annotations

import base64
import io
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    import duckdb
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spendsense_pipeline.controls import PersonaThresholds

BLUE, ORANGE, GREY = "#4472a8", "#d9822b", "#8a8f98"
SIX = ("#b0413e", "#d9822b", "#c9a227", "#4472a8", "#5b8c5a", "#8a8f98")
"""One for each persona, in order of priority; general is grey."""
_DPI = 80
_BINS = 30


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
    axes.set_ylabel("transactions")
    axes.legend(frameon=False, fontsize=8)
    return _markdown(figure, "Transactions per day")


def feature_distributions(
    con: duckdb.DuckDBPyConnection, table: str, thresholds: PersonaThresholds
) -> dg.MarkdownMetadataValue:
    """How each feature the rules compare is distributed, with the rule's threshold as a line."""
    from spendsense_pipeline.personas.rules import all_criteria, bound

    lines: dict[str, list[tuple[str, float]]] = {}
    for rule, criterion in all_criteria(bound(thresholds)):
        if not criterion.is_yes_no:
            lines.setdefault(criterion.feature, []).append((rule.key, criterion.limit))
    columns = 4
    figure = _figure(11, 2.1 * -(-len(lines) // columns))
    figure.subplots_adjust(0.02, 0.08, 0.98, 0.93, wspace=0.12, hspace=0.45)
    axes = list(figure.subplots(-(-len(lines) // columns), columns, squeeze=False).flat)
    for ax, (feature, limits) in zip(axes, lines.items(), strict=False):
        values = con.execute(
            f'select "{feature}"::double from "{table}" where "{feature}" is not null'
        ).fetchall()
        _histogram(ax, [value for (value,) in values], [limit for _, limit in limits])
        ax.set_title(feature, fontsize=8)
    for ax in axes[len(lines) :]:
        ax.set_axis_off()
    return _markdown(figure, f"Features the rules read, {table}; orange: a rule's threshold")


def _histogram(ax: Axes, values: Sequence[float], limits: Sequence[float]) -> None:
    """A histogram that reaches to every threshold; the top 2 % are gathered into its last bin."""
    import numpy as np

    ax.yaxis.set_visible(False)
    if not values:
        ax.xaxis.set_visible(False)
        ax.text(0.5, 0.5, "no data", ha="center", transform=ax.transAxes, color=GREY)
        return
    ordered = np.sort(np.asarray(values))
    top = max(float(ordered[int(0.98 * (len(ordered) - 1))]), *limits)
    bottom = min(float(ordered[0]), 0.0, *limits)
    counts, edges = np.histogram(np.minimum(ordered, top), bins=_BINS, range=(bottom, top))
    # One outline instead of a rectangle per bin: a quarter of the drawing time.
    ax.stairs(counts, edges, fill=True, color=BLUE)
    for limit in limits:
        ax.axvline(limit, color=ORANGE, linewidth=1.5)
    # The ends and the thresholds are what is read; matplotlib's own ticks took half the drawing.
    room = (top - bottom) * 0.15
    ends = [end for end in (bottom, top) if all(abs(end - limit) > room for limit in limits)]
    marks = [*limits, *ends]
    ax.set_xticks(marks, [_short(mark) for mark in marks], fontsize=7)


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def persona_mix(
    mixes: Mapping[str, Mapping[str, float]], personas: Sequence[str]
) -> dg.MarkdownMetadataValue:
    """Shares of each persona side by side: requested (if any was) and assigned in each window."""
    figure = _figure(8, 2.8)
    figure.subplots_adjust(0.08, 0.2, 0.99, 0.87)
    axes = figure.subplots()
    width = 0.8 / max(1, len(mixes))
    colours = [GREY, BLUE, ORANGE][3 - len(mixes) :]  # the windows' own, whatever was requested
    for i, ((label, shares), colour) in enumerate(zip(mixes.items(), colours, strict=True)):
        places = [at + (i - (len(mixes) - 1) / 2) * width for at in range(len(personas))]
        heights = [100 * shares.get(persona, 0.0) for persona in personas]
        axes.bar(places, heights, width, label=label, color=colour)
    axes.set_xticks(range(len(personas)), _two_lines(personas), fontsize=8)
    axes.set_ylabel("% of consenting users", fontsize=8)
    if mixes:  # above the bars: any persona may have the highest
        axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower right", bbox_to_anchor=(1, 0.98))
    return _markdown(figure, "Persona mix")


def personas_by_month(con: duckdb.DuckDBPyConnection) -> dg.MarkdownMetadataValue:
    """Who was what at each month's end, as shares one on the other, a panel per window."""
    from spendsense_pipeline.personas.rules import PERSONA_KEYS
    from spendsense_pipeline.tables.features import WINDOWS

    figure = _figure(9, 2.8)
    figure.subplots_adjust(0.06, 0.12, 0.83, 0.88, wspace=0.1)
    panels = list(figure.subplots(1, len(WINDOWS), squeeze=False).flat)
    for ax, window in zip(panels, WINDOWS, strict=True):
        rows = con.execute(
            "select as_of, primary_persona, count(*) from persona_history"
            " where window_days = $window group by all",
            {"window": window},
        ).fetchall()
        people = {(day, persona): count for day, persona, count in rows}
        days = sorted({day for day, _, _ in rows})
        totals = [sum(people.get((day, key), 0) for key in PERSONA_KEYS) for day in days]
        names = [f"{day:%b}\n{day:%Y}" if day.month in (1, 7) else f"{day:%b}" for day in days]
        floor = [0.0] * len(days)
        for key, colour in zip(PERSONA_KEYS, itertools.cycle(SIX), strict=False):
            heights = [
                100 * people.get((day, key), 0) / total
                for day, total in zip(days, totals, strict=True)
            ]
            ax.bar(range(len(days)), heights, 0.8, bottom=floor, color=colour, label=key)
            floor = [low + height for low, height in zip(floor, heights, strict=True)]
        ax.set_xticks(range(len(days)), names, fontsize=7)
        ax.set_title(f"{window} days", fontsize=8)
    panels[0].set_ylabel("% of consenting users", fontsize=8)
    if panels[-1].get_legend_handles_labels()[0]:
        panels[-1].legend(frameon=False, fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))
    return _markdown(figure, "Personas at each month's end")


def items_by_persona(con: duckdb.DuckDBPyConnection) -> dg.MarkdownMetadataValue:
    """How many items answer each persona, in both windows together, by form one on the other."""
    from spendsense_pipeline.personas.rules import PERSONA_KEYS
    from spendsense_pipeline.tables.advice import ITEM_FORMS

    rows = con.execute(
        "select persona, form, count(*) from recommendations group by all"
    ).fetchall()
    items = {(persona, form): count for persona, form, count in rows}
    figure = _figure(8, 2.8)
    figure.subplots_adjust(0.09, 0.2, 0.84, 0.96)
    axes = figure.subplots()
    floor = [0] * len(PERSONA_KEYS)
    for form, colour in zip(ITEM_FORMS, itertools.cycle(SIX), strict=False):
        heights = [items.get((persona, form), 0) for persona in PERSONA_KEYS]
        axes.bar(range(len(floor)), heights, 0.7, bottom=floor, color=colour, label=form)
        floor = [low + height for low, height in zip(floor, heights, strict=True)]
    axes.set_xticks(range(len(floor)), _two_lines(PERSONA_KEYS), fontsize=8)
    axes.set_ylabel("items", fontsize=8)
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1], labels[::-1], frameon=False, fontsize=8, loc="center left",
        bbox_to_anchor=(1, 0.5),
    )  # fmt: skip
    return _markdown(figure, "Items by persona")


def eligibility_funnel(steps: Mapping[str, Mapping[str, int]]) -> dg.MarkdownMetadataValue:
    """How many items are left at each step from the catalogue to the person, a panel per kind."""
    figure = _figure(9, 2.0)
    figure.subplots_adjust(0.17, 0.04, 0.99, 0.88, wspace=0.08)
    panels = figure.subplots(1, max(1, len(steps)), squeeze=False)[0]
    for ax, (kind, counts), colour in zip(
        panels, steps.items(), itertools.cycle((BLUE, ORANGE)), strict=False
    ):
        whole = max(1, *counts.values())
        places = range(len(counts))
        ax.barh(places, list(counts.values()), 0.7, color=colour)
        for place, count in zip(places, counts.values(), strict=True):
            ax.text(
                count + whole * 0.01,
                place,
                f"{count:,} ({count / whole:.0%})",
                va="center",
                fontsize=8,
            )
        ax.set_xlim(0, whole * 1.35)
        ax.set_yticks(places, list(counts) if ax is panels[0] else [""] * len(counts), fontsize=8)
        ax.invert_yaxis()
        ax.xaxis.set_visible(False)
        ax.spines["bottom"].set_visible(False)
        ax.set_title(kind, fontsize=8)
    return _markdown(figure, "From the catalogue to the person")


def fairness_intervals(con: duckdb.DuckDBPyConnection) -> dg.MarkdownMetadataValue:
    """Every group's difference from the rest with its interval, a panel per outcome; a figure that
    misses is orange, one that is not judged grey.
    """
    rows = con.execute(
        "select told.outcome, told.member, told.days, value, lower, upper, passed from (select *,"
        " regexp_extract(segment, '^([^,]*), (.*), ([^,]*)$', ['outcome', 'member', 'days'])"
        " as told"
        " from evaluation where metric = 'fairness' and value is not null) order by segment"
    ).fetchall()
    outcomes, groups = (sorted({row[place] for row in rows}) for place in (0, 1))
    windows = sorted({row[2] for row in rows}, key=lambda window: int(window.split()[0]))
    reach = max([40, *(round(100 * abs(value)) + 10 for _, _, _, value, *_ in rows)])
    figure = _figure(10, 0.8 + 0.26 * len(groups))
    figure.subplots_adjust(0.18, 0.1, 0.99, 0.93, wspace=0.06)
    panels = figure.subplots(1, max(1, len(outcomes)), squeeze=False)[0]
    for ax, outcome in zip(panels, outcomes, strict=False):
        ax.axvspan(-10, 10, color=GREY, alpha=0.15, linewidth=0)
        ax.axvline(0, color=GREY, linewidth=0.8)
        for what, group, window, value, lower, upper, passed in rows:
            if what != outcome:
                continue
            place = groups.index(group) + 0.3 * windows.index(window) - 0.15
            colour = GREY if passed is None else BLUE if passed else ORANGE
            ax.plot([100 * lower, 100 * upper], [place, place], color=colour, linewidth=1.4)
            ax.plot(
                [100 * value],
                [place],
                "o" if window == windows[0] else "s",
                color=colour,
                markersize=3.5,
            )
        ax.set_yticks(
            range(len(groups)), groups if ax is panels[0] else [""] * len(groups), fontsize=8
        )
        ax.invert_yaxis()
        ax.set_xlim(-reach, reach)
        ax.set_xticks([-reach + 10, 0, reach - 10])
        ax.tick_params(axis="x", labelsize=7)
        ax.set_title(f"{outcome}, difference in points", fontsize=8)
    marks = " and ".join(
        f"{window} ({mark})" for window, mark in zip(windows, ("round", "square"), strict=False)
    )
    return _markdown(
        figure, f"Groups beside everybody else, {marks}; grey: not judged, orange: misses"
    )


def _two_lines(names: Sequence[str]) -> list[str]:
    return ["\n".join(name.replace("_", " ").rsplit(" ", 1)) for name in names]


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
