"""A person's balance over time: an account's line, with paydays, bills, events, days in need."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nicegui import ui

from spendsense_pipeline.reporting.wording import counted, money
from spendsense_pipeline.ui.charts import chart, days, dollars, rule_line
from spendsense_pipeline.ui.markup import text
from spendsense_pipeline.ui.panels import panel
from spendsense_pipeline.ui.shell import palette

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.balances import AccountLine, Balances

_HEIGHT_PX = 340
_ICONS = {"Bills": "diamond", "Paydays": "triangle", "Overdrawn": "circle"}
# Names of merchants stand in it: text only, never markup.
_TOOLTIP = {
    "trigger": "axis",
    "renderMode": "richText",
    "confine": True,
    ":valueFormatter": "value => typeof value === 'number' ? value.toLocaleString('en-US',"
    " {style: 'currency', currency: 'USD'}) : value",
}


def balance_panel(balances: Balances) -> None:
    """A panel with the chart; says why where there is none.

    Args:
        balances: the person's.
    """
    with panel("Balance day by day", wide=True):
        if balances.note:
            text(f"{balances.note[0].upper()}{balances.note[1:]}.", classes="note")
        if not balances.accounts:
            return
        lines = {line.account_id: line for line in balances.accounts}
        first = balances.accounts[0]

        def draw(line: AccountLine) -> None:
            place.clear()
            with place:
                chart(_options(balances, line), says=_says(balances, line), height_px=_HEIGHT_PX)
                text(_says(balances, line), classes="note")

        if len(lines) > 1:
            names = {line.account_id: _name(line) for line in lines.values()}
            ui.select(
                names,
                label="Account",
                value=first.account_id,
                on_change=lambda event: draw(lines[event.value]),
            ).props("outlined dense options-dense").classes("account")
        place = ui.element("div").classes("drawn")
        draw(first)


def _name(line: AccountLine) -> str:
    mask = f" ··{line.mask}" if line.mask else ""
    return f"{line.name or line.account_id}{mask}"


def _says(balances: Balances, line: AccountLine) -> str:
    what = "what is owed" if line.is_owed else "what is there"
    said = f"{_name(line)}: {what} at the end of every day, {money(line.balances_usd[-1])} now."
    if line.is_primary_checking:
        said += (
            f" {counted(len(balances.low_days), 'day')} under ${balances.low_balance_usd}"
            f" (the dashed line), {counted(len(balances.overdraft_days), 'day')} below nothing."
        )
    return said


def _options(balances: Balances, line: AccountLine) -> dict[str, Any]:
    colors = palette()
    held = dict(zip(line.days(), map(float, line.balances_usd), strict=True))
    main: dict[str, Any] = {
        "name": "Balance",
        "type": "line",
        "step": "end",
        "symbol": "none",
        "color": colors.accent,
        "lineStyle": {"width": 1.5},
        "areaStyle": {"opacity": 0.08},
        "data": [[str(day), value] for day, value in held.items()],
    }
    marks: list[dict[str, Any]] = [
        {
            "xAxis": str(event.happened_on),
            "lineStyle": {"color": colors.warn, "type": "solid", "width": 1},
            "label": {
                "formatter": event.kind.replace("_", " "),
                "color": colors.warn,
                "position": "insideEndTop",
            },
        }
        for event in balances.life_events
        if line.first_day <= event.happened_on <= balances.as_of
    ]
    series = [main]
    bills = [bill for bill in balances.bills if bill.account_id == line.account_id]
    series.append(
        _points(
            "Bills",
            held,
            ((bill.date, f"{bill.name} {money(bill.amount_usd)}") for bill in bills),
            color=colors.muted,
        )
    )
    if line.is_primary_checking:
        marks.append(rule_line(balances.low_balance_usd, ""))
        series += [
            _points(
                "Paydays",
                held,
                (
                    (day.date, f"{', '.join(day.payers)} {money(day.amount_usd)}")
                    for day in balances.paydays
                ),
                color=colors.good,
            ),
            _points(
                "Overdrawn",
                held,
                ((day, money(held[day])) for day in balances.overdraft_days if day in held),
                color=colors.bad,
            ),
        ]
    main["markLine"] = {"symbol": "none", "silent": True, "data": marks}
    return {
        "tooltip": {
            **_TOOLTIP,
            "backgroundColor": colors.surface,
            "borderColor": colors.line,
            "textStyle": {"color": colors.text},
        },
        "legend": {
            "data": [
                {"name": each["name"], "icon": _ICONS.get(each["name"], "roundRect")}
                for each in series
                if each["data"]
            ]
        },
        "grid": {"left": 8, "right": 16, "top": 36, "bottom": 48, "containLabel": True},
        "xAxis": days(),
        "yAxis": dollars(),
        "dataZoom": [
            {"type": "inside", "zoomOnMouseWheel": "ctrl"},
            {
                "type": "slider",
                "height": 22,
                "bottom": 8,
                "borderColor": colors.line,
                "textStyle": {"color": colors.muted},
            },
        ],
        "series": series,
    }


def _points(
    name: str,
    held: dict[dt.date, float],
    said: Iterable[tuple[dt.date, str]],
    *,
    color: str,
) -> dict[str, Any]:
    """Days marked on the line; what happened on one day stands in one mark."""
    by_day: dict[dt.date, list[str]] = defaultdict(list)
    for day, words in said:
        if day in held:
            by_day[day].append(words)
    return {
        "name": name,
        "type": "scatter",
        "symbol": _ICONS[name],
        "symbolSize": 9,
        "color": color,
        "encode": {"x": 0, "y": 1, "tooltip": [2]},
        "data": [[str(day), held[day], ", ".join(words)] for day, words in by_day.items()],
    }
