"""Where a draft begins: a preset with what it changes, the published configuration, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.controls.drafts import Draft
from spendsense_pipeline.controls.presets import PRESET_NAMES, changes_of, preset_description
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.reporting.asked import asked_of
from spendsense_pipeline.reporting.wording import counted
from spendsense_pipeline.ui.markup import Markup, joined, show, tag, text
from spendsense_pipeline.ui.pages.generate_inputs import Choice
from spendsense_pipeline.ui.pages.generate_words import named, spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spendsense_pipeline.controls.form import FormField
    from spendsense_pipeline.ui.pages.generate_desk import Desk


class Start:
    """The preset, and what can be begun from instead."""

    def __init__(self, desk: Desk, fields: Sequence[FormField]) -> None:
        """Args: the page's state; what can be set."""
        self._desk = desk
        self._fields = {field.name: field for field in fields if field.section == "controls"}
        with ui.element("section").classes("panel start"):
            with ui.element("div").classes("line"):
                text("Start from", element="h2")
                self._choice = Choice(
                    "Preset",
                    self._choose,
                    text=desk.draft.preset,
                    options=[(name, named(name)) for name in PRESET_NAMES],
                )
                ui.element("span").classes("grow")
                ui.button("What is published", on_click=self._published).props("flat dense no-caps")
                ui.button("Start over", on_click=lambda: desk.replace(Draft())).props(
                    "flat dense no-caps"
                )
            self._about = show(self._said(), classes="about")
        desk.on_judged(self._refresh)

    def _choose(self, preset: str) -> None:
        self._desk.draft.preset = preset
        self._desk.changed(at_once=True)

    async def _published(self) -> None:
        try:
            asked = await self._desk.room.reading.ask(asked_of)
        except SpendSenseError as error:
            ui.notify(str(error), type="negative", multi_line=True)
            return
        self._desk.replace(Draft(asked.given_json()))

    def _refresh(self) -> None:
        self._choice.put(self._desk.draft.preset)
        self._about.set_content(self._said())

    def _said(self) -> Markup:
        draft = self._desk.draft
        changes = [
            tag(
                "li",
                self._fields[change.name].label,
                ": ",
                tag("span", spoken(change.default, self._fields[change.name].kind), class_="note"),
                " → ",
                spoken(change.value, self._fields[change.name].kind),
            )
            for change in changes_of(draft.preset)
            if change.name in self._fields
        ]
        own = (
            tag(
                "p",
                f"{counted(draft.given_count, 'value')} of yours "
                f"{'stands' if draft.given_count == 1 else 'stand'} over it.",
                class_="note",
            )
            if draft.given_count
            else None
        )
        return joined(
            tag("p", preset_description(draft.preset)),
            tag(
                "details",
                tag("summary", f"What it changes: {counted(len(changes), 'control')}"),
                tag("ul", *changes),
            )
            if changes
            else None,
            own,
        )
