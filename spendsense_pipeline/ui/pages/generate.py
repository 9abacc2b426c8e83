"""`/generate`: saying what people one wants, seeing them before they are made, and making them;
`/generate/RUN`: watching that, and what came out beside what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.controls.form import form_fields
from spendsense_pipeline.ui.launching import shows_run
from spendsense_pipeline.ui.markup import show, tag
from spendsense_pipeline.ui.pages.generate_actions import Actions
from spendsense_pipeline.ui.pages.generate_desk import Desk
from spendsense_pipeline.ui.pages.generate_files import Files
from spendsense_pipeline.ui.pages.generate_form import Form
from spendsense_pipeline.ui.pages.generate_outcome import outcome
from spendsense_pipeline.ui.pages.generate_preview import Picture
from spendsense_pipeline.ui.pages.generate_start import Start
from spendsense_pipeline.ui.panels import panel
from spendsense_pipeline.ui.shell import frame, page, problems_shown

if TYPE_CHECKING:
    from spendsense_pipeline.ui.room import Room


def add(room: Room) -> None:
    """Add the pages."""
    fields = form_fields()

    @page("/generate")
    async def generate() -> None:
        with frame(room, "Generate", here="/generate"):
            desk = Desk(room)
            await desk.judge()
            with ui.element("div").classes("desk"):
                with ui.element("div").classes("asking"):
                    Start(desk, fields)
                    Form(desk, fields)
                    Files(desk)
                with ui.element("div").classes("seeing"):
                    Picture(desk)
                    Actions(room, desk)

    @page("/generate/{run_id}")
    async def made(run_id: str) -> None:
        with frame(room, "Generating", here="/generate"):
            async with problems_shown():
                with panel("What it does", wide=True):
                    await shows_run(room, run_id)
                    show(tag("a", "Back to what was asked", href="/generate"))
                await outcome(room, run_id)
