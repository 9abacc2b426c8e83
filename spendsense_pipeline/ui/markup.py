"""HTML made of text that is escaped: the only place where a page's markup is put together.

What people are called, what merchants are called and what operators typed comes in as text and
stays text.
"""

from __future__ import annotations

import html
from typing import Any

from nicegui import ui

_WITHOUT_CONTENT = frozenset({"br", "wbr", "hr", "img", "input", "col"})


class Markup(str):
    """HTML that is safe to show as it is."""

    __slots__ = ()


def tag(name: str, *children: Any, **attributes: Any) -> Markup:
    """An element.

    Args:
        name: of the element.
        children: in order; what is not `Markup` is text, None and False are left out.
        attributes: by name; a trailing underscore is dropped (`class_`), others become hyphens.
            None and False are left out, True stands alone.
    """
    said = "".join(
        f" {_attribute(key)}"
        if value is True
        else f' {_attribute(key)}="{html.escape(str(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    opening = f"<{name}{said}>"
    if name in _WITHOUT_CONTENT:
        return Markup(opening)
    return Markup(f"{opening}{joined(*children)}</{name}>")


def joined(*children: Any) -> Markup:
    """Markup and text one after the other."""
    return Markup(
        "".join(
            child if isinstance(child, Markup) else html.escape(str(child))
            for child in children
            if child is not None and child is not False
        )
    )


def show(markup: Markup, *, element: str = "div", classes: str = "") -> ui.html:
    """Put markup onto the page.

    Args:
        markup: what to show; sanitized once more where it is shown.
        element: what it stands in.
        classes: of that element.
    """
    return ui.html(markup, tag=element).classes(classes)


def text(content: Any, *, element: str = "p", classes: str = "") -> ui.html:
    """Put text onto the page in an element that says what it is: `h1`, `p`, `li`."""
    return show(joined(content), element=element, classes=classes)


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
