"""Files and folders that are complete or absent: written under another name beside their own, then
moved into place.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

# Ends the name under which a file or folder is written. One that is left was not completed.
UNFINISHED_SUFFIX = ".new"


@contextlib.contextmanager
def new_file(path: Path, *, apart: str = "") -> Iterator[Path]:
    """A path to write to, whose file becomes `path` when the block ends well, forced to disk.

    Whoever reads `path` sees the old file or the new one, whatever happens and whenever; what a
    killed process left under the other name is overwritten by the next.

    Args:
        path: the file to make or replace; its folder is created.
        apart: tells writers of the same file apart that may be at work at once.

    Yields:
        The other name, at which there is nothing.

    Raises:
        OSError: when a folder or file cannot be written; `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = unfinished(path, apart=apart)
    new.unlink(missing_ok=True)
    try:
        yield new
        force_to_disk(new)
        new.replace(path)
        force_to_disk(path.parent)
    finally:
        new.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Make or replace a text file (UTF-8), whole or not at all.

    Raises:
        OSError: when it cannot be written; `path` is as it was.
    """
    with new_file(path) as new:
        new.write_text(text, encoding="utf-8")


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to write into, which becomes `path` in one rename when the block ends well.

    Its files are not forced to disk one by one: there may be thousands, and they can be made again.

    Args:
        path: the folder to make or replace; the one above it is created.

    Yields:
        The folder under its other name, empty.

    Raises:
        OSError: when it cannot be written; `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    set_aside = _set_aside(path)
    if set_aside.exists() and not path.exists():
        set_aside.rename(path)  # a process was killed between the two renames that replace a folder
    new = unfinished(path)
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    try:
        yield new
        _put_in_place(new, path)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _put_in_place(new: Path, path: Path) -> None:
    old = _set_aside(path)
    shutil.rmtree(old, ignore_errors=True)  # of a process killed after the two renames below
    if path.exists():
        path.rename(old)
    try:
        new.rename(path)
    except OSError:
        if old.exists():
            old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _set_aside(path: Path) -> Path:
    """The name a folder has while the one that replaces it is moved into place."""
    return path.with_name(f".{path.name}.old")


def unfinished(path: Path, *, apart: str = "") -> Path:
    """The name a file or folder has while it is written: hidden, on the same disk."""
    return path.with_name(f".{path.name}{apart and f'.{apart}'}{UNFINISHED_SUFFIX}")


def force_to_disk(path: Path) -> None:
    """Have what was written to a file, or the names in a folder, outlast a power failure.

    Raises:
        OSError: when the disk cannot take it.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
