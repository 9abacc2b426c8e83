"""The target directory of an export: complete or absent, whatever happens while it is written."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from spendsense_pipeline.errors import SpendSenseError

DESCRIPTION_FILE = "export.json"
_MADE_BY = "spendsense"


@contextlib.contextmanager
def complete_or_absent(target: Path) -> Iterator[Path]:
    """A directory to write into, which becomes `target` in one rename when the block ends well.

    An earlier export of ours at `target` is replaced; anything else there is left alone.

    Raises:
        SpendSenseError: when the target is taken or cannot be written.
    """
    target = target.expanduser().absolute()
    _refuse_if_taken(target)
    arriving = target.with_name(f".{target.name}.arriving-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for leftover in target.parent.glob(f".{target.name}.arriving-*"):  # of a killed export
            shutil.rmtree(leftover, ignore_errors=True)
        arriving.mkdir()
    except OSError as error:
        raise SpendSenseError(
            problem=f"cannot write to {target.parent} ({error.strerror})",
            remedy="choose a directory you can write to",
        ) from error
    try:
        yield arriving
        _put_in_place(arriving, target)
    except OSError as error:
        raise SpendSenseError(
            problem=f"writing {target} failed ({error.strerror}); nothing was left there",
            remedy="free space or choose another directory",
        ) from error
    finally:
        shutil.rmtree(arriving, ignore_errors=True)


def describe(directory: Path, content: dict[str, object]) -> None:
    """Write what the export holds, by which a later one knows it may replace it."""
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


def _put_in_place(arriving: Path, target: Path) -> None:
    if not target.exists():
        arriving.rename(target)
        return
    leaving = target.with_name(f".{target.name}.leaving-{os.getpid()}")
    target.rename(leaving)
    try:
        arriving.rename(target)
    except OSError:
        leaving.rename(target)
        raise
    shutil.rmtree(leaving, ignore_errors=True)
