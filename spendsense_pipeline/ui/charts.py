"""Charts: what they share, from the visitor's palette. Each page says what its own are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from spendsense_pipeline.ui.shell import palette


def chart(options: Mapping[str, Any], *, says: str, height_px: int = 260) -> ui.echart:
    """A chart of a fixed height, so that nothing moves when it appears.

    Args:
        options: of ECharts; colours of axes and text are added.
        says: what it shows, in a sentence, for those who do not see it.
        height_px: of the chart.
    """
    colors = palette()
    drawn: dict[str, Any] = {
        "backgroundColor": "transparent",
        "textStyle": {"color": colors.text, "fontFamily": "inherit"},
        "animation": False,
        "aria": {"enabled": False},
        "tooltip": {
            "trigger": "axis",
            "confine": True,
            "backgroundColor": colors.surface,
            "borderColor": colors.line,
            "textStyle": {"color": colors.text},
        },
        "grid": {"left": 8, "right": 16, "top": 28, "bottom": 8, "containLabel": True},
        **options,
    }
    if "legend" in drawn:
        drawn["legend"] = {
            "textStyle": {"color": colors.text},
            "icon": "roundRect",
            "itemWidth": 12,
            "itemHeight": 8,
            "type": "scroll",
            "top": 0,
            "left": 0,
            **drawn["legend"],
        }
    return (
        ui.echart(drawn)
        .classes("chart")
        .style(f"height: {height_px}px")
        .props(f'role="img" aria-label="{says.replace(chr(34), chr(39))}"')
    )


def names(values: Sequence[str], **options: Any) -> dict[str, Any]:
    """An axis of names."""
    return {"type": "category", "data": list(values), **_lines(), **options}


def numbers(name: str = "", **options: Any) -> dict[str, Any]:
    """An axis of numbers."""
    return {"type": "value", "name": name, **_lines(), **options}


def dollars(**options: Any) -> dict[str, Any]:
    """An axis of money."""
    written = "value => (value < 0 ? '-$' : '$') + Math.abs(value).toLocaleString('en-US')"
    return numbers(axisLabel={":formatter": written, "color": palette().muted}, **options)


def days(**options: Any) -> dict[str, Any]:
    """An axis of time."""
    return {"type": "time", **_lines(), **options}


def rule_line(value: float, said: str, *, vertical: bool = False) -> dict[str, Any]:
    """A line of the rules across a chart: one entry of `markLine.data`."""
    colors = palette()
    return {
        "xAxis" if vertical else "yAxis": value,
        "name": said,
        "lineStyle": {"color": colors.bad, "type": "dashed", "width": 1},
        "label": {"formatter": said, "color": colors.text, "fontSize": 11, "position": "end"},
    }


def _lines() -> dict[str, Any]:
    colors = palette()
    return {
        "axisLine": {"lineStyle": {"color": colors.line}},
        "axisLabel": {"color": colors.muted},
        "splitLine": {"lineStyle": {"color": colors.line}},
        "nameTextStyle": {"color": colors.muted},
    }
