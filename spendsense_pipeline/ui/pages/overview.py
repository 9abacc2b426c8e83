"""`/`: what is published, whom it was to have and has, and whether it is as promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.personas.rules import persona_title
from spendsense_pipeline.reporting.overview import Freshness, Overview, overview
from spendsense_pipeline.reporting.wording import NO_DATA, counted, moment, percent
from spendsense_pipeline.review.states import APPROVED, PENDING
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW
from spendsense_pipeline.ui.addresses import person_path
from spendsense_pipeline.ui.charts import chart, names, numbers
from spendsense_pipeline.ui.markup import joined, show, tag, text
from spendsense_pipeline.ui.pages.persona_flow import flow_chart
from spendsense_pipeline.ui.panels import badge, figures, grid, note, panel
from spendsense_pipeline.ui.shell import frame, page, palette, problems_shown
from spendsense_pipeline.ui.tables import Heading, table
from spendsense_pipeline.ui.theme import persona_color

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.summary import MixRow
    from spendsense_pipeline.ui.room import Room

_FAILED_SHOWN = 5


def add(room: Room) -> None:
    """Add the page."""

    @page("/")
    async def first_page() -> None:
        with frame(room, "Overview", here="/"):
            async with problems_shown():
                _show(
                    await room.reading.ask(
                        lambda published: overview(published, room.settings, today=room.today())
                    )
                )


def _show(found: Overview) -> None:
    for said in found.freshness.notes:
        note(said, "warn")
    _figures(found)
    with grid():
        with panel("Persona mix", _asked(found)):
            _mix(found.mix)
        with panel(
            "Month after month",
            f"How many people had each persona at every month’s end, by {LONG_WINDOW} days.",
        ):
            flow_chart(found.flow)
    with grid():
        _checks(found)
        _events(found)


def _figures(found: Overview) -> None:
    fresh, checks, items = found.freshness, found.checks, found.items
    gone = f", {fresh.withdrawn_since:,} withdrawn since" if fresh.withdrawn_since else ""
    figures(
        [
            ("As of", fresh.as_of, _age(fresh)),
            ("People", f"{fresh.people:,}", f"{fresh.consenting:,} consented{gone}"),
            (
                "Coverage",
                percent(found.coverage[LONG_WINDOW]),
                f"{percent(found.coverage[SHORT_WINDOW])} by {SHORT_WINDOW} days",
            ),
            (
                "Checks passed",
                f"{checks.passed:,} of {checks.total - checks.skipped:,}",
                f"{checks.blocking} failed, {checks.warned} remark",
            ),
            (
                "To review",
                f"{items.get(PENDING, 0):,}",
                f"{items.get(APPROVED, 0):,} approved and shown",
            ),
        ]
    )


def _age(fresh: Freshness) -> str:
    """How the dataset came about."""
    made = "imported" if fresh.is_imported else fresh.preset and f"preset {fresh.preset}"
    return ", ".join(filter(None, (f"published {moment(fresh.published_at)}", made)))


def _asked(found: Overview) -> str:
    if any(row.requested is not None for row in found.mix):
        return "Asked for beside assigned, shares of the people who consent."
    return "A natural population: nobody was asked for. Shares of the people who consent."


def _mix(mix: tuple[MixRow, ...]) -> None:
    rows = list(reversed(mix))
    columns = [
        (f"{LONG_WINDOW} days", [row.assigned_180d for row in rows], 1.0),
        (f"{SHORT_WINDOW} days", [row.assigned_30d for row in rows], 0.5),
    ]
    if any(row.requested is not None for row in rows):
        columns.append(("asked for", [row.requested for row in rows], 0.2))
    series: list[dict[str, Any]] = [
        {
            "name": name,
            "type": "bar",
            "color": palette().muted,
            "barGap": "10%",
            "data": [
                {
                    "value": round(100 * (share or 0.0), 1),
                    "itemStyle": {"color": persona_color(row.persona), "opacity": opacity},
                }
                for row, share in zip(rows, shares, strict=True)
            ],
            "itemStyle": {"opacity": opacity},
        }
        for name, shares, opacity in reversed(columns)
    ]
    said = "; ".join(f"{row.title} {percent(row.assigned_180d)}" for row in mix)
    chart(
        {
            "legend": {"data": [name for name, *_ in columns]},
            "xAxis": numbers(axisLabel={"formatter": "{value} %", "color": palette().muted}),
            "yAxis": names([row.title for row in rows]),
            "series": series,
        },
        says=f"Persona mix by {LONG_WINDOW} days: {said}",
        height_px=320,
    )


def _checks(found: Overview) -> None:
    with panel("Checks", "What the run that made this dataset found of its promises."):
        if not found.failed_checks:
            show(joined(badge("all kept", "good"), " Every promise that was judged is kept."))
        for check in found.failed_checks[:_FAILED_SHOWN]:
            kind = "bad" if check.blocks else "warn"
            show(tag("p", badge("failed" if check.blocks else "remark", kind), " ", check.sentence))
        show(tag("a", "All checks and guardrails", href="/guardrails"))


def _events(found: Overview) -> None:
    noticed = found.noticing
    with panel("Life events", "What happened to people, known to the generator alone."):
        if not found.recent_events:
            text("Nothing has happened to anybody: life events are dealt by life_event_rate.")
            return
        show(
            tag(
                "p",
                f"{counted(noticed.events, 'event')} in the lives of "
                f"{counted(noticed.people, 'person', 'people')}; the {SHORT_WINDOW}-day window"
                f" notices in {_days(noticed.median_days_30d)}, the {LONG_WINDOW}-day window in"
                f" {_days(noticed.median_days_180d)} (medians).",
            )
        )
        rows = [
            (
                tag("a", event.name or event.user_id, href=person_path(event.user_id)),
                event.kind.replace("_", " "),
                event.happened_on,
                persona_title(event.persona_after),
            )
            for event in found.recent_events
        ]
        headings = [
            Heading("Who"),
            Heading("What"),
            Heading("When"),
            Heading("Lives since like", classes="wide-only"),
        ]
        show(table(headings, rows, caption="Life events, newest first"))


def _days(median: float | None) -> str:
    return NO_DATA if median is None else counted(round(median), "day")
