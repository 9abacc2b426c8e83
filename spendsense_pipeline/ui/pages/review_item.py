"""`/review/ID`: one item as the person would read it, what it rests on, who said what of it, and
saying something of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.personas.rules import persona_title
from spendsense_pipeline.reporting.reviews import ItemView, view_item
from spendsense_pipeline.ui.addresses import person_path
from spendsense_pipeline.ui.markup import Markup, joined, show, tag, text
from spendsense_pipeline.ui.pages.review_grounds import as_read, grounds, verdicts
from spendsense_pipeline.ui.pages.review_words import Words, forget_draft
from spendsense_pipeline.ui.panels import grid, panel
from spendsense_pipeline.ui.reviewing import (
    by_whom,
    in_windows,
    says,
    state_badge,
    what_was_refused,
    what_was_said,
)
from spendsense_pipeline.ui.shell import frame, page, problems_shown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from spendsense_pipeline.ui.room import Room

_WITH_REASON = ("flag", "reject", "recall")


def add(room: Room) -> None:
    """Add the page."""

    @page("/review/{item_id}")
    async def item(item_id: str) -> None:
        with frame(room, "Review", here="/review"):
            show(tag("a", "‹ The queue", href="/review"), element="p", classes="note back")
            async with problems_shown():
                with ui.element("div") as region:
                    await _ItemShown(room, item_id, region).fill()


class _ItemShown:
    """One item as the page shows it, until something is said of it."""

    def __init__(self, room: Room, item_id: str, region: ui.element) -> None:
        self._room = room
        self._item_id = item_id
        self._region = region

    async def fill(self, said: Markup | None = None) -> None:
        """Show it as it is now.

        Args:
            said: what to say above it.
        """
        view = await self._room.reading.ask(
            lambda published: view_item(published, self._room.settings, self._item_id)
        )
        self._region.clear()
        with self._region:
            show(said or joined()).props('role="status" aria-live="polite"').classes("said")
            words = self._show(view)
            if words is not None and words.is_left():
                await words.open()

    def _show(self, view: ItemView) -> Words | None:
        show(_heading(view))
        words = Words(self._room, view, self._say) if "edit" in view.allowed else None
        with grid():
            with panel("What the person would read"):
                as_read(view)
            with ui.element("div").classes("stack"):
                self._decide(view, words)
                _history(view)
        if words is not None:
            words.show()
        grounds(view)
        verdicts(view)
        return words

    def _decide(self, view: ItemView, words: Words | None) -> None:
        with panel("Decide"):
            if not view.allowed:
                text("Nothing more can be said of this text; another text is another item.")
                return
            if "approve" in view.allowed or words is not None:
                with ui.element("div").classes("line"):
                    if "approve" in view.allowed:
                        ui.button(
                            "Approve", icon="check", on_click=self._says(view, "approve")
                        ).props("unelevated no-caps")
                    if words is not None:
                        ui.button("Edit the words", icon="edit", on_click=words.open).props(
                            "outline no-caps"
                        )
            verbs = [verb for verb in _WITH_REASON if verb in view.allowed]
            reason = ui.input("Reason, for the log").props("outlined dense maxlength=300")
            with ui.element("div").classes("line"):
                for verb in verbs:
                    ui.button(verb.capitalize(), on_click=self._says(view, verb, reason)).props(
                        "flat dense no-caps"
                    )

    def _says(
        self, view: ItemView, action: str, reason: ui.input | None = None
    ) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            said = None if reason is None else str(reason.value or "")
            if reason is not None and said is not None and not said.strip():
                reason.error = f"{action} needs a reason, and it is empty"
                return
            await self._say(view, action, reason=said)

        return act

    async def _say(self, view: ItemView, action: str, **words: str | None) -> None:
        """Say it; the page shows what holds now, whether it was said or refused."""
        try:
            said = await says(self._room, action, [view.item], **words)
        except SpendSenseError as error:
            await self.fill(what_was_refused(error))
            return
        if said is not None:
            forget_draft(view.item.recommendation_id)
            await self.fill(what_was_said(said))


def _heading(view: ItemView) -> Markup:
    item = view.item
    facts = (
        tag("a", item.user_id, href=person_path(item.user_id)),
        persona_title(item.persona),
        f"{item.kind}, {item.form}" if item.form != item.kind else item.kind,
        in_windows(item.windows),
        joined("from ", tag("code", item.content_id)),
        tag("code", item.recommendation_id[:12]),
    )
    who = by_whom(item.operator, item.at, item.reason)
    return tag(
        "div",
        tag("p", state_badge(item.state), " ", who, class_="state"),
        tag("ul", *(tag("li", fact) for fact in facts), class_="facts"),
        class_="about",
    )


def _history(view: ItemView) -> None:
    with panel("Who said what"):
        if not view.history:
            text("Nobody has said anything of it yet.", classes="note")
            return
        entries = (
            tag(
                "li",
                f"{entry.from_state} to ",
                state_badge(entry.to_state),
                " ",
                tag("span", by_whom(entry.operator, entry.at, entry.reason or entry.text)),
            )
            for entry in view.history
        )
        show(joined(*entries), element="ol", classes="history")
