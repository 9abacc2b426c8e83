"""Shares of a whole: a slider and a box a key. One moves, the others make room unless they are kept
where they are. And who is asked for, which is a share of everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nicegui import ui

from spendsense_pipeline.controls.balancing import among, rebalanced
from spendsense_pipeline.personas.rules import GENERAL
from spendsense_pipeline.ui.markup import joined, show, tag, text
from spendsense_pipeline.ui.pages.generate_inputs import Box, Track
from spendsense_pipeline.ui.pages.generate_words import described_by, named, read, written
from spendsense_pipeline.ui.persona_marks import persona_dot

if TYPE_CHECKING:
    from spendsense_pipeline.controls.form import FormField
    from spendsense_pipeline.ui.pages.generate_desk import Desk

_TRACK = (0.0, 100.0, 1.0)


class Shares:
    """A distribution."""

    def __init__(self, desk: Desk, field: FormField, value: Any) -> None:
        self._desk, self._field = desk, field
        self._shares = self._all(value)
        with ui.element("div").classes("shares"):
            self._rows = {
                key: _Row(self, field, key, self._shares.get(key)) for key in field.shape.options
            }

    def put(self, value: Any) -> None:
        """Show what came from elsewhere."""
        self._shares = self._all(value)
        for key, row in self._rows.items():
            row.put(self._shares.get(key))

    def give(self, key: str, value: Any) -> None:
        """One share was moved, or typed."""
        self._shares = self._with(key, value)
        for name, row in self._rows.items():
            row.put(self._shares.get(name), is_typed=name == key and not _is_share(value))
        self._tell()

    def _with(self, key: str, value: Any) -> dict[str, Any]:
        if not _is_share(value):
            # Nothing makes room for what is no share; that it is none is said beside the field.
            return {**self._shares, key: value}
        sound = _sound(dict.fromkeys(self._rows, 0.0) | self._shares)
        return dict(rebalanced(sound, key, value, locked=self._locked()))

    def is_locked(self, key: str) -> bool:
        """Whether a share makes no room for others."""
        return key in self._locked()

    def turn(self, key: str) -> None:
        """Keep a share where it is, or let it go again."""
        keys = [name for name in self._rows if (name in self._locked()) != (name == key)]
        self._desk.lock(self._field.name, keys)

    def _locked(self) -> list[str]:
        return self._desk.locked(self._field.name)

    def _tell(self) -> None:
        self._desk.give(self._field.section, self._field.name, dict(self._shares))

    def _all(self, value: Any) -> dict[str, Any]:
        return dict(value) if isinstance(value, Mapping) else {}


class PersonaShares(Shares):
    """Who is asked for, and how many of them; nobody: a natural population."""

    def __init__(self, desk: Desk, field: FormField, value: Any) -> None:
        self._picks: dict[str, ui.element] = {}
        super().__init__(desk, field, value)

    def picks(self, key: str) -> None:
        """A mark to choose a persona with, in front of its row."""
        mark = ui.element("input").classes("pick")
        mark.props["type"] = "checkbox"
        mark.props["aria-label"] = f"Ask for {named(key)}"
        mark.props["^checked"] = "" if key in self._desk.draft.weights() else None
        mark.on(
            "change",
            lambda event: self._pick(key, is_picked=bool(event.args)),
            js_handler="(event) => emit(event.target.checked)",
        )
        self._picks[key] = mark

    def put(self, value: Any) -> None:
        """Show what came from elsewhere."""
        super().put(value)
        self._mark()

    def _pick(self, key: str, *, is_picked: bool) -> None:
        kept = [name for name in self._rows if (name in self._shares or name == key)]
        keys = kept if is_picked else [name for name in kept if name != key]
        self._shares = dict(among(_sound(self._shares), keys))
        for name, row in self._rows.items():
            row.put(self._shares.get(name))
        self._tell()

    def _with(self, key: str, value: Any) -> dict[str, Any]:
        if not _is_share(value):
            return {**self._shares, key: value}
        # Of a natural population, who is not asked for is left to live as they like.
        others = self._shares or {GENERAL: 0.0}
        keys = [name for name in self._rows if name in others or name == key]
        sound = _sound({name: others.get(name, 0.0) for name in keys})
        return dict(rebalanced(sound, key, value, locked=self._locked()))

    def _tell(self) -> None:
        self._mark()
        self._desk.draft.give_weights(self._shares)
        self._desk.changed()

    def _mark(self) -> None:
        states = {mark.id: name in self._shares for name, mark in self._picks.items()}
        pairs = ", ".join(f"[{each}, {str(is_on).lower()}]" for each, is_on in states.items())
        ui.run_javascript(
            f"for (const [id, is] of [{pairs}]) {{"
            " const mark = getElement(id); if (mark) mark.checked = is; }"
        )

    def _all(self, value: Any) -> dict[str, Any]:
        del value  # of both fields, which the draft puts together
        return self._desk.draft.weights()


class _Row:
    """One key: its name, a slider, a box, and whether it is kept."""

    def __init__(self, shares: Shares, field: FormField, key: str, value: Any) -> None:
        self._shares, self._key = shares, key
        title = named(key)
        with ui.element("div").classes("share"):
            if isinstance(shares, PersonaShares):
                shares.picks(key)
            dot = persona_dot(key) if isinstance(shares, PersonaShares) else None
            show(joined(dot, title), element="span", classes="name")
            self._track = Track(
                f"{title}, slider", self._moved, text=self._position(value), ends=_TRACK
            )
            self._box = Box(
                f"{title}, per cent",
                self._typed,
                text=written(value, in_percent=True),
                attributes={"inputmode": "decimal", "aria-describedby": described_by(field)},
            )
            text("%", element="span", classes="note")
            self._lock = show(joined(), element="button", classes="lock")
            self._lock.props(f'type=button aria-label="Keep {title}"')
            self._lock.on("click", self._turn)
            self._mark()

    def put(self, value: Any, *, is_typed: bool = False) -> None:
        """Show a share, and whether it is kept; what is being typed is left as it is."""
        self._mark()
        if is_typed:
            return
        self._track.put(self._position(value))
        if read(self._box.text, in_percent=True) != value:
            self._box.put(written(value, in_percent=True))

    def _typed(self, typed: str) -> None:
        self._shares.give(self._key, read(typed, in_percent=True))

    def _moved(self, typed: str) -> None:
        self._shares.give(self._key, read(typed, in_percent=True))

    def _turn(self) -> None:
        self._shares.turn(self._key)
        self._mark()

    def _mark(self) -> None:
        is_locked = self._shares.is_locked(self._key)
        self._lock.set_content(_lock(is_locked=is_locked))
        self._lock.props(f"aria-pressed={str(is_locked).lower()}")

    @staticmethod
    def _position(value: Any) -> str:
        return written(value, in_percent=True) if _is_share(value) else "0"


def _lock(*, is_locked: bool) -> Any:
    icon = "lock" if is_locked else "lock_open"
    return tag("i", icon, class_="material-icons", aria_hidden="true")


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _sound(shares: Mapping[str, Any]) -> dict[str, float]:
    return {key: float(each) if _is_share(each) else 0.0 for key, each in shares.items()}
