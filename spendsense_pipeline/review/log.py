"""The log of everything said: one file that only grows, one writer at a time, whole lines or none.

What was acknowledged has been forced to disk. What a killed writer or a full disk left of a line,
or of several said at once, was not acknowledged: readers pass over it and the next writer cuts it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from spendsense_pipeline.errors import RUN_FAILED
from spendsense_pipeline.files import force_to_disk
from spendsense_pipeline.publishing.consent import read_decisions
from spendsense_pipeline.publishing.warehouse import WarehouseError, named_errors
from spendsense_pipeline.review.entries import Entry, lines_of, parse_line
from spendsense_pipeline.review.policy import Policy, state_of
from spendsense_pipeline.review.requests import Occasion, Request, entry_for
from spendsense_pipeline.review.states import (
    APPROVAL_EXPIRED,
    APPROVED,
    ItemState,
    fold,
    last_day_of,
)

if TYPE_CHECKING:
    from spendsense_pipeline.settings import Settings

# Writing takes milliseconds, so whoever holds the lock this long has stopped.
_LONGEST_WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.005


def read(settings: Settings) -> tuple[Entry, ...]:
    """Everything said, in the order it was said; nothing if nobody has said anything.

    Args:
        settings: names the file.

    Raises:
        WarehouseError: when the file cannot be read, or holds a line that is not ours, naming it.
            Guessing could show a person what somebody rejected.
    """
    return tuple(_whole(settings.reviews_path)[0])


def append(
    settings: Settings,
    requests: Sequence[Request],
    occasion: Occasion,
    *,
    policy: Policy,
    now: Callable[[], dt.datetime],
) -> tuple[Entry, ...]:
    """Say something of items: all of it or, if one thing cannot be said, nothing.

    Each is judged by what holds when it is written, not by what the caller saw before.

    Args:
        settings: names the files.
        requests: what to say, in order.
        occasion: the dataset it is said on.
        policy: how an item reads of which nobody has said anything.
        now: the clock, with its time zone; read once nobody else can write.

    Returns:
        What was said. It is on disk.

    Raises:
        SpendSenseError: naming what cannot be said and why.
        WarehouseError: when the log cannot be read or written, or somebody holds it too long.
        DiskFullError: when there is no room; the log is as it was.
    """
    with _locked(settings):
        entries, whole = _whole(settings.reviews_path)
        decisions = read_decisions(settings)
        states = fold(entries, decisions, occasion.as_of)
        at = now()
        said = []
        for request in requests:
            item_id, decision = request.recommendation_id, decisions.get(request.user_id)
            item = state_of(
                item_id, request.user_id, states=states, decisions=decisions, policy=policy
            )
            entry = entry_for(request, item, occasion, at=at, decision=decision)
            said.append(entry)
            states |= fold([entry], decisions, occasion.as_of)
        _write(settings.reviews_path, whole, said)
    return tuple(said)


def end_approvals(
    settings: Settings,
    reasons: Mapping[str, str],
    occasion: Occasion,
    *,
    now: Callable[[], dt.datetime],
) -> tuple[Entry, ...]:
    """Record that approvals have ended.

    What is not approved in the log any more is passed over, and so is an approval that was too old
    when the reasons were collected and has been given anew since.

    Args:
        settings: names the files.
        reasons: why, by recommendation id (`policy.endings`).
        occasion: the dataset that ended them.
        now: the clock, with its time zone; read once nobody else can write.

    Returns:
        What was recorded. It is on disk.

    Raises:
        WarehouseError: when the log cannot be read or written, or somebody holds it too long.
        DiskFullError: when there is no room; the log is as it was.
    """
    with _locked(settings):
        entries, whole = _whole(settings.reviews_path)
        at = now()
        last = {entry.recommendation_id: entry for entry in entries}
        said = [
            entry_for(
                Request("end", "", item_id, entry.user_id, entry.content_id, reason=reason),
                ItemState(APPROVED),
                occasion,
                at=at,
                decision=None,
            )
            for item_id, reason in reasons.items()
            if (entry := last.get(item_id))
            and entry.to_state == APPROVED
            and (reason != APPROVAL_EXPIRED or occasion.as_of > last_day_of(entry.as_of))
        ]
        _write(settings.reviews_path, whole, said)
    return tuple(said)


def _whole(path: Path) -> tuple[list[Entry], int]:
    """The entries of a log, and how many of its bytes they are; what follows was never finished."""
    with named_errors(path):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return [], 0
    *lines, unterminated = content.split(b"\n")
    if _is_entry(unterminated):  # an editor may have dropped the last line feed
        lines.append(unterminated)
    entries: list[Entry] = []
    count = whole = end = following = 0
    for number, line in enumerate(lines, start=1):
        try:
            entry, left = parse_line(line)
            if following and left != following - 1:
                msg = f"{following} more of what was said before it are missing"
                raise ValueError(msg)  # noqa: TRY301  (told below, as of every broken line)
        except ValueError as error:
            raise _broken(path, number, error) from error
        entries.append(entry)
        end = min(end + len(line) + 1, len(content))
        following = left
        if not following:
            count, whole = len(entries), end
    return entries[:count], whole


def _is_entry(line: bytes) -> bool:
    """Whether it is a whole one: no beginning of a line is."""
    try:
        parse_line(line)
    except ValueError:
        return False
    return True


def _broken(path: Path, number: int, error: ValueError) -> WarehouseError:
    reason = str(error).splitlines()[0]
    return WarehouseError(
        problem=f"line {number} of {path} is no entry of a review log ({reason})",
        remedy="restore the file from a copy, or correct that line; nothing is shown meanwhile",
    )


def _write(path: Path, whole: int, entries: Sequence[Entry]) -> None:
    """Append lines after the whole ones and force them to disk, or leave the file as it was."""
    if not entries:
        return
    with named_errors(path):
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            if os.fstat(descriptor).st_size > whole:
                os.ftruncate(descriptor, whole)
            _append_whole(descriptor, whole, lines_of(entries))
        finally:
            os.close(descriptor)
        if is_new:
            force_to_disk(path.parent)


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
def _locked(settings: Settings) -> Iterator[None]:
    """Be the only writer of the log; the kernel releases the lock however its holder ends."""
    path = settings.reviews_lock_path
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
