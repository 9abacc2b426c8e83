"""Personas as they are shown wherever text is: a dot of their hue with the title, and cells."""

from __future__ import annotations

from spendsense_pipeline.personas.rules import persona_title
from spendsense_pipeline.reporting.wording import NO_DATA
from spendsense_pipeline.ui.markup import Markup, tag
from spendsense_pipeline.ui.theme import persona_color


def persona_mark(key: str | None, *, said: str | None = None) -> Markup:
    """A dot and the persona's title; no data where there is none.

    Args:
        key: of the persona.
        said: instead of its title.
    """
    if not key:
        return tag("span", NO_DATA, class_="note")
    return tag("span", persona_dot(key), said or persona_title(key), class_="persona")


def persona_dot(key: str) -> Markup:
    """The dot alone; what it means has to stand beside it."""
    return tag("span", class_="dot", style=f"background:{persona_color(key)}", aria_hidden="true")


def persona_cell(key: str, *, says: str) -> Markup:
    """A block in the persona's hue.

    Args:
        key: of the persona.
        says: what it means there, read aloud and shown to who points at it.
    """
    return tag(
        "span",
        tag("span", says, class_="unseen"),
        class_="cell",
        title=says,
        style=f"background:{persona_color(key)}",
    )
