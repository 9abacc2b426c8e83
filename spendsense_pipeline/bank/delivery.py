"""Sends webhooks: each Item's in order, several Items' at once, later again where none answers."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import logging
from typing import TYPE_CHECKING, Final

import httpx

from spendsense_pipeline.bank.signing import HEADER
from spendsense_pipeline.bank.targets import TargetError, UnknownHostError
from spendsense_pipeline.local_plaid.outbox import DELIVERED, NOT_SENT

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from spendsense_pipeline.bank.signing import Signer
    from spendsense_pipeline.bank.targets import Target, Targets
    from spendsense_pipeline.local_plaid.outbox import Outbox, Webhook

_TIMEOUT_SECONDS: Final = 10.0
"""Plaid waits as long for an answer (plaid.com/docs/api/webhooks)."""
_AT_ONCE: Final = 16
_PAUSE: Final = dt.timedelta(seconds=1)
"""Where the state cannot be read or written."""
_LOG: Final = logging.getLogger("spendsense_pipeline.bank")
_Lane = tuple[str, str]
"""An Item and where its webhooks go: who hangs there holds up nothing else."""


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; read once for all banks of a process."""
    return httpx.create_ssl_context(trust_env=False)


class Delivery:
    """Sends what waits in the outbox."""

    def __init__(
        self, outbox: Outbox, signer: Signer, targets: Targets, *, now: Callable[[], dt.datetime]
    ) -> None:
        self._outbox = outbox
        self._signer = signer
        self._targets = targets
        self._now = now
        self._woken = asyncio.Event()
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._sending: dict[_Lane, asyncio.Task[None]] = {}
        # Neither proxies nor redirects: it goes where the target says, and nowhere else.
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT_SECONDS, follow_redirects=False, trust_env=False, verify=_trusted()
        )

    def wake(self) -> None:
        """Say that something may wait."""
        self._woken.set()

    async def run(self) -> None:
        """Send everything when it is due, until this is cancelled; what is on its way then is sent
        again by whoever comes next.
        """
        try:
            while True:
                self._woken.clear()
                try:
                    due_at = self._send_due()
                except Exception:
                    _LOG.exception("cannot look for webhooks")
                    due_at = self._now() + _PAUSE
                await self._sleep(due_at)
        finally:
            sending = list(self._sending.values())
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
            await self._client.aclose()

    def _send_due(self) -> dt.datetime | None:
        """Begin to send what is due; when the next one is."""
        now, later = self._now(), []
        for webhook in self._outbox.next_of_each():
            lane = webhook.item_id, webhook.url
            if lane in self._sending:
                continue
            if webhook.due_at > now:
                later.append(webhook.due_at)
                continue
            task = asyncio.create_task(self._send(webhook))
            self._sending[lane] = task
            task.add_done_callback(functools.partial(self._ended, lane))
        return min(later, default=None)

    async def _sleep(self, until: dt.datetime | None) -> None:
        seconds = None if until is None else (until - self._now()) / dt.timedelta(seconds=1)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if seconds is None else max(seconds, 0)):
                await self._woken.wait()

    def _ended(self, lane: _Lane, task: asyncio.Task[None]) -> None:
        del self._sending[lane]
        if task.cancelled() or task.exception() is None:
            self.wake()
            return
        _LOG.error("cannot note what became of a webhook", exc_info=task.exception())
        asyncio.get_running_loop().call_later(_PAUSE.total_seconds(), self.wake)

    async def _send(self, webhook: Webhook) -> None:
        try:
            # Of the whole, not only of each byte.
            async with self._places, asyncio.timeout(_TIMEOUT_SECONDS):
                target = await asyncio.to_thread(self._targets.find, webhook.url)
                status = await self._post(webhook, target)
        except TargetError as error:
            _LOG.warning("webhook %s of %s not sent: %s", webhook.code, webhook.item_id, error)
            self._outbox.end(webhook, NOT_SENT, str(error), now=self._now())
        except UnknownHostError as error:
            self._put_off(webhook, str(error))
        except TimeoutError:
            self._put_off(webhook, f"no answer within {_TIMEOUT_SECONDS:.0f} seconds")
        except httpx.HTTPError as error:
            self._put_off(webhook, type(error).__name__)
        except Exception:
            # One that cannot be sent at all must not keep others from being sent.
            _LOG.exception("webhook %s of %s", webhook.code, webhook.item_id)
            self._put_off(webhook, "it could not be sent; the log says why")
        else:
            said = f"answered {status}"
            if httpx.codes.is_success(status):
                self._outbox.end(webhook, DELIVERED, said, now=self._now())
            else:
                self._put_off(webhook, said)

    def _put_off(self, webhook: Webhook, detail: str) -> None:
        self._outbox.put_off(webhook, detail, now=self._now())

    async def _post(self, webhook: Webhook, target: Target) -> int:
        """Post it to an address that was found, under the name that was asked for."""
        *others, last = target.addresses
        for address in others:
            with contextlib.suppress(httpx.ConnectError):
                return await self._post_to(address, webhook, target)
        return await self._post_to(last, webhook, target)

    async def _post_to(self, address: str, webhook: Webhook, target: Target) -> int:
        body = webhook.body.encode()
        url = httpx.URL(webhook.url)
        request = self._client.build_request(
            "POST",
            url.copy_with(host=address, port=target.port),
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
