"""Previews from an event loop: a warm process per server, a child of it per preview, killed by the
next change of the same page.

Of a hundred people and six months a preview takes about one second of processor time. The steps of
a run, each read apart, by two threads and with every statement parsed anew, take half as much
again."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError
from spendsense_pipeline.preview.messages import Request, Started, receive_soon, send_soon
from spendsense_pipeline.preview.records import Preview

if TYPE_CHECKING:
    import datetime as dt

AT_ONCE: Final = 2
"""Previews of one server at the same time: each takes a core."""
_SECONDS_TO_END: Final = 5.0
_Answer = TypeVar("_Answer")


class SupersededError(SpendSenseError):
    """The same page asked for another preview, or the worker was closed: nothing to be shown."""


def _superseded() -> SupersededError:
    return SupersededError(
        problem="the preview was given up for a newer one, or its server ends",
        remedy="look at the newer one",
    )


class PreviewFailedError(SpendSenseError):
    """The process that made a preview ended before it was done."""

    exit_code = RUN_FAILED


class PreviewWorker:
    """Makes previews, of every page the newest; belongs to one event loop."""

    def __init__(self, *, at_once: int = AT_ONCE) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._newest: dict[str, asyncio.Future[None]] = {}
        self._under_way: set[asyncio.Future[None]] = set()
        self._warm: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._is_closed = False
        self.running_pids: set[int] = set()
        """Processes that make previews now."""

    @property
    def warm_pid(self) -> int:
        """The process that forks them; 0 before it is started."""
        return self._warm.pid if self._warm else 0

    def start(self) -> None:
        """Start the warm process, which takes a second or two; the first preview waits for it."""
        if self._is_closed:
            raise _superseded()
        if self._warm is not None and self._warm.poll() is None:
            return
        self._end_warm()
        self._control, others = socket.socketpair()
        with others:
            self._warm = subprocess.Popen(
                [sys.executable, "-m", "spendsense_pipeline.preview.warm", str(others.fileno())],
                pass_fds=[others.fileno()],
                stdin=subprocess.DEVNULL,
            )

    async def preview(
        self,
        asked_json: str,
        as_of: dt.date,
        history_start: dt.date | None = None,
        *,
        page: str,
    ) -> Preview:
        """What a configuration would make.

        Args:
            asked_json: the configuration as asked, in any documented form, as JSON without paths.
            as_of: last day of the data, unless the configuration gives one.
            history_start: first day, where a dataset is extended.
            page: who asks: a newer request of the same page ends this one.

        Returns:
            The preview; its `cpu_seconds` are those of the process that made it.

        Raises:
            SpendSenseError: the configuration cannot be used.
            PreviewFailedError: the process ended, or met a fault of ours.
            SupersededError: the page asked again, or the worker was closed.
        """
        superseded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        before, self._newest[page] = self._newest.get(page), superseded
        if before is not None and not before.done():
            before.set_result(None)
        self._under_way.add(superseded)
        try:
            await _unless(superseded, self._places.acquire(), undo=self._places.release)
            try:
                return await self._made(Request(asked_json, as_of, history_start), superseded)
            finally:
                self._places.release()
        finally:
            self._under_way.discard(superseded)
            if self._newest.get(page) is superseded:
                del self._newest[page]

    async def close(self) -> None:
        """End every process; requests under way are superseded."""
        self._is_closed = True
        while self._under_way:
            for superseded in self._under_way:
                if not superseded.done():
                    superseded.set_result(None)
            await asyncio.sleep(0)
        self._end_warm()

    async def _made(self, request: Request, superseded: asyncio.Future[None]) -> Preview:
        connection, pid = await self._begun(request, superseded)
        self.running_pids.add(pid)
        try:
            answer = await _unless(superseded, receive_soon(connection))
        except (EOFError, OSError):
            raise PreviewFailedError(
                problem="the preview's process ended before it was done",
                remedy="change a value to try again",
            ) from None
        finally:
            # The process ends with its socket.
            connection.close()
            self.running_pids.discard(pid)
        if isinstance(answer, SpendSenseError):
            raise answer
        if isinstance(answer, Exception):
            raise PreviewFailedError(
                problem=f"the preview met a fault ({answer})", remedy="report it with the values"
            )
        found: Preview = answer
        return found

    async def _begun(
        self, request: Request, superseded: asyncio.Future[None]
    ) -> tuple[socket.socket, int]:
        """A process that makes it: the socket it answers over, and its id.

        Where the warm process was killed since, another is started, once.
        """
        for _ in range(2):
            self.start()
            ours, theirs = socket.socketpair()
            ours.setblocking(False)
            try:
                with theirs:
                    socket.send_fds(self._control_socket, [b"."], [theirs.fileno()])
                await _unless(superseded, send_soon(ours, request))
                started: Started = await _unless(superseded, receive_soon(ours))
            except (EOFError, OSError):
                ours.close()
                self._end_warm()
            except BaseException:
                ours.close()
                raise
            else:
                return ours, started.pid
        raise PreviewFailedError(
            problem="the preview's process does not start", remedy="start the server again"
        )

    @property
    def _control_socket(self) -> socket.socket:
        if self._control is None:
            raise _superseded()
        return self._control

    def _end_warm(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._warm is not None:
            self._warm.kill()
            self._warm.wait(_SECONDS_TO_END)
            self._warm = None


async def _unless(
    superseded: asyncio.Future[None],
    awaited: Awaitable[_Answer],
    *,
    undo: Callable[[], None] | None = None,
) -> _Answer:
    """What is awaited, or `SupersededError` as soon as the request is; then `undo` what came."""
    waiting = asyncio.ensure_future(awaited)
    is_answered = False
    try:
        both: list[asyncio.Future[Any]] = [waiting, superseded]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if superseded.done():
            raise _superseded()
        is_answered = True
        return waiting.result()
    finally:
        if not waiting.done():
            waiting.cancel()
        elif undo is not None and not is_answered and waiting.exception() is None:
            undo()
