"""The pages, one module each; `add_all` is their list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendsense_pipeline.ui.pages import bank, compare, generate, history, overview

if TYPE_CHECKING:
    from spendsense_pipeline.ui.room import Room

_MODULES = (overview, generate, history, compare, bank)


def add_all(room: Room) -> None:
    """Tell the server of every page.

    Args:
        room: what they share.
    """
    for module in _MODULES:
        module.add(room)
