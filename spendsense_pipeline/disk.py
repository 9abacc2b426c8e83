"""The disk files are on: how much of it is free, and the one error that says it is full, recognised
from whatever the programs that write to it make of that.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError

_REMEDY = (
    "free some space (old datasets are in datasets/) or set SPENDSENSE_DATA_DIR to a larger disk,"
    " then run again; the published dataset is untouched"
)
# Without a better estimate: enough for a page of whatever could not be written.
LEAST_MISSING = 1_000_000
# DuckDB tells what kind of input/output error it met in words only, and that it may use no more of
# a full disk for working tables as a want of memory.
_WORDS = re.compile(
    "no space left on device|disk quota exceeded|could not write all bytes|max_temp_directory_size"
    "|database or disk is full",
    re.IGNORECASE,
)
_NAMED_FILE = re.compile(r'file "([^"]+)"', re.IGNORECASE)
_PRIMARY_CODE = 0xFF
_TOO_FULL = "is too full"


class DiskFullError(SpendSenseError):
    """The disk a run writes to has no room for more.

    Attributes:
        directory: where it was met.
        missing: bytes that are needed beyond those that are free.
    """

    exit_code = RUN_FAILED

    def __init__(
        self, directory: Path, missing: int = LEAST_MISSING, *, remedy: str = _REMEDY
    ) -> None:
        self.directory = directory
        self.missing = max(missing, LEAST_MISSING)
        more = "at least" if self.missing == LEAST_MISSING else "about"
        disk = shutil.disk_usage(existing(directory))
        super().__init__(
            problem=(
                f"the disk holding {directory} {_TOO_FULL}: {human_bytes(disk.free)} of its"
                f" {human_bytes(disk.total)} are free, and {more} {human_bytes(self.missing)} more"
                " are needed"
            ),
            remedy=remedy,
        )

    def needing(self, missing: int) -> DiskFullError:
        """The same, by somebody who knows what was still to be written."""
        return DiskFullError(self.directory, missing, remedy=self.remedy)


def disk_full(error: BaseException, directory: Path) -> DiskFullError | None:
    """The error that says so, if a full disk is behind this one; None if it is something else.

    Args:
        error: from DuckDB, SQLite, Arrow, Dagster's storage or Python itself.
        directory: what was being written, where the error names no file.
    """
    for cause in _causes(error):
        if isinstance(cause, DiskFullError):
            return cause
        if _says_full(cause, directory):
            named = file_named_in(cause)
            return DiskFullError(named.parent if named else directory)
    return None


@contextlib.contextmanager
def full_disk_named(directory: Path) -> Iterator[None]:
    """Turn whatever a full disk makes a block raise into the one error that says so.

    Args:
        directory: what is being written, where the error names no file.

    Raises:
        DiskFullError: when the disk has no room for more.
    """
    try:
        yield
    except Exception as error:
        full = disk_full(error, directory)
        if full:
            raise full from error
        raise


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those it was raised from (SQLAlchemy keeps the driver's as `orig`)."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        original = getattr(error, "orig", None)
        if isinstance(original, BaseException):
            yield original
        error = error.__cause__ or error.__context__


def without_consequences(reasons: list[str]) -> list[str]:
    """Reasons of a failure, less what a full disk made other programs say where it is named.

    Args:
        reasons: sentences of errors, as they are shown.
    """
    is_named = any(_TOO_FULL in reason for reason in reasons)
    return [reason for reason in reasons if not (is_named and _WORDS.search(reason))]


def _says_full(error: BaseException, directory: Path) -> bool:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
        # SQLite's log and its index grow by themselves, and a want of space is then any I/O error.
        no_room = free_bytes(directory) < LEAST_MISSING
        return code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and no_room)
    return bool(_WORDS.search(str(error)))


def file_named_in(error: BaseException) -> Path | None:
    """The file the error itself is about, which need not be the one being worked on."""
    if isinstance(error, OSError) and isinstance(error.filename, str):
        return Path(error.filename)
    named = _NAMED_FILE.search(str(error))
    return Path(named[1]) if named else None


def free_bytes(path: Path) -> int:
    """Bytes free on the disk where a file or folder is or will be."""
    return shutil.disk_usage(existing(path)).free


def bytes_in(folder: Path) -> int:
    """Bytes of all files of a folder; 0 when it is not there. Files may come and go meanwhile."""
    total = 0
    for inside, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += Path(inside, name).stat().st_size
    return total


def existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    while not path.exists():
        path = path.parent
    return path


def human_bytes(size: float) -> str:
    """A size as people say it: 1.2 MB."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"
