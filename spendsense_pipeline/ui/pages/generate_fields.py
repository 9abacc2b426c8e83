"""A widget for every kind of value a form can hold; no control is known by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from nicegui import ui

from spendsense_pipeline.ui.markup import text
from spendsense_pipeline.ui.pages.generate_inputs import Box, Choice, Track
from spendsense_pipeline.ui.pages.generate_shares import PersonaShares, Shares
from spendsense_pipeline.ui.pages.generate_uploads import UploadedFile
from spendsense_pipeline.ui.pages.generate_words import (
    described_by,
    is_in_percent,
    named,
    read,
    written,
)

if TYPE_CHECKING:
    from spendsense_pipeline.controls.form import FormField, Kind
    from spendsense_pipeline.ui.pages.generate_desk import Desk

# A slider of more steps than pixels hits nothing.
_MOST_STEPS = 100_000
_NOTHING = ""


class Widget(Protocol):
    """Shows a value and lets it be changed."""

    def put(self, value: Any) -> None:
        """Show what came from elsewhere."""


def widget_of(desk: Desk, field: FormField, value: Any) -> Widget:
    """The widget of a field.

    Args:
        desk: is told what is typed.
        field: which.
        value: what stands there now.

    Raises:
        KeyError: its kind has no widget: give it one in `_WIDGETS`.
    """
    return _WIDGETS[field.kind](desk, field, value)


class _Number:
    """A slider and a box."""

    def __init__(self, desk: Desk, field: FormField, value: Any) -> None:
        self._desk, self._field = desk, field
        self._percent = is_in_percent(field.kind)
        shape = field.shape
        low, high, step = shape.minimum or 0.0, shape.maximum or 1.0, shape.step or 0.01
        self._track: Track | None = None
        self._is_emptied = False
        with ui.element("div").classes("pair"):
            if (high - low) / step <= _MOST_STEPS:
                self._low = low
                self._track = Track(
                    f"{field.label}, slider",
                    self._moved,
                    text=self._position(value),
                    ends=(low, high, step),
                )
            self._box = Box(
                field.label,
                self._typed,
                text=written(value, in_percent=self._percent),
                attributes={"inputmode": "decimal", "aria-describedby": described_by(field)},
            )
            if self._percent:
                text("%", element="span", classes="note")

    def put(self, value: Any) -> None:
        if self._track is not None:
            self._track.put(self._position(value))
        given = self._desk.draft.is_given(self._field.section, self._field.name)
        typed = read(self._box.text, in_percent=self._percent)
        # What was just deleted is not written again under the hand that types.
        if typed != value and (typed is not None or given or not self._is_emptied):
            self._box.put(written(value, in_percent=self._percent))

    def _position(self, value: Any) -> str:
        return written(value if isinstance(value, int | float) else self._low)

    def _typed(self, typed: str) -> None:
        value = read(typed, in_percent=self._percent)
        self._is_emptied = value is None
        if self._track is not None:
            self._track.put(self._position(value))
        self._desk.give(self._field.section, self._field.name, value)

    def _moved(self, typed: str) -> None:
        value = read(typed)
        self._box.put(written(value, in_percent=self._percent))
        self._desk.give(self._field.section, self._field.name, value)


class _Range:
    """A slider with two ends, and a box for each."""

    def __init__(self, desk: Desk, field: FormField, value: Any) -> None:
        self._desk, self._field = desk, field
        shape = field.shape
        ends = (shape.minimum or 0.0, shape.maximum or 1.0, shape.step or 1.0)
        low, high = self._both(value)
        name = field.label
        with ui.element("div").classes("pair"):
            with ui.element("div").classes("ends"):
                self._tracks = tuple(
                    Track(f"{name}, {which}, slider", self._moves(at), text=written(end), ends=ends)
                    for at, (which, end) in enumerate((("from", low), ("to", high)))
                )
            self._boxes = tuple(
                Box(
                    f"{name}, {which}",
                    lambda _: self._typed(),
                    text=written(end),
                    attributes={"inputmode": "decimal", "aria-describedby": described_by(field)},
                )
                for which, end in (("from", low), ("to", high))
            )

    def put(self, value: Any) -> None:
        if value == [read(box.text) for box in self._boxes]:
            return
        for box, track, end in zip(self._boxes, self._tracks, self._both(value), strict=True):
            box.put(written(end))
            track.put(written(end))

    def _moves(self, at: int) -> Callable[[str], None]:
        def moved(typed: str) -> None:
            self._boxes[at].put(written(read(typed)))
            # One end pushes the other along.
            low, high = (read(track.text) for track in self._tracks)
            if low > high:
                other = 1 - at
                self._tracks[other].put(typed)
                self._boxes[other].put(written(read(typed)))
            self._give()

        return moved

    def _typed(self) -> None:
        for box, track in zip(self._boxes, self._tracks, strict=True):
            if isinstance(read(box.text), int | float):
                track.put(box.text)
        self._give()

    def _give(self) -> None:
        ends = [read(box.text) for box in self._boxes]
        given = None if ends == [None, None] else [_NOTHING if e is None else e for e in ends]
        self._desk.give(self._field.section, self._field.name, given)

    @staticmethod
    def _both(value: Any) -> tuple[Any, Any]:
        return tuple(value) if isinstance(value, list | tuple) and len(value) == 2 else ("", "")


class _Chosen:
    """One of a few words."""

    def __init__(self, desk: Desk, field: FormField, value: Any) -> None:
        self._choice = Choice(
            field.label,
            lambda typed: desk.give(field.section, field.name, typed or None),
            text=str(value or ""),
            options=[(word, named(word)) for word in field.shape.options],
        )

    def put(self, value: Any) -> None:
        self._choice.put(str(value or ""))


class _Day:
    """A date; without one, what stands for it."""

    def __init__(self, desk: Desk, field: FormField, value: Any) -> None:
        ends = {"min": field.shape.earliest, "max": field.shape.latest}
        attributes = {key: str(day) for key, day in ends.items() if day is not None}
        self._box = Box(
            field.label,
            lambda typed: desk.give(field.section, field.name, typed or None),
            text=self._day(value),
            attributes={"type": "date", "aria-describedby": described_by(field), **attributes},
        )

    def put(self, value: Any) -> None:
        self._box.put(self._day(value))

    @staticmethod
    def _day(value: Any) -> str:
        # A moment is a day here: its date as written is what counts.
        return "" if value is None else str(value)[:10]


_WIDGETS: dict[Kind, Callable[[Desk, FormField, Any], Widget]] = {
    "number": _Number,
    "whole": _Number,
    "share": _Number,
    "range": _Range,
    "choice": _Chosen,
    "day": _Day,
    "shares": Shares,
    # With their shares, `persona_shares`: who is asked for and how many are one question.
    "personas": PersonaShares,
    "merchants": UploadedFile,
    "catalogue": UploadedFile,
}
