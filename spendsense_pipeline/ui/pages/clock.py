"""The clock: how far the published world has lived, and living on to a later day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.launching.preparing import RunRequest
from spendsense_pipeline.reporting.asked import asked_of
from spendsense_pipeline.ui.acting import require_name
from spendsense_pipeline.ui.markup import text
from spendsense_pipeline.ui.panels import panel

if TYPE_CHECKING:
    from spendsense_pipeline.publishing.publish import Dataset
    from spendsense_pipeline.ui.room import Room

_WEEK_DAYS = 7


def clock(room: Room, published: Dataset | None) -> None:
    """A panel that says what day it is in the published world, and lets it go on.

    Args:
        room: the server's.
        published: the dataset; None where there is none yet.
    """
    with panel("The clock", "The people live on from the day their data ends; their past stays."):
        if published is None:
            text("Nothing has been made yet, so no clock is running.", classes="note")
            return
        text(f"It is {published.as_of} in the published world.")
        if published.is_imported:
            text("These people were brought in: newer rows of theirs are imported.", classes="note")
            return
        _moves(room, published)


def _moves(room: Room, published: Dataset) -> None:
    with ui.row().classes("line"):
        day = (
            ui.input("Live on to", value=str(published.as_of + dt.timedelta(days=1)))
            .props('outlined dense type="date"')
            .classes("day")
        )
        for word, days in (("+1 day", 1), ("+1 week", _WEEK_DAYS)):
            later = str(published.as_of + dt.timedelta(days=days))
            ui.button(word, on_click=lambda later=later: day.set_value(later)).props(
                "flat dense no-caps"
            )
        ui.button("Move the clock", on_click=lambda: move()).props("unelevated no-caps")

    async def move() -> None:
        problem = _refused(day.value, published.as_of)
        day.error = problem
        if problem is not None:
            return
        name = await require_name(room)
        if name is None:
            return
        asked = await room.reading.ask(asked_of)
        request = RunRequest(
            config=asked.given_json(), as_of=dt.date.fromisoformat(day.value), operator=name
        )
        try:
            run_id = await room.runs.start(request)
        except SpendSenseError as error:
            day.error = str(error)
            return
        ui.navigate.to(f"/history/{run_id}")


def _refused(day: str | None, as_of: dt.date) -> str | None:
    """Why the world cannot live on to that day; None when it can."""
    try:
        later = dt.date.fromisoformat(day or "")
    except ValueError:
        return f"Write a day as {as_of + dt.timedelta(days=1)}."
    if later <= as_of:
        return f"It is {as_of} already: choose a later day, or go back to an earlier dataset."
    return None
