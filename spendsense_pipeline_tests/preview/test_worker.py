"""Previews from an event loop: the newest wins, and nothing is left behind however it ends."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from spendsense_pipeline.controls import ControlsError
from spendsense_pipeline.preview import preview
from spendsense_pipeline.preview.worker import (
    AT_ONCE,
    PreviewFailedError,
    PreviewWorker,
    SupersededError,
)
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration

AS_OF = dt.date(2026, 6, 30)
SECONDS_TO_WAIT = 30.0
FEW = {"config": {"num_users": 10, "months_history": 1}}
MANY = {"config": {"num_users": 100, "months_history": 24}}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


class Server:
    """An event loop and its worker, as a server has them."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._worker = PreviewWorker()
        self._worker.start()

    def run(self, answers: Callable[[PreviewWorker], Awaitable[None]]) -> None:
        async def answered() -> None:
            await answers(self._worker)

        self._loop.run_until_complete(answered())

    def stop(self) -> None:
        self._loop.run_until_complete(self._worker.close())
        self._loop.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for most tests: to start it takes longer than to ask it."""
    started = Server()
    yield started
    started.stop()


def test_what_it_answers(server: Server) -> None:
    """The same as without it, errors in the same words, the processor time of the whole child."""

    async def answers(worker: PreviewWorker) -> None:
        shown = await worker.preview(json.dumps(FEW), AS_OF, page="one")
        expected = preview(a_configuration(as_of=AS_OF, **FEW))
        assert (shown.mix, shown.lives, shown.controls) == (
            expected.mix,
            expected.lives,
            expected.controls,
        )
        assert shown.cpu_seconds >= sum(stage.cpu_seconds for stage in shown.stages)
        asked = {"controls": {"consent_rate": 3, "custom_merchants": "/etc/passwd"}}
        with pytest.raises(ControlsError, match="consent_rate must be between 0 and 1") as refused:
            await worker.preview(json.dumps(asked), AS_OF, page="one")
        assert [each.names for each in refused.value.faults] == [
            ("custom_merchants",),
            ("consent_rate",),
        ]
        extended = await worker.preview(
            json.dumps(FEW), AS_OF, history_start=dt.date(2026, 4, 11), page="one"
        )
        assert extended.history_start == dt.date(2026, 4, 11)

    server.run(answers)


def test_the_newest_of_a_page_ends_those_before_it(server: Server) -> None:
    async def answers(worker: PreviewWorker) -> None:
        first = asyncio.create_task(worker.preview(json.dumps(MANY), AS_OF, page="one"))
        [pid] = await _running(worker, 1)
        waiting = asyncio.create_task(worker.preview(json.dumps(MANY), AS_OF, page="one"))
        await asyncio.sleep(0)
        newest = worker.preview(json.dumps(FEW), AS_OF, page="one")
        assert (await newest).generated_count == 10
        for ended in (first, waiting):
            with pytest.raises(SupersededError):
                await ended
        await _until(lambda: not _is_alive(pid))
        assert not worker.running_pids

    server.run(answers)


def test_pages_do_not_end_each_other_and_take_turns(server: Server) -> None:
    async def answers(worker: PreviewWorker) -> None:
        asked = [worker.preview(json.dumps(FEW), AS_OF, page=f"page {i}") for i in range(5)]
        most = 0

        async def watch() -> None:
            nonlocal most
            while True:
                most = max(most, len(worker.running_pids))
                await asyncio.sleep(0.01)

        watching = asyncio.create_task(watch())
        shown = await asyncio.gather(*asked)
        watching.cancel()
        assert [each.generated_count for each in shown] == [10] * 5
        assert 1 <= most <= AT_ONCE

    server.run(answers)


def test_a_place_is_given_back_by_whoever_leaves(server: Server) -> None:
    async def answers(worker: PreviewWorker) -> None:
        for _ in range(AT_ONCE + 1):
            leaving = asyncio.create_task(worker.preview(json.dumps(MANY), AS_OF, page="one"))
            pids = await _running(worker, 1)
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
            await _until(lambda gone=pids: not any(map(_is_alive, gone)))
        assert (await worker.preview(json.dumps(FEW), AS_OF, page="two")).generated_count == 10

    server.run(answers)


def test_a_killed_process_is_one_clear_error_and_the_next_preview_works(server: Server) -> None:
    async def answers(worker: PreviewWorker) -> None:
        asked = asyncio.create_task(worker.preview(json.dumps(MANY), AS_OF, page="one"))
        [pid] = await _running(worker, 1)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(PreviewFailedError, match="ended before it was done"):
            await asked
        assert (await worker.preview(json.dumps(FEW), AS_OF, page="one")).generated_count == 10
        # The process that forks may be killed too.
        os.kill(worker.warm_pid, signal.SIGKILL)
        await _until(lambda: not _is_alive(worker.warm_pid))
        assert (await worker.preview(json.dumps(FEW), AS_OF, page="one")).generated_count == 10

    server.run(answers)


def test_nothing_is_left_after_closing() -> None:
    async def answers(worker: PreviewWorker) -> None:
        asked = asyncio.create_task(worker.preview(json.dumps(MANY), AS_OF, page="one"))
        pids = [worker.warm_pid, *await _running(worker, 1)]
        await worker.close()
        with pytest.raises(SupersededError):
            await asked
        await _until(lambda: not any(map(_is_alive, pids)))
        with pytest.raises(SupersededError):
            await worker.preview(json.dumps(FEW), AS_OF, page="one")

    _run(answers)


def test_nothing_is_left_of_a_server_that_is_killed() -> None:
    program = f"""
import asyncio, datetime, json
from spendsense_pipeline.preview.worker import PreviewWorker

async def serve():
    worker = PreviewWorker()
    worker.start()
    asked = asyncio.create_task(
        worker.preview('{json.dumps(MANY)}', datetime.date(2026, 6, 30), page="one"))
    while not worker.running_pids:
        await asyncio.sleep(0.01)
    print(worker.warm_pid, *worker.running_pids, flush=True)
    await asked

asyncio.run(serve())
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        pids = [int(pid) for pid in server.stdout.readline().split()]
        assert len(pids) == 2
        assert all(map(_is_alive, pids))
        server.kill()
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while any(map(_is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(_is_alive, pids))


@pytest.mark.load
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
def test_memory_and_sockets_are_steady_over_many_previews(server: Server) -> None:
    async def answers(worker: PreviewWorker) -> None:
        figures = []
        for i in range(200):
            if i in (100, 199):
                open_files = len(list(Path("/proc/self/fd").iterdir()))
                figures.append((_memory_kb(worker.warm_pid), open_files))
            if i % 20 == 0:
                assert await worker.preview(json.dumps(FEW), AS_OF, page="one")
                continue
            with pytest.raises(ControlsError):
                await worker.preview('{"config": {"num_users": 9}}', AS_OF, page="one")
        (before, open_before), (after, open_after) = figures
        assert after < before + 2_000
        assert open_after <= open_before

    server.run(answers)


def _run(answers: Callable[[PreviewWorker], Awaitable[None]]) -> None:
    server = Server()
    try:
        server.run(answers)
    finally:
        server.stop()


async def _running(worker: PreviewWorker, count: int) -> list[int]:
    await _until(lambda: len(worker.running_pids) == count)
    return list(worker.running_pids)


async def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _memory_kb(pid: int) -> int:
    [line] = [
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in line
    ]
    return int(line.split()[1])
