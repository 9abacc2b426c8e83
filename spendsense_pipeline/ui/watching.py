"""What changes while pages are open: one look a second for all of them, told to each."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nicegui import background_tasks, ui

_SECONDS = 1.0


@dataclass
class Watch:
    """Looks at something for as long as a page is open that wants to know.

    Attributes:
        look: finds what there is now; awaited once a second, never twice at a time.
    """

    look: Callable[[], Any]
    found: Any = None
    _told: dict[int, Callable[[Any], object]] = field(default_factory=dict)
    _next: int = 0
    _task: asyncio.Task[None] | None = None

    def tell(self, page: Callable[[Any], object]) -> None:
        """Tell the page that is being made whenever something else is found.

        Args:
            page: is called with what was found, in the page's context, until the page is closed.
        """
        client = ui.context.client
        number, self._next = self._next, self._next + 1

        def call(found: Any) -> None:
            with client:
                answer = page(found)
                if inspect.isawaitable(answer):
                    background_tasks.create(answer)

        self._told[number] = call
        client.on_delete(lambda: self._told.pop(number, None))

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.get_running_loop().create_task(self._go_on())

    def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS)
            if not self._told:
                continue
            try:
                found = await self.look()
                if found != self.found:
                    self.found = found
                    for call in tuple(self._told.values()):
                        call(found)
            except Exception:
                # A look that fails is tried again; nobody's page goes down with it.
                logging.getLogger("spendsense_pipeline").exception("cannot look")
