"""Who acts: the operator's name, asked once and kept with the visitor, for the log of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ElementFilter, app, ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.review.requests import require_operator

if TYPE_CHECKING:
    from spendsense_pipeline.ui.room import Room

ASKED = "Who are you?"
MARK = "who"
"""Marks the button of a frame that says who the visitor is."""
_KEPT = "operator"


def operator_name(room: Room) -> str:
    """The visitor's name; empty before it was asked for."""
    return str(app.storage.user.get(_KEPT) or room.settings.operator)


async def require_name(room: Room) -> str | None:
    """The visitor's name, asked for if it is not known yet; None when they would not say."""
    return operator_name(room) or await ask_name(room)


async def ask_name(room: Room) -> str | None:
    """Ask for the name; it is kept with the visitor, on this machine."""
    with (
        ui.dialog().props('aria-labelledby="who" persistent') as dialog,
        ui.card().classes("dialog"),
    ):
        ui.html(ASKED, tag="h2").props('id="who"')
        ui.label("Every action stands in the log with the name of who did it.")
        field = (
            ui.input("Your name", value=operator_name(room))
            .props("outlined dense autofocus maxlength=80")
            .classes("grow")
        )

        def keep() -> None:
            try:
                name = require_operator(field.value or "")
            except SpendSenseError as error:
                field.props("error").props(f'error-message="{_spoken(error)}"')
                return
            app.storage.user[_KEPT] = name
            dialog.submit(name)

        field.on("keydown.enter", keep)
        with ui.row().classes("actions"):
            ui.button("Cancel", on_click=lambda: dialog.submit(None)).props("flat no-caps")
            ui.button("Continue", on_click=keep).props("unelevated no-caps")
    name: str | None = await dialog
    dialog.delete()
    for who in ElementFilter(kind=ui.button, marker=MARK):
        who.set_text(name or operator_name(room) or ASKED)
    return name


def _spoken(error: SpendSenseError) -> str:
    """The problem; what the command line would have one type helps nobody here."""
    return error.problem.replace('"', "'")
