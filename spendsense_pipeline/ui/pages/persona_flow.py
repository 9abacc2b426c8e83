"""A picture of who had which persona month after month: bands that grow and shrink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.ui.charts import chart, names, numbers
from spendsense_pipeline.ui.markup import text
from spendsense_pipeline.ui.theme import persona_color

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.overview import PersonaFlow


def flow_chart(flow: PersonaFlow) -> None:
    """A band a persona, a place a month; what changed from the month before is in the note.

    Args:
        flow: who became what.
    """
    if not flow.months:
        text("The months were not judged: persona_history_months is 0.", classes="note")
        return
    people = {(each.as_of, each.persona): each.people for each in flow.counts}
    series: list[dict[str, Any]] = [
        {
            "name": title,
            "type": "line",
            "stack": "people",
            "areaStyle": {"opacity": 0.85},
            "lineStyle": {"width": 0},
            "symbol": "none",
            "color": persona_color(key),
            "data": [people.get((month, key), 0) for month in flow.months],
        }
        for key, title in flow.personas
    ]
    chart(
        {
            "legend": {},
            "grid": {"left": 8, "right": 24, "top": 56, "bottom": 8, "containLabel": True},
            "xAxis": names([f"{month:%b %Y}" for month in flow.months], boundaryGap=False),
            "yAxis": numbers(),
            "series": series,
        },
        says=f"People by persona at {len(flow.months)} months’ ends",
        height_px=280,
    )
    changed = sum(link.people for link in flow.links if link.from_persona != link.to_persona)
    first = flow.told_apart_from
    early = f" Before {first:%B %Y} histories are too short to tell people apart." if first else ""
    text(f"{changed:,} changes of persona between neighbouring months.{early}", classes="note")
