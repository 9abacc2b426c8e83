"""Sends webhooks: each Item's in order, several Items' at once, later again where none answers."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from typing import TYPE_CHECKING, Final

import httpx

from spendsense_pipeline.bank.signing import HEADER
from spendsense_pipeline.bank.targets import TargetError
from spendsense_pipeline.local_plaid.outbox import DELIVERED, NOT_SENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from spendsense_pipeline.bank.signing import Signer
    from spendsense_pipeline.bank.targets import Target, Targets
    from spendsense_pipeline.local_plaid.outbox import Outbox, Webhook

_TIMEOUT_SECONDS: Final = 10.0
"""Plaid waits as long for an answer (plaid.com/docs/api/webhooks)."""
_AT_ONCE: Final = 16
_LOG: Final = logging.getLogger("spendsense_pipeline.bank")


class Delivery:
    """Sends what waits in the outbox."""

    def __init__(
        self, outbox: Outbox, signer: Signer, targets: Targets, *, now: Callable[[], dt.datetime]
    ) -> None:
        self._outbox = outbox
        self._signer = signer
        self._targets = targets
        self._now = now
        self._places = asyncio.Semaphore(_AT_ONCE)
        # Neither proxies nor redirects: it goes where the target says, and nowhere else.
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
        )

    async def send_due(self) -> None:
        """Send everything that is due now, until nothing is."""
        while due := self._outbox.due(self._now()):
            await asyncio.gather(*(self._send(webhook) for webhook in due))

    async def close(self) -> None:
        """Let connections go."""
        await self._client.aclose()

    async def _send(self, webhook: Webhook) -> None:
        try:
            target = await asyncio.to_thread(self._targets.find, webhook.url)
        except TargetError as error:
            _LOG.warning("webhook %s of %s not sent: %s", webhook.code, webhook.item_id, error)
            self._outbox.end(webhook, NOT_SENT, str(error), now=self._now())
            return
        async with self._places:
            try:
                status = await self._post(webhook, target)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                self._outbox.put_off(webhook, f"{type(error).__name__}", now=self._now())
                return
        if httpx.codes.is_success(status):
            self._outbox.end(webhook, DELIVERED, f"answered {status}", now=self._now())
        else:
            self._outbox.put_off(webhook, f"answered {status}", now=self._now())

    async def _post(self, webhook: Webhook, target: Target) -> int:
        """Post it to the address that was found, under the name that was asked for."""
        body = webhook.body.encode()
        url = httpx.URL(webhook.url)
        request = self._client.build_request(
            "POST",
            url.copy_with(host=target.address),
            content=body,
            headers={
                "Host": url.netloc.decode("ascii"),
                "Content-Type": "application/json",
                HEADER: self._signer.sign(body, now=self._now()),
            },
            extensions={"sni_hostname": target.host},
        )
        answer = await self._client.send(request, stream=True)
        with contextlib.suppress(httpx.HTTPError):
            await answer.aclose()
        return answer.status_code
