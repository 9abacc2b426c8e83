"""`/me/USER`: what a person would see of themselves, and nothing else.

Said to the person, in no word of the operator's; links lead nowhere else. It is a demonstration and
no log-in: whoever is at this machine may open it.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.reporting.consent import REVOKED
from spendsense_pipeline.reporting.own_room import ForYou, OwnRoom, WhereYouStand, own_room
from spendsense_pipeline.ui.markup import joined, show, tag, text
from spendsense_pipeline.ui.pages.own_consent import gives_again, their_own
from spendsense_pipeline.ui.pages.own_month import coming_up, their_month
from spendsense_pipeline.ui.panels import panel
from spendsense_pipeline.ui.shell import page, plain_frame

if TYPE_CHECKING:
    from spendsense_pipeline.ui.reading import Edition
    from spendsense_pipeline.ui.room import Room

_SAID = "A demonstration, not a log-in: anybody at this machine can open this page."
_OFFER = "offer"


def add(room: Room) -> None:
    """Add the page."""

    @page("/me/{user_id}")
    async def me(user_id: str) -> None:
        with (
            plain_frame("Your money", said=_SAID),
            ui.element("div").classes("mine") as region,
        ):
            mine = _Mine(room, user_id, region)
            await mine.fill()
            room.editions.tell(mine.follow)


class _Mine:
    """A person's page as it is, until they decide otherwise."""

    def __init__(self, room: Room, user_id: str, region: ui.element) -> None:
        self._room = room
        self._user_id = user_id
        self._region = region
        self._edition: Edition | None = None

    async def follow(self, edition: Edition) -> None:
        """Consent or an item taken back elsewhere is gone from here too."""
        if edition != self._edition:
            await self.fill()

    async def fill(self) -> None:
        """Show what they may see now."""
        found = None
        self._edition = await self._room.reading.latest()
        # What is wrong, an operator reads on their own pages; here it would say nothing.
        with contextlib.suppress(SpendSenseError):
            found = await self._room.reading.ask(
                lambda published: own_room(published, self._room.settings, self._user_id)
            )
        self._region.clear()
        with self._region:
            if found is None:
                with panel("There is nothing to see just now"):
                    text("Come back a little later.")
            elif found.withheld is not None:
                self._withhold(found)
            else:
                self._show(found)

    def _withhold(self, found: OwnRoom) -> None:
        title = "Nothing is shown" if found.is_known else "There is no such page"
        if found.consent_status == REVOKED:
            title = "Your consent is withdrawn"
        with panel(title):
            text(found.withheld)
            if found.is_known:
                gives_again(self._room, found, self.fill)

    def _show(self, found: OwnRoom) -> None:
        hello = f"Hello {found.name.split()[0]}." if found.name else "Hello."
        text(
            f"{hello} This is how things stand on {found.as_of:%B} {found.as_of.day}.",
            classes="hello",
        )
        their_month(found)
        coming_up(found)
        _stands(found.stands)
        _items(found.items)
        their_own(self._room, found, self.fill)


def _stands(stands: tuple[WhereYouStand, ...]) -> None:
    with panel("Where you stand"):
        for each in stands:
            show(
                joined(
                    tag("h3", f"The last {each.window_days} days"),
                    tag("p", each.explanation),
                ),
                classes="stand",
            )


def _items(items: tuple[ForYou, ...]) -> None:
    with panel("For you", "Each was read by a person before it was put here."):
        if not items:
            text("Nothing yet. When there is something for you, you find it here.")
            return
        for item in items:
            _item(item)
        # All carry the same sentence; it stands under them once more for those who skip.
        for disclosure in dict.fromkeys(item.disclosure for item in items):
            text(disclosure, classes="note")


def _item(item: ForYou) -> None:
    with ui.element("article").classes("for-you"):
        kind = "something to consider" if item.kind == _OFFER else item.form
        show(tag("p", kind, class_="note kind"))
        text(item.title, element="h3")
        show(tag("p", item.rationale), classes="why")
        with ui.element("details"):
            show(tag("span", "Read it"), element="summary")
            ui.markdown(item.body).classes("body")
            text(item.disclosure, classes="note")
