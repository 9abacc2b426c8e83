"""Asking the published dataset: each question on a connection of its own, read-only and short, in a
thread beside the server's loop; and whether a newer one has been published since.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from spendsense_pipeline.reporting.dataset_reader import open_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.settings import Settings

_T = TypeVar("_T")

# Two cores answer no faster with more; whoever comes later waits its turn.
_AT_ONCE = 4


@dataclass(frozen=True)
class Edition:
    """What there is to read at a moment: a mark each, another whenever the file is another.

    Attributes:
        dataset: of what is published; None before the first.
        decisions: of consent; None before the first.
        reviews: of what was said of recommendations; None before the first.
    """

    dataset: tuple[int, int] | None
    decisions: tuple[int, int] | None
    reviews: tuple[int, int] | None


def _mark(path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        found = path.stat()
        return found.st_ino, found.st_mtime_ns
    return None


class Reading:
    """The published dataset, for as many pages as ask."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="reading")

    async def ask(self, question: Callable[[DatasetReader], _T], *, path: Path | None = None) -> _T:
        """What the dataset answers.

        Args:
            question: gets the dataset open; is called in a thread.
            path: another dataset than the published one.

        Raises:
            WarehouseError: there is none, or none that this version reads.
        """

        def answer() -> _T:
            with open_dataset(self._settings, path) as published:
                return question(published)

        return await self.work(answer)

    async def work(self, task: Callable[[], _T]) -> _T:
        """What takes longer than the server's loop may wait, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, task)

    def edition(self) -> Edition:
        """What there is to read now."""
        settings = self._settings
        return Edition(
            dataset=_mark(settings.published_path),
            decisions=_mark(settings.consent_path),
            reviews=_mark(settings.reviews_path),
        )

    async def latest(self) -> Edition:
        """The edition there is, found beside the server's loop."""
        return await self.work(self.edition)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)
