"""Asking once more before something is done that many people see, or that cannot be taken back."""

from __future__ import annotations

from nicegui import ui

from spendsense_pipeline.ui.markup import Markup, joined, show


async def is_sure(question: str, follows: Markup | str, *, word: str, otherwise: str) -> bool:
    """Whether somebody says yes.

    Args:
        question: what they are asked.
        follows: what comes of it.
        word: on the button that says yes.
        otherwise: on the one that says no.
    """
    with ui.dialog().props('aria-labelledby="sure"') as dialog, ui.card().classes("dialog"):
        ui.html(joined(question), tag="h2").props('id="sure"')
        show(joined(follows))
        with ui.row().classes("actions"):
            ui.button(otherwise, on_click=lambda: dialog.submit(False)).props("flat no-caps")
            ui.button(word, on_click=lambda: dialog.submit(True)).props("unelevated no-caps")
    said = bool(await dialog)
    dialog.delete()
    return said
