"""A file that only grows, one writer at a time, whole statements or none: what logs are kept in.

What was acknowledged has been forced to disk. What a killed writer or a full disk left of a line,
or of several said at once, was not acknowledged: readers pass over it and the next writer cuts it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

from spendsense_pipeline.errors import RUN_FAILED
from spendsense_pipeline.files import force_to_disk
from spendsense_pipeline.publishing.warehouse import WarehouseError, named_errors

# Writing takes milliseconds, so whoever holds the lock this long has stopped.
_LONGEST_WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.005
# The clock of a file system ticks this coarsely: two changes within may bear one time.
_CLOCK_TICK_NS = 50_000_000
_FILES_REMEMBERED = 16

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Journal(Generic[Entry]):
    """One log.

    Attributes:
        path: the file.
        lock_path: the file whose lock its one writer holds.
        parse: the entry that a line holds, and how many more lines belong to what was said at once;
            raises `ValueError` saying what is wrong.
        noun: what it is called ("review log").
    """

    path: Path
    lock_path: Path
    parse: Callable[[bytes], tuple[Entry, int]]
    noun: str

    def read(self) -> tuple[Entry, ...]:
        """Everything said, in the order it was said; nothing if nobody has said anything.

        What was read before and has not changed is not read again.

        Raises:
            WarehouseError: when the file cannot be read, or holds a line that is not ours.
        """
        return self._whole().entries

    @contextlib.contextmanager
    def writing(self) -> Iterator[Pen[Entry]]:
        """Be the only writer; the kernel releases the lock however its holder ends.

        Yields:
            What has been said, and the means to say more.

        Raises:
            WarehouseError: when the log cannot be read or written, or somebody holds it too long.
            DiskFullError: when there is no room; the log is as it was.
        """
        with _locked(self.lock_path):
            whole = self._whole()
            yield Pen(self.path, whole.entries, whole.size)

    def _whole(self) -> _Whole:
        with named_errors(self.path):
            try:
                with self.path.open("rb") as file:
                    return self._whole_of(file)
            except FileNotFoundError:
                return _NOTHING

    def _whole_of(self, file: IO[bytes]) -> _Whole:
        known = _remembered.pop(self.path, None)
        if known is not None and known.parse is self.parse:
            before: _Whole = known.whole
            now = _state_of(file)
            if now is not None and now == before.state:
                self._remember(before)
                return before
            whole = self._extended(file, before, now)
        else:
            whole = self._extended(file, _NOTHING, _state_of(file))
        self._remember(whole)
        return whole

    def _extended(self, file: IO[bytes], before: _Whole, state: _State | None) -> _Whole:
        """What a file holds that may begin with what was read before."""
        beginning = file.read(before.size)
        if zlib.crc32(beginning) != before.checksum or len(beginning) < before.size:
            before = _NOTHING
            file.seek(0)
        content = file.read()
        more, size = self._parsed(content, len(before.entries))
        said = content[:size]
        checksum = zlib.crc32(said, before.checksum)
        return _Whole(
            (*before.entries, *more) if more else before.entries,
            before.size + size,
            checksum,
            # An editor may have dropped the last one, and may put it back.
            said.endswith(b"\n") if said else before.is_terminated,
            state,
        )

    def _remember(self, whole: _Whole) -> None:
        if whole.is_terminated:
            _remembered[self.path] = _Known(self.parse, whole)
            while len(_remembered) > _FILES_REMEMBERED:
                with contextlib.suppress(KeyError, StopIteration, RuntimeError):
                    del _remembered[next(iter(_remembered))]

    def _parsed(self, content: bytes, lines_before: int) -> tuple[tuple[Entry, ...], int]:
        """The entries of whole statements, and how many bytes they are; what follows was never
        finished.
        """
        *lines, unterminated = content.split(b"\n")
        if self._is_entry(unterminated):  # an editor may have dropped the last line feed
            lines.append(unterminated)
        entries: list[Entry] = []
        count = whole = end = following = 0
        for number, line in enumerate(lines, start=lines_before + 1):
            try:
                entry, left = self.parse(line)
                if following and left != following - 1:
                    msg = f"{following} more of what was said before it are missing"
                    raise ValueError(msg)  # noqa: TRY301  (told below, as of every broken line)
            except ValueError as error:
                raise self._broken(number, error) from error
            entries.append(entry)
            end = min(end + len(line) + 1, len(content))
            following = left
            if not following:
                count, whole = len(entries), end
        return tuple(entries[:count]), whole

    def _is_entry(self, line: bytes) -> bool:
        """Whether it is a whole one: no beginning of a line is."""
        try:
            self.parse(line)
        except ValueError:
            return False
        return True

    def _broken(self, number: int, error: ValueError) -> WarehouseError:
        reason = str(error).splitlines()[0]
        return WarehouseError(
            problem=f"line {number} of {self.path} is no entry of a {self.noun} ({reason})",
            remedy="restore the file from a copy, or correct that line; nothing is shown meanwhile",
        )


@dataclass(frozen=True)
class Pen(Generic[Entry]):
    """The one writer of a log, while it holds the lock.

    Attributes:
        path: the file.
        entries: what has been said.
        size: bytes of that; what follows was never finished.
    """

    path: Path
    entries: tuple[Entry, ...]
    size: int

    def write(self, lines: bytes) -> None:
        """Append one statement and force it to disk, or leave the file as it was.

        Args:
            lines: whole ones; nothing is written for none.
        """
        if not lines:
            return
        with named_errors(self.path):
            is_new = not self.path.exists()
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                if os.fstat(descriptor).st_size > self.size:
                    os.ftruncate(descriptor, self.size)
                _append_whole(descriptor, self.size, lines)
            finally:
                os.close(descriptor)
            if is_new:
                force_to_disk(self.path.parent)


@dataclass(frozen=True)
class _State:
    """What a file system says of a file; another state is another content."""

    inode: tuple[int, int]
    size: int
    changed_ns: tuple[int, int]


@dataclass(frozen=True)
class _Whole:
    """What a log says: the entries, how many bytes they are and the checksum of those, whether
    they end in a line feed, and the file's state then; None where it may change once more without
    telling.
    """

    entries: tuple[Any, ...]
    size: int
    checksum: int
    is_terminated: bool
    state: _State | None


_NOTHING = _Whole((), 0, 0, is_terminated=True, state=None)


@dataclass(frozen=True)
class _Known:
    parse: Callable[[bytes], tuple[Any, int]]
    whole: _Whole


# By path, the least recently read first; each value is replaced whole, so threads may share it.
_remembered: dict[Path, _Known] = {}


def _state_of(file: IO[bytes]) -> _State | None:
    status = os.fstat(file.fileno())
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    if abs(time.time_ns() - changed) < _CLOCK_TICK_NS:
        return None
    return _State(
        (status.st_dev, status.st_ino), status.st_size, (status.st_mtime_ns, status.st_ctime_ns)
    )


def _append_whole(descriptor: int, whole: int, lines: bytes) -> None:
    is_terminated = not whole or os.pread(descriptor, 1, whole - 1) == b"\n"
    lines = lines if is_terminated else b"\n" + lines
    is_said = False
    try:
        if os.write(descriptor, lines) == len(lines):
            os.fsync(descriptor)
            is_said = True
    finally:
        if not is_said:
            os.ftruncate(descriptor, whole)
    if not is_said:  # as much was written as there was room for
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with named_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        deadline = time.monotonic() + _LONGEST_WAIT_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise WarehouseError(
                        problem=(
                            f"another process has held {path} for {_LONGEST_WAIT_SECONDS:.0f} s"
                        ),
                        remedy="end that process, then say it again; nothing was written",
                        exit_code=RUN_FAILED,
                    ) from None
                time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)
