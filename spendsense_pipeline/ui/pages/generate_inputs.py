"""The browser's own inputs. What stands in one belongs to whoever types; the page writes into it
only what came from elsewhere, so that nothing typed is taken back by an answer that was slow."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from spendsense_pipeline.ui.markup import text as write

_SENDS = "(event) => emit(event.target.value)"


class _Native:
    """An element whose value is not the framework's.

    As a property it would be set again whenever anything of the page changes.
    """

    def __init__(
        self,
        element: str,
        text: str,
        on_text: Callable[[str], object],
        attributes: Mapping[str, str],
    ) -> None:
        self.text = text
        self._on_text = on_text
        self.element = ui.element(element)
        # The value comes last: a slider rounds it to the step it has by then.
        for name, value in {**attributes, "^value": text}.items():
            self.element.props[name] = value
        self.element.on("input", self._typed, js_handler=_SENDS, throttle=0.05)

    def put(self, text: str) -> None:
        """Write what came from elsewhere."""
        if text != self.text:
            self.text = text
            ui.run_javascript(
                f"const input = getElement({self.element.id});"
                f" if (input) input.value = {json.dumps(text)}"
            )

    def _typed(self, event: Any) -> None:
        self.text = str(event.args)
        self._on_text(self.text)


class Box(_Native):
    """A line to type in."""

    def __init__(
        self,
        said: str,
        on_text: Callable[[str], object],
        *,
        text: str = "",
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        """Args: what it is for, read aloud; who is told; what stands in it; what else it is."""
        given = {"type": "text", "aria-label": said, "autocomplete": "off", **(attributes or {})}
        super().__init__("input", text, on_text, given)
        self.element.classes("box")


class Track(_Native):
    """A slider; at its least while nothing is set."""

    def __init__(
        self,
        said: str,
        on_text: Callable[[str], object],
        *,
        text: str,
        ends: tuple[float, float, float],
    ) -> None:
        """Args: what it is for, read aloud; who is told; where it stands; least, most and step."""
        low, high, step = (f"{end:g}" for end in ends)
        given = {"type": "range", "aria-label": said, "min": low, "max": high, "step": step}
        super().__init__("input", text, on_text, given)
        self.element.classes("track")


class Choice(_Native):
    """One of several words."""

    def __init__(
        self,
        said: str,
        on_text: Callable[[str], object],
        *,
        text: str,
        options: Sequence[tuple[str, str]],
    ) -> None:
        """Args: what it is for, read aloud; who is told; what is chosen; words and their titles."""
        super().__init__("select", text, on_text, {"aria-label": said})
        self.element.classes("box")
        with self.element:
            for word, title in options:
                option = write(title, element="option")
                option.props["value"] = word
                option.props["selected"] = word == text
