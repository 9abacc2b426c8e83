"""One feature over the people, drawn and in figures; yes-or-no features and words beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.reporting.signals import QUANTILES, Caught, Signal, Spread, YesNoSignal
from spendsense_pipeline.reporting.wording import NO_DATA, counted, in_unit, percent
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW
from spendsense_pipeline.ui.charts import chart, names, numbers
from spendsense_pipeline.ui.markup import Markup, joined, show, tag, text
from spendsense_pipeline.ui.panels import panel
from spendsense_pipeline.ui.persona_marks import persona_dot, persona_mark
from spendsense_pipeline.ui.shell import palette
from spendsense_pipeline.ui.tables import Heading, table
from spendsense_pipeline.ui.theme import persona_color

if TYPE_CHECKING:
    from spendsense_pipeline.tables.declaration import Column


def signal_panel(signal: Signal, *, windows: Sequence[int]) -> None:
    """A numeric feature: histogram, spread of both windows, and whom each line catches.

    Args:
        signal: the feature.
        windows: which are drawn.
    """
    with panel(signal.label, signal.description, wide=True):
        if not signal.spreads[0].people:
            text("Nobody is looked at: choose another persona.", classes="note")
            return
        if signal.bins:
            _histogram(signal, windows)
        else:
            text("Nobody has a value.", classes="note")
        show(_spreads(signal))
        if signal.changed_people:
            text(
                f"{counted(signal.changed_people, 'person has', 'people have')} another value in"
                f" the other window; of {signal.higher_30d:,} the {SHORT_WINDOW} days’ is greater.",
                classes="note",
            )
        if signal.lines:
            text("Whom the rules’ lines catch", element="h3")
            show(_caught(signal.lines))


def _histogram(signal: Signal, windows: Sequence[int]) -> None:
    colors = palette()
    first, last = signal.bins[0], signal.bins[-1]
    width = first.to_value - first.from_value
    opacity = {SHORT_WINDOW: 0.85, LONG_WINDOW: 0.9}
    color = {SHORT_WINDOW: colors.accent, LONG_WINDOW: colors.muted}
    series: list[dict[str, Any]] = [
        {
            "name": f"{window} days",
            "type": "bar",
            "barGap": "0%",
            "barCategoryGap": "12%",
            "color": color[window],
            "itemStyle": {"opacity": opacity[window]},
            "data": [
                each.people_30d if window == SHORT_WINDOW else each.people_180d
                for each in signal.bins
            ],
        }
        for window in windows
    ]
    lines = [each.line for each in signal.lines if not each.line.is_yes_no]
    within = [line for line in lines if first.from_value <= line.threshold <= last.to_value]
    marks = [
        {
            "xAxis": line.threshold,
            "lineStyle": {"color": persona_color(line.persona), "type": "solid", "width": 2},
            "label": {
                "formatter": f"{line.symbol} {line.threshold_text} {line.title}",
                "color": colors.text,
                "fontSize": 11,
                "position": "end",
                "distance": 4 + 14 * place,
            },
        }
        for place, line in enumerate(within)
    ]
    # The bars stand on an axis of places; the lines on one of values that spans the same.
    values = numbers(
        min=first.from_value,
        max=round(last.to_value, 9),
        position="bottom",
        splitNumber=6,
        axisLabel={":formatter": _axis_words(signal.unit), "color": colors.muted},
    )
    places = names(
        [
            f"{in_unit(each.from_value, signal.unit)} to {in_unit(each.to_value, signal.unit)}"
            for each in signal.bins
        ],
        show=False,
    )
    series.append(
        {
            "type": "line",
            "xAxisIndex": 1,
            "data": [],
            "silent": True,
            "markLine": {"symbol": "none", "silent": True, "data": marks, "animation": False},
        }
    )
    chart(
        {
            "legend": {"data": [f"{window} days" for window in windows]},
            "grid": {
                "left": 8,
                "right": 24,
                "top": 48 + 14 * len(within),
                "bottom": 8,
                "containLabel": True,
            },
            "xAxis": [places, values],
            "yAxis": numbers(minInterval=1),
            "series": series,
        },
        says=f"{signal.label}: people by value in bins of {width:g}",
        height_px=320 + 14 * len(within),
    )
    text(
        f"People by value, in bins of {in_unit(width, signal.unit)}; the first and the last bin"
        " hold everybody beyond.",
        classes="note",
    )


def _axis_words(unit: str | None) -> str:
    """JavaScript that writes a value of the axis as its unit is spoken."""
    if unit == "fraction":
        return "value => +(value * 100).toFixed(1) + ' %'"
    if unit and unit.startswith("USD"):
        return "value => '$' + value.toLocaleString('en-US')"
    return "value => value.toLocaleString('en-US')"


def _spreads(signal: Signal) -> Markup:
    headings = [
        Heading("Window"),
        Heading("People", numeric=True),
        Heading("No data", numeric=True),
        Heading("Least", numeric=True, classes="wide-only"),
        *(
            Heading(
                "Median" if share == 0.5 else f"{share * 100:.0f} %",
                numeric=True,
                classes="" if share == 0.5 else "wide-only",
            )
            for share in QUANTILES
        ),
        Heading("Most", numeric=True, classes="wide-only"),
    ]
    rows = [_spread(each, signal.unit) for each in signal.spreads]
    return table(headings, rows, caption=f"{signal.label} in both windows")


def _spread(spread: Spread, unit: str | None) -> tuple[Any, ...]:
    missing = spread.without_value
    return (
        f"{spread.window_days} days",
        f"{spread.people:,}",
        f"{missing:,} ({percent(missing / spread.people)})" if spread.people else NO_DATA,
        in_unit(spread.least, unit),
        *(in_unit(each, unit) for each in spread.quantiles),
        in_unit(spread.most, unit),
    )


def _caught(lines: Sequence[Caught]) -> Markup:
    rows = [
        (
            persona_mark(each.line.persona),
            f"{each.line.symbol} {each.line.threshold_text}",
            percent(each.share_30d, 1),
            percent(each.share_180d, 1),
            tag("code", each.line.threshold_field) if each.line.threshold_field else NO_DATA,
        )
        for each in lines
    ]
    headings = (
        Heading("Rule"),
        Heading("Line", classes="whole"),
        Heading(f"{SHORT_WINDOW} days", numeric=True),
        Heading(f"{LONG_WINDOW} days", numeric=True),
        Heading("Set by", classes="wide-only"),
    )
    return table(headings, rows, caption="Share of people each line catches")


def yes_no_panel(signals: Sequence[YesNoSignal]) -> None:
    """Yes-or-no features as bars.

    Args:
        signals: in order.
    """
    with panel("Yes or no", "Share of those with data; a rule asks for those with a dot."):
        rows = [
            (
                joined(*(persona_dot(line.line.persona) for line in each.lines), each.label),
                _bars(each.share_30d, each.share_180d),
                f"{percent(each.share_30d)} / {percent(each.share_180d)}",
                f"{each.people - each.with_data_30d:,} / {each.people - each.with_data_180d:,}",
            )
            for each in signals
        ]
        headings = (
            Heading("Feature"),
            Heading("30 over 180 days", classes="wide-only"),
            Heading("Yes", numeric=True),
            Heading("No data", numeric=True),
        )
        show(table(headings, rows, caption="Yes-or-no features, 30 and 180 days"))


def words_panel(column: Column, counted_words: Sequence[tuple[str, int, int]]) -> None:
    """A feature whose values are words: how many have each.

    Args:
        column: the feature.
        counted_words: a word and how many have it in the shorter and the longer window.
    """
    with panel(column.label or column.name, column.description):
        most = max((max(short, long) for _, short, long in counted_words), default=0) or 1
        rows = [
            (word, _bars(short / most, long / most), f"{short:,}", f"{long:,}")
            for word, short, long in counted_words
        ]
        headings = (
            Heading("Value"),
            Heading("30 over 180 days", classes="wide-only"),
            Heading("30 days", numeric=True),
            Heading("180 days", numeric=True),
        )
        show(table(headings, rows, caption=column.label or column.name))


def _bars(short: float | None, long: float | None) -> Markup:
    """Two bars, one under the other; the figures stand beside them."""
    return tag(
        "span",
        tag("span", class_="bar", style=f"--share:{round(100 * (short or 0))}%"),
        tag("span", class_="bar long", style=f"--share:{round(100 * (long or 0))}%"),
        class_="bars",
        aria_hidden="true",
    )
