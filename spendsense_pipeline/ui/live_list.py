"""A list that is drawn anew while somebody says what they want of it; the address says the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.ui.addresses import put_in_address
from spendsense_pipeline.ui.markup import Markup, show, tag

if TYPE_CHECKING:
    from nicegui import ui


class LiveList:
    """One list of one page.

    Attributes:
        said: what is asked of it, as the address says it; changed in place.
    """

    def __init__(
        self, path: str, said: dict[str, str], draw: Callable[[], Awaitable[Markup]]
    ) -> None:
        """Know where it stands and how it is drawn.

        Args:
            path: of the page.
            said: what is asked of it.
            draw: makes it from what is asked now; may raise what is wrong with that.
        """
        self.said = said
        self._path = path
        self._draw = draw
        self._asked_last = 0
        self._shown: ui.html | None = None

    def show(self, first: Markup) -> None:
        """Put it onto the page, as the page was asked for."""
        self._shown = show(first, classes="found")

    async def told(self, name: str, value: str) -> None:
        """Draw it for another value of a filter, from its first page on."""
        said = self.said
        if said.get(name, "") == value:
            return
        said.pop("page", None)
        said.pop(name, None)
        said.update({name: value} if value else {})
        self._asked_last = this = self._asked_last + 1
        try:
            content = await self._draw()
        except SpendSenseError as error:
            content = tag("p", str(error), class_="wrong", role="alert")
        # Answers may overtake each other; what was asked last is shown.
        if this == self._asked_last and self._shown is not None:
            self._shown.set_content(content)
            put_in_address(self._path, said)
