"""What pages are made of: titled panels, figures, notes, and what is said where nothing is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from nicegui import ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.ui.markup import Markup, joined, show, tag, text


@contextlib.contextmanager
def panel(title: str, note: str = "", *, wide: bool = False) -> Iterator[ui.element]:
    """A titled part of a page.

    Args:
        title: its heading.
        note: what it shows, in a sentence under it.
        wide: over the page's whole width.
    """
    with ui.element("section").classes("panel wide" if wide else "panel") as section:
        text(title, element="h2")
        if note:
            text(note, classes="note")
        yield section


@contextlib.contextmanager
def grid(classes: str = "") -> Iterator[ui.element]:
    """Panels side by side where there is room."""
    with ui.element("div").classes(f"grid {classes}") as element:
        yield element


def figures(pairs: Sequence[tuple[str, Any, str]]) -> ui.html:
    """Figures in a row: what, how much, and what is said of it."""
    return show(tiles(pairs), element="dl", classes="tiles")


def tiles(pairs: Sequence[tuple[str, Any, str]]) -> Markup:
    """The same without the list they stand in."""
    return joined(
        *(
            tag(
                "div",
                tag("dt", name),
                tag("dd", value, class_="figure"),
                tag("dd", said, class_="note") if said else None,
                class_="tile",
            )
            for name, value, said in pairs
        )
    )


def badge(word: str, kind: str = "") -> Markup:
    """A word with a colour that repeats what it says: good, warn, bad or nothing."""
    return tag("span", word, class_=f"badge {kind}".strip())


def note(said: str, kind: str = "") -> ui.html:
    """A remark in a box: info, good, warn or bad."""
    return show(tag("p", said), classes=f"remark {kind}".strip()).props('role="status"')


def problem(error: SpendSenseError) -> None:
    """What is wrong and what to do, in the words of the command line."""
    said = [tag("li", each) for each in error.problems]
    with ui.element("section").classes("panel wide trouble").props('role="alert"'):
        text("This cannot be shown", element="h2")
        show(joined(*said), element="ul")


def nothing(title: str, said: str, *, link: tuple[str, str] | None = None) -> None:
    """Where nothing is to see: what would be here, and how it comes about.

    Args:
        title: what is not there.
        said: why, and what to do.
        link: a page to go on to, and what it is called.
    """
    with ui.element("section").classes("panel wide empty"):
        text(title, element="h2")
        text(said)
        if link is not None:
            show(tag("a", link[1], href=link[0], class_="button"))
