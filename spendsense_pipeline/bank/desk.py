"""What endpoints are handed: the local Plaid, and work that takes longer than a request's turn."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.local_plaid.refusals import Refusals
from spendsense_pipeline.plaid.errors import PLANNED_MAINTENANCE, PlaidError

if TYPE_CHECKING:
    from spendsense_pipeline.bank.signing import Signer
    from spendsense_pipeline.local_plaid.items import Item
    from spendsense_pipeline.local_plaid.service import LocalPlaid
    from spendsense_pipeline.local_plaid.views import View

_T = TypeVar("_T")
_THREADS: Final = 2
"""More do not read faster on few cores, and keep requests that need not wait from their turn."""


@dataclass
class Desk:
    """Where requests are answered.

    Attributes:
        plaid: the local Plaid.
        signer: of its webhooks.
        may_refresh: whether the clock may go past what is published, by a run.
        wake: tells that there may be webhooks to send.
    """

    plaid: LocalPlaid
    signer: Signer
    may_refresh: bool
    wake: Callable[[], None]
    refusals: Refusals
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_THREADS, thread_name_prefix="bank")
    )

    @property
    def now(self) -> dt.datetime:
        """This moment, in UTC."""
        return self.plaid.now()

    async def work(self, task: Callable[..., _T], *given: Any) -> _T:
        """What takes long, beside the server's loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, task, *given)

    async def look(self) -> None:
        """Take in what has been published or decided since.

        Raises:
            PlaidError: it cannot be read.
        """
        if self.plaid.has_changed():
            try:
                await self.work(self.plaid.look)
            except SpendSenseError as error:
                raise PlaidError(PLANNED_MAINTENANCE, str(error)) from error
            self.wake()

    async def view(self, item: Item) -> View:
        """What an Item sees now.

        Raises:
            PlaidError: something is wrong with it.
        """
        ready = self.plaid.ready_view(item)
        return await self.work(self.plaid.view, item) if ready is None else ready

    def item(self, access_token: str) -> Item:
        """The Item of an access token.

        Raises:
            PlaidError: there is none.
        """
        return self.plaid.items.with_token(access_token)

    def tell(self, item: Item, body: Mapping[str, Any]) -> bool:
        """Have a webhook sent; whether the Item has somewhere to send it to."""
        is_queued = self.plaid.outbox.queue(item, body, now=self.now)
        if is_queued:
            self.wake()
        return is_queued

    def close(self) -> None:
        """Let threads go."""
        self._threads.shutdown(wait=True, cancel_futures=True)
