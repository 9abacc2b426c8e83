"""Which files are whose, in which order they were pulled, and the JSON documents they hold.

Nothing in a response of Plaid's says when it was asked for, and a copied file has a new time of its
own: the names of the files decide. Where every file of a person carries a date in its name, or in
its folder's, by that date; else in natural order, `sync_2` before `sync_10`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spendsense_pipeline.importing.layout import EXPORT_DESCRIPTION_FILE
from spendsense_pipeline.importing.problems import ImportProblemsError, Problem

_SUFFIXES = (".json", ".jsonl", ".ndjson")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
# What unpacking and editors leave beside the files.
_LITTER = "__MACOSX"


@dataclass(frozen=True)
class PersonFiles:
    """One person's files in the order of their pulls.

    Attributes:
        user_id: the folder's name.
        files: each with its path below the folder that is imported, as messages name it.
        is_dated: whether dates in the names gave the order.
    """

    user_id: str
    files: tuple[tuple[str, Path], ...]
    is_dated: bool


def has_responses(path: Path) -> bool:
    """Whether the path is a JSON file or a folder that holds some, at any depth."""
    if path.is_file():
        return path.suffix.lower() in _SUFFIXES
    return next(_files(path), None) is not None


def people(path: Path) -> Iterator[PersonFiles]:
    """Everybody with files: a single file's or folder's person, and one per folder below."""
    if path.is_file():
        yield PersonFiles(path.stem, ((path.name, path),), is_dated=False)
        return
    own = [file for file in _files(path, depth=0) if file.name != EXPORT_DESCRIPTION_FILE]
    if own:
        yield _in_order(path.resolve().name, path, own)
    for folder in sorted(path.iterdir()):
        if folder.is_dir() and not _is_litter(folder.name):
            files = list(_files(folder))
            if files:
                yield _in_order(folder.name, path, files)


def documents(file: Path, where: str) -> list[tuple[str, Any]]:
    """The JSON values of a file, each with what messages call it: one, one per line, or a list's.

    Raises:
        ImportProblemsError: naming file, line and column of what is no JSON.
    """
    try:
        content = file.read_bytes()
        # Windows' shells write what is piped into a file as UTF-16.
        text = content.decode(json.detect_encoding(content))
    except (OSError, UnicodeError) as error:
        raise _refused(where, f"cannot be read ({error})", "Save it again as UTF-8.") from error
    decoder = json.JSONDecoder(parse_float=str)
    found: list[Any] = []
    place = _skip_blanks(text, 0)
    while place < len(text):
        try:
            value, end = decoder.raw_decode(text, place)
        except (json.JSONDecodeError, RecursionError) as error:
            raise _refused_json(where, error) from error
        found += value if isinstance(value, list) else [value]
        place = _skip_blanks(text, end)
    if not text.strip():
        raise _refused(where, "is empty", "Save the response again, or remove the file.")
    if len(found) == 1:
        return [(where, found[0])]
    return [(f"{where}, response {number}", value) for number, value in enumerate(found, 1)]


def _skip_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place


def _refused_json(where: str, error: json.JSONDecodeError | RecursionError) -> ImportProblemsError:
    if isinstance(error, RecursionError):
        return _refused(where, "is nested too deeply", "Save Plaid's own response.")
    text = f"line {error.lineno}, column {error.colno}: is no JSON ({error.msg})"
    return _refused(where, text, "It was cut off or changed: save the response again.")


def _refused(where: str, text: str, remedy: str) -> ImportProblemsError:
    return ImportProblemsError([Problem("unreadable_file", where, text, remedy)])


def _in_order(user_id: str, root: Path, files: list[Path]) -> PersonFiles:
    named = [(file.relative_to(root).as_posix(), file) for file in files]
    dates = {name: _date_in(name) for name, _ in named}
    is_dated = None not in dates.values()
    if is_dated:
        named.sort(key=lambda each: (dates[each[0]] or dt.date.min, _natural(each[0])))
    else:
        named.sort(key=lambda each: _natural(each[0]))
    return PersonFiles(user_id, tuple(named), is_dated)


def _date_in(name: str) -> dt.date | None:
    """The last date in a name: of a span, the day it ends."""
    found = None
    for year, month, day in _DATE.findall(name):
        try:
            found = dt.date(int(year), int(month), int(day))
        except ValueError:
            continue
    return found


def _natural(name: str) -> tuple[tuple[tuple[bool, int, str], ...], ...]:
    """A key by which numbers inside names are compared as numbers, folder by folder."""
    return tuple(
        tuple(
            (not part.isdecimal(), int(part) if part.isdecimal() else 0, part)
            for part in re.split(r"(\d+)", step.casefold())
            if part
        )
        for step in name.split("/")
    )


def _files(folder: Path, depth: int | None = None) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for base, folders, names in os.walk(folder):
        folders[:] = [] if depth == 0 else sorted(f for f in folders if not _is_litter(f))
        for name in sorted(names):
            if name.lower().endswith(_SUFFIXES) and not _is_litter(name):
                yield Path(base) / name


def _is_litter(name: str) -> bool:
    return name.startswith(".") or name == _LITTER
