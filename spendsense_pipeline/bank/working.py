"""What goes on beside requests: looking for what was published or decided, working out what Items
are to be told of it, and sending that.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.local_plaid.movements import news
from spendsense_pipeline.plaid.errors import PlaidError

if TYPE_CHECKING:
    from spendsense_pipeline.bank.delivery import Delivery
    from spendsense_pipeline.bank.desk import Desk
    from spendsense_pipeline.local_plaid.items import Item
    from spendsense_pipeline.local_plaid.movements import Movement

MOST_WARMED: Final = 200
_LOOK_SECONDS: Final = 1.0
_LOG: Final = logging.getLogger("spendsense_pipeline.bank")


class Working:
    """Works until it is stopped; whatever is owed when the process ends is owed by the next."""

    def __init__(self, desk: Desk, delivery: Delivery, woken: asyncio.Event) -> None:
        self._desk = desk
        self._delivery = delivery
        self._woken = woken
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin."""
        loop = asyncio.get_running_loop()
        tasks = (self._look(), self._tell(), self._delivery.run())
        self._tasks = [loop.create_task(task) for task in tasks]

    async def stop(self) -> None:
        """Stop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            try:
                await self._desk.look()
            except Exception:
                _LOG.exception("cannot look for what was published")
            await asyncio.sleep(_LOOK_SECONDS)

    async def _tell(self) -> None:
        while True:
            self._woken.clear()
            try:
                while await self._desk.work(self._work_out_next):
                    self._delivery.wake()
                await self._desk.work(self._warm)
            except Exception:
                _LOG.exception("cannot tell Items of what is new")
                await asyncio.sleep(_LOOK_SECONDS)
            await self._woken.wait()

    def _warm(self) -> None:
        """Work out what Items see before they ask, until something new is to be told."""
        plaid = self._desk.plaid
        for item in plaid.items.all()[:MOST_WARMED]:
            if self._woken.is_set():
                return
            with contextlib.suppress(PlaidError):
                plaid.view(item)

    def _work_out_next(self) -> bool:
        """Work out what one Item is to be told; whether there was any."""
        plaid = self._desk.plaid
        movement = plaid.movements.next()
        if movement is None:
            return False
        item = plaid.items.of(movement.item_id)
        bodies = [] if item is None else self._bodies(movement, item)
        with plaid.store.change():
            for body in bodies:
                if item is not None:
                    plaid.outbox.queue(item, body, now=plaid.now())
            plaid.movements.done(movement)
        return True

    def _bodies(self, movement: Movement, item: Item) -> list[dict[str, Any]]:
        plaid = self._desk.plaid
        try:
            return news(movement, item, plaid.served, plaid.created.count(item.item_id))
        except Exception:
            # One Item's must not keep others' from being worked out.
            _LOG.exception("cannot work out what %s is to be told", item.item_id)
            return []
