"""What goes on beside requests: looking for what was published or decided, working out what Items
are to be told of it, and sending that.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.local_plaid.movements import news
from spendsense_pipeline.plaid.errors import PlaidError

if TYPE_CHECKING:
    from spendsense_pipeline.bank.delivery import Delivery
    from spendsense_pipeline.bank.desk import Desk

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
        self._tasks = [loop.create_task(self._look()), loop.create_task(self._tell())]

    async def stop(self) -> None:
        """Stop; what is being sent is sent again by whoever comes next."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._delivery.close()

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
                    await self._delivery.send_due()
                await self._delivery.send_due()
                await self._desk.work(self._warm)
            except Exception:
                _LOG.exception("cannot tell Items of what is new")
                await asyncio.sleep(_LOOK_SECONDS)
            await self._wait()

    async def _wait(self) -> None:
        """Until something is new, or something is to be tried again."""
        plaid = self._desk.plaid
        due_at = plaid.outbox.next_due()
        seconds = None if due_at is None else (due_at - plaid.now()) / dt.timedelta(seconds=1)
        try:
            async with asyncio.timeout(None if seconds is None else max(seconds, 0)):
                await self._woken.wait()
        except TimeoutError:
            pass

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
        bodies = (
            []
            if item is None
            else news(movement, item, plaid.served, plaid.created.count(item.item_id))
        )
        with plaid.store.change():
            for body in bodies:
                if item is not None:
                    plaid.outbox.queue(item, body, now=plaid.now())
            plaid.movements.done(movement)
        return True
