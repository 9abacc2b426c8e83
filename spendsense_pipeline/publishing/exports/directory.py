"""The target directory of an export: complete or absent, whatever happens while it is written."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from spendsense_pipeline.disk import DiskFullError, bytes_in, disk_full, free_bytes
from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.files import new_folder

DESCRIPTION_FILE = "export.json"
_MADE_BY = "spendsense"
_MAKE_ROOM = "free some space or choose another directory; nothing was left there"


@contextlib.contextmanager
def complete_or_absent(target: Path, *, expected_bytes: int = 0) -> Iterator[Path]:
    """A directory to write into, which becomes `target` in one rename when the block ends well.

    An earlier export of ours at `target` is replaced; anything else there is left alone.

    Args:
        target: where the export goes.
        expected_bytes: about how large it will be, for what is said of a disk that fills up.

    Yields:
        the directory to write into, beside the target.

    Raises:
        SpendSenseError: when the target is taken or cannot be written.
        DiskFullError: when the disk fills up on the way; nothing of it is left.
    """
    target = target.expanduser().absolute()
    _refuse_if_taken(target)
    written = 0
    try:
        with new_folder(target) as work:
            try:
                yield work
            except Exception:
                written = bytes_in(work)
                raise
    except Exception as error:
        full = disk_full(error, target.parent)
        if full:
            missing = expected_bytes - written - free_bytes(target)
            raise DiskFullError(full.directory, missing, remedy=_MAKE_ROOM) from error
        if not isinstance(error, OSError):
            raise
        raise SpendSenseError(
            problem=f"{target} cannot be written ({error.strerror}); nothing was left there",
            remedy="choose a directory you can write to",
        ) from error


def describe(directory: Path, content: dict[str, object]) -> None:
    """Write what the export holds, by which a later one knows it may replace it.

    Args:
        directory: of the export.
        content: what to say besides who made it, in types JSON knows or as text.
    """
    text = json.dumps({"made_by": _MADE_BY, **content}, indent=2, default=str)
    (directory / DESCRIPTION_FILE).write_text(text + "\n", encoding="utf-8")


def _refuse_if_taken(target: Path) -> None:
    if target.is_dir():
        if not _is_ours(target) and any(target.iterdir()):
            raise SpendSenseError(
                problem=f"{target} already holds other files",
                remedy="choose a new or empty directory",
            )
    elif target.exists():
        raise SpendSenseError(problem=f"{target} is a file", remedy="choose a directory")


def _is_ours(target: Path) -> bool:
    try:
        content = json.loads((target / DESCRIPTION_FILE).read_text(encoding="utf-8"))
        return bool(content["made_by"] == _MADE_BY)
    except (OSError, ValueError, KeyError, TypeError):
        return False
