"""What a run made, once it is published: who came out beside who was asked for, every control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nicegui import background_tasks, ui

from spendsense_pipeline.reporting.asked import Outcome, outcome_of
from spendsense_pipeline.ui.markup import show, tag, text
from spendsense_pipeline.ui.pages.realised import fidelity_in_short, fidelity_table, mix_table
from spendsense_pipeline.ui.panels import grid, panel

if TYPE_CHECKING:
    from spendsense_pipeline.launching.views import RunView
    from spendsense_pipeline.ui.room import Room


async def outcome(room: Room, run_id: str) -> None:
    """A place for it, filled as soon as the run has published.

    Args:
        room: the server's.
        run_id: which run.

    Raises:
        SpendSenseError: when there is none, or the dataset cannot be read.
    """
    place = ui.element("div").classes("outcome")
    is_shown = False

    async def fill() -> None:
        found = await room.reading.ask(outcome_of)
        with place:
            _show(found)

    def look(found: Mapping[str, RunView]) -> None:
        nonlocal is_shown
        view = found.get(run_id)
        if view is not None and view.has_published and not is_shown:
            is_shown = True
            background_tasks.create(fill())

    view = await room.runs.view(run_id)
    if view.has_published:
        is_shown = True
        await fill()
    room.runs.watch.tell(look)


def _show(found: Outcome) -> None:
    with grid():
        with panel("Who came out", "Asked for beside assigned, shares of the people who consent."):
            show(
                mix_table(
                    [
                        (row.persona, row.requested, row.assigned_180d, row.assigned_30d)
                        for row in found.mix
                    ]
                )
            )
            show(
                tag(
                    "p",
                    tag("a", "See the overview", href="/"),
                    " or ",
                    tag("a", "walk into one of their lives", href="/people"),
                    ".",
                )
            )
        with panel("What came of every control"):
            text(fidelity_in_short(found.controls))
            missed = [row for row in found.controls if row.within is False]
            if missed:
                show(fidelity_table(missed))
            every = tag("summary", "Asked for and realised, one by one")
            show(tag("details", every, fidelity_table(found.controls)))
