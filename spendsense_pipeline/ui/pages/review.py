"""`/review`: the queue, a page at a time, and approving many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nicegui import ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.personas.rules import persona_title
from spendsense_pipeline.reporting.paging import offset_of
from spendsense_pipeline.reporting.review_queue import Queue, content_choices, review_queue
from spendsense_pipeline.reporting.reviewed import QueueItem
from spendsense_pipeline.reporting.wording import counted
from spendsense_pipeline.review.states import ACTIONS
from spendsense_pipeline.ui.addresses import person_path
from spendsense_pipeline.ui.dialogs import is_sure
from spendsense_pipeline.ui.markup import Markup, joined, show, tag, text
from spendsense_pipeline.ui.pages.review_filters import Asked, asked_for, filters, states
from spendsense_pipeline.ui.panels import panel
from spendsense_pipeline.ui.reviewing import (
    by_whom,
    in_windows,
    says,
    state_badge,
    what_was_refused,
    what_was_said,
)
from spendsense_pipeline.ui.shell import frame, page, problems_shown
from spendsense_pipeline.ui.tables import pager

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from spendsense_pipeline.ui.room import Room

PAGE_SIZE = 25
_APPROVE = ACTIONS["approve"]


def add(room: Room) -> None:
    """Add the page."""

    @page("/review")
    async def queue(
        status: str = "",
        kind: str = "",
        persona: str = "",
        content: str = "",
        person: str = "",
        page: str = "1",
    ) -> None:
        asked = asked_for(
            status=status, kind=kind, persona=persona, content=content, person=person, page=page
        )
        with frame(room, "Review", here="/review"):
            async with problems_shown():
                filters(asked, await room.reading.ask(content_choices))
                with ui.element("div") as region:
                    await _QueueShown(room, asked, region).fill()


class _QueueShown:
    """The queue as one page of it is shown, until something is said of it."""

    def __init__(self, room: Room, asked: Asked, region: ui.element) -> None:
        self._room = room
        self._asked = asked
        self._region = region
        self._boxes: dict[str, ui.checkbox] = {}
        self._items: dict[str, QueueItem] = {}

    async def fill(self, said: Markup | None = None) -> None:
        """Show it as it is now.

        Args:
            said: what to say above it.
        """
        found = await self._room.reading.ask(
            lambda published: review_queue(
                published,
                self._room.settings,
                **self._of(),
                limit=PAGE_SIZE,
                offset=offset_of(self._asked.page, PAGE_SIZE),
                is_noted=True,
            )
        )
        self._region.clear()
        self._boxes, self._items = {}, {item.recommendation_id: item for item in found.items}
        with self._region:
            show(said or joined()).props('role="status" aria-live="polite"').classes("said")
            states(self._asked, found)
            with panel(_heading(found), wide=True):
                self._show(found)

    def _of(self) -> dict[str, Any]:
        return {"status": self._asked.status or None, "items": self._asked.items}

    def _show(self, found: Queue) -> None:
        if not found.items:
            text("None of those asked for.", classes="note")
            return
        self._acts(found)
        with ui.element("ul").classes("plain queue"):
            for item in found.items:
                with ui.element("li"):
                    self._row(item)
        show(
            pager(
                page=self._asked.page,
                size=PAGE_SIZE,
                found=found.found,
                path="/review",
                asked=self._asked.said(),
            )
        )

    def _acts(self, found: Queue) -> None:
        may_be = [item for item in found.items if item.state in _APPROVE.begins]
        if not may_be:
            return
        waiting = self._waiting(found)
        with ui.element("div").classes("line acts"):
            every = ui.checkbox("All on this page").props("dense")
            ui.element("span").classes("grow")
            chosen = ui.button("Approve chosen", on_click=self._approves_chosen).props(
                "unelevated no-caps"
            )
            ui.button(f"Approve all {waiting:,} found", on_click=self._approves_found(found)).props(
                "outline no-caps"
            )

        def choose_all() -> None:
            for box in self._boxes.values():
                box.set_value(every.value)

        def count() -> None:
            number = len(self._chosen())
            chosen.set_text(f"Approve {number:,} chosen" if number else "Approve chosen")
            chosen.set_enabled(bool(number))

        every.on_value_change(choose_all)
        self._count = count
        count()

    def _row(self, item: QueueItem) -> None:
        if item.state in _APPROVE.begins:
            box = ui.checkbox(on_change=lambda: self._count()).props("dense")
            box.props["aria-label"] = f"Choose {item.title}, {item.user_id}"
            self._boxes[item.recommendation_id] = box
        else:
            ui.element("span").classes("no-box")
        show(_about(item), classes="grow")
        show(state_badge(item.state), element="span")

    def _chosen(self) -> list[QueueItem]:
        return [self._items[item_id] for item_id, box in self._boxes.items() if box.value]

    async def _approves_chosen(self) -> None:
        await self._approve(self._chosen())

    def _waiting(self, found: Queue) -> int:
        return sum(
            count
            for state, count in found.counts.items()
            if state in _APPROVE.begins and self._asked.status in ("", state)
        )

    def _approves_found(self, shown: Queue) -> Callable[[], Awaitable[None]]:
        """Approve what was found when this was shown, and nothing that came or changed since."""

        async def approve() -> None:
            if not await _is_sure(self._waiting(shown)):
                return
            now = await self._room.reading.ask(
                lambda published: review_queue(
                    published, self._room.settings, **self._of(), as_noted=shown.noted
                )
            )
            items = [item for item in now.items if item.state in _APPROVE.begins]
            await self._approve(items, since=self._waiting(now) - len(items))

        return approve

    async def _approve(self, items: list[QueueItem], *, since: int = 0) -> None:
        """Approve items.

        Args:
            items: as they were shown.
            since: how many more there are now, which were not.
        """
        if not items:
            await self.fill(_what_came_since(since, approved=0))
            return
        try:
            said = await says(self._room, _APPROVE.name, items)
        except SpendSenseError as error:
            await self.fill(what_was_refused(error))
        else:
            if said is not None:
                came = _what_came_since(since, approved=len(items)) if since else None
                await self.fill(joined(what_was_said(said), came))


def _what_came_since(count: int, *, approved: int) -> Markup:
    """What is not approved because nobody who clicked had it before them."""
    nothing = "" if approved else "Nothing that was shown here still waits. "
    came = (
        f"{counted(count, 'item')} came or changed after this was shown: not approved."
        if count
        else ""
    )
    return tag("div", tag("p", f"{nothing}{came}".strip()), class_="remark warn")


def _heading(found: Queue) -> str:
    return f"{counted(found.found, 'item')}, as of {found.as_of}"


def _about(item: QueueItem) -> Markup:
    who = by_whom(item.operator, item.at, item.reason)
    facts = (
        tag("a", item.user_id, href=person_path(item.user_id)),
        persona_title(item.persona),
        f"{item.kind}, {item.form}" if item.form != item.kind else item.kind,
        in_windows(item.windows),
    )
    return joined(
        tag("a", item.title, href=f"/review/{item.recommendation_id}", class_="title"),
        tag("ul", *(tag("li", fact) for fact in facts), class_="facts"),
        tag("p", who, class_="note") if who else None,
    )


async def _is_sure(waiting: int) -> bool:
    return await is_sure(
        f"Approve {counted(waiting, 'item')}?",
        f"All of them, or none. They are {_APPROVE.next_step}.",
        word="Approve",
        otherwise="Cancel",
    )
