"""The pages, one module each; `add_all` is their list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendsense_pipeline.ui.pages import (
    bank,
    compare,
    generate,
    guardrails,
    history,
    overview,
    own_room,
    people,
    person,
    review,
    review_item,
    signals,
)

if TYPE_CHECKING:
    from spendsense_pipeline.ui.room import Room

_MODULES = (
    overview,
    generate,
    people,
    person,
    signals,
    review,
    review_item,
    guardrails,
    history,
    compare,
    bank,
    own_room,
)


def add_all(room: Room) -> None:
    """Tell the server of every page.

    Args:
        room: what they share.
    """
    for module in _MODULES:
        module.add(room)
