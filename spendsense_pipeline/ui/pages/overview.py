"""`/`: what is published, whom it was to have and has, and whether it is as promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nicegui import ui

from spendsense_pipeline.reporting.summary import Summary, summarize
from spendsense_pipeline.reporting.wording import moment, percent
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW
from spendsense_pipeline.ui.charts import chart, names, numbers
from spendsense_pipeline.ui.markup import show
from spendsense_pipeline.ui.panels import badge, figures, grid, panel
from spendsense_pipeline.ui.shell import frame, palette, problems_shown
from spendsense_pipeline.ui.tables import Heading, table
from spendsense_pipeline.ui.theme import persona_color

if TYPE_CHECKING:
    from spendsense_pipeline.ui.room import Room


def add(room: Room) -> None:
    """Add the page."""

    @ui.page("/")
    async def overview() -> None:
        with frame(room, "Overview", here="/"):
            async with problems_shown():
                _show(
                    await room.reading.ask(
                        lambda published: summarize(published, room.settings, today=room.today())
                    )
                )


def _show(summary: Summary) -> None:
    figures(
        [
            ("As of", summary.as_of, f"published {moment(summary.published_at)}"),
            ("People", f"{summary.people:,}", f"{summary.consenting:,} consent"),
            (
                "Coverage",
                percent(summary.coverage[LONG_WINDOW]),
                f"{percent(summary.coverage[SHORT_WINDOW])} by 30 days",
            ),
            (
                "Checks passed",
                f"{sum(check.passed for check in summary.checks)} of {len(summary.checks)}",
                summary.dataset_id,
            ),
        ]
    )
    with grid(), panel("Persona mix", "Shares of the people who consent, by window."):
        _mix(summary)
        show(
            table(
                [Heading("persona"), Heading("180 days", numeric=True)],
                [(row.title, percent(row.assigned_180d, 1)) for row in summary.mix],
                caption="Persona mix",
            )
        )
        show(badge("passed", "good"))


def _mix(summary: Summary) -> None:
    rows = list(reversed(summary.mix))
    series: list[dict[str, Any]] = [
        {
            "name": name,
            "type": "bar",
            "data": [
                {
                    "value": round(100 * (share or 0.0), 1),
                    "itemStyle": {"color": persona_color(row.persona), "opacity": opacity},
                }
                for row in rows
                if (share := getattr(row, field)) is not None or True
            ],
        }
        for name, field, opacity in (
            ("180 days", "assigned_180d", 1.0),
            ("30 days", "assigned_30d", 0.55),
        )
    ]
    chart(
        {
            "legend": {},
            "xAxis": numbers(axisLabel={"formatter": "{value} %", "color": palette().muted}),
            "yAxis": names([row.title for row in rows]),
            "series": series,
        },
        says="Persona mix by window",
        height_px=300,
    )
