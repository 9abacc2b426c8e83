"""Writing an item's rationale anew: while somebody types, the guardrails answer and the text reads
with the person's figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import app, ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.reporting.edit_drafts import Draft, Slot, material_of, try_words
from spendsense_pipeline.reporting.wording import NO_DATA
from spendsense_pipeline.ui.markup import Markup, joined, show, tag, text
from spendsense_pipeline.ui.panels import panel
from spendsense_pipeline.ui.reviewing import what_was_refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from spendsense_pipeline.reporting.reviews import ItemView
    from spendsense_pipeline.ui.room import Room

_DRAFTS = "drafts"
# Drafts a visitor's browser is known by; the oldest goes when there are more.
_DRAFTS_KEPT = 20


class Words:
    """The panel in which a text is written; closed until somebody asks for it."""

    def __init__(self, room: Room, view: ItemView, say: Callable[..., Awaitable[None]]) -> None:
        """Take what is written anew.

        Args:
            room: the server's.
            view: the item.
            say: says something of it, and shows what holds then.
        """
        self._room = room
        self._view = view
        self._say = say
        self._item_id = view.item.recommendation_id
        self._asked = 0

    def show(self) -> None:
        """Put the panel onto the page, closed."""
        with panel(
            "Other words",
            "A new rationale. Every figure is a {slot}, filled in for the person each night; the"
            " guardrails answer while you type.",
            wide=True,
        ) as self._panel:
            self._field = (
                ui.textarea("New rationale", on_change=self._try)
                .props("outlined autogrow debounce=250 maxlength=2000")
                .classes("words")
            )
            self._answer = show(joined(), classes="answer").props(
                'role="status" aria-live="polite"'
            )
            with ui.element("div").classes("line"):
                self._save = ui.button("Save these words", on_click=self._says).props(
                    "unelevated no-caps"
                )
                ui.button("Discard", on_click=self._discard).props("flat no-caps")
            self._slots = ui.element("div")
        self._panel.set_visibility(False)

    def is_left(self) -> bool:
        """Whether a draft of it was left, by a reload or by words that were refused."""
        return self._item_id in _drafts()

    async def open(self) -> None:
        """Show the panel with the text as it is now, or the draft that was left."""
        self._panel.set_visibility(True)
        if self._field.value:
            return
        try:
            material = await self._room.reading.ask(
                lambda published: material_of(published, self._room.settings, self._item_id)
            )
        except SpendSenseError as error:
            self._answer.set_content(what_was_refused(error))
            return
        self._slots.clear()
        with self._slots:
            self._offers(material.slots)
        self._field.value = _drafts().get(self._item_id) or self._view.text or material.written

    def _offers(self, slots: tuple[Slot, ...]) -> None:
        """The slots, each with what it would print; one click puts it into the text."""
        known = [slot for slot in slots if None not in slot.shown]
        with ui.element("details").props("open"):
            show(tag("span", "Slots, and what they print for this person"), element="summary")
            with ui.element("ul").classes("plain slots"):
                for slot in known:
                    with ui.element("li"):
                        button = ui.button(f"{{{slot.name}}}", on_click=self._puts(slot)).props(
                            "flat dense no-caps"
                        )
                        button.props["aria-label"] = f"Put in {slot.name}"
                        show(tag("strong", " / ".join(dict.fromkeys(map(str, slot.shown)))))
                        text(slot.label, classes="note")
        unknown = ", ".join(f"{{{slot.name}}}" for slot in slots if slot not in known)
        if unknown:
            text(f"Without a value for this person: {unknown}", classes="note")

    def _puts(self, slot: Slot) -> Callable[[], None]:
        def put() -> None:
            before = (self._field.value or "").rstrip()
            self._field.value = f"{before} {{{slot.name}}}".lstrip()
            self._field.run_method("focus")

        return put

    async def _try(self) -> None:
        self._asked += 1
        asked, words = self._asked, self._field.value or ""
        if not words:
            forget_draft(self._item_id)
            self._answer.set_content(joined())
            return
        _keep_draft(self._item_id, words)
        try:
            draft = await self._room.reading.ask(
                lambda published: try_words(published, self._room.settings, self._item_id, words)
            )
        except SpendSenseError as error:
            self._answer.set_content(what_was_refused(error))
            return
        if asked == self._asked:  # whoever typed on gets the later answer
            self._answer.set_content(_answered(draft))
            self._save.set_enabled(not draft.problems)

    async def _says(self) -> None:
        await self._say(self._view, "edit", text=self._field.value or "")

    def _discard(self) -> None:
        self._panel.set_visibility(False)
        self._field.value = ""


def _answered(draft: Draft) -> Markup:
    if draft.problems:
        said = (tag("li", problem) for problem in draft.problems)
        return tag("div", tag("ul", *said), class_="remark bad")
    return tag(
        "div",
        tag("p", "Every guardrail lets it. It reads:", class_="note"),
        tag("p", draft.reads_as or NO_DATA),
        class_="remark good",
    )


def _drafts() -> dict[str, str]:
    return dict(app.storage.user.get(_DRAFTS, {}))


def _keep_draft(item_id: str, words: str) -> None:
    others = {key: said for key, said in _drafts().items() if key != item_id}
    kept = [*others.items(), (item_id, words)][-_DRAFTS_KEPT:]
    app.storage.user[_DRAFTS] = dict(kept)


def forget_draft(item_id: str) -> None:
    """Keep no draft of an item any more.

    Args:
        item_id: the item.
    """
    app.storage.user[_DRAFTS] = {k: said for k, said in _drafts().items() if k != item_id}
