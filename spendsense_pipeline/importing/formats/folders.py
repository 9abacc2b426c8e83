"""Whose a file is and which account it is of, as far as its place and name say.

The person is the folder, as with Plaid's responses. The account is the file's name without what
differs between two downloads: dates, periods, copy marks and sequence numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

# What stands beside the exports and completes them.
USERS_FILE = "users.csv"
ACCOUNTS_FILE = "accounts.csv"
# What one calls a file that is everything.
_NAMELESS = ("main", "ledger", "journal", "index", "all", "accounts", "finances", "money")
_SIDECARS = (USERS_FILE, ACCOUNTS_FILE)

_MONTH = (
    "(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)"
)
_COPY = re.compile(r"\s*(?:\(\d+\)|[- ]+copy(?:[- ]*\d+)?)\s*$")
_DATES = re.compile(
    r"(?<!\d)(?:"
    r"(?:19|20)\d{2}[-_.](?:0?[1-9]|1[0-2])(?:[-_.]\d{1,2})?"
    r"|\d{1,2}[-_.]\d{1,2}[-_.](?:19|20)?\d{2}"
    r"|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-3]\d)?(?:[t_-]?\d{4,6}(?!\d))?"
    r"|(?:0[1-9]|1[0-2])[0-3]\d20\d{2}"
    r")(?!\d)"
)
_NAMED_MONTHS = re.compile(
    rf"(?<![a-z]){_MONTH}(?![a-z])[-_. ,]*"
    r"(?:[0-3]?\d(?:st|nd|rd|th)?(?!\d)[-_. ,]*)?(?:(?:19|20)\d{2}(?!\d))?"
)
_YEAR = re.compile(r"(?<![0-9a-z])(?:19|20)\d{2}(?![0-9a-z])")
_SEQUENCE = re.compile(r"[-_ #]+\d{1,2}$")
# Words of a download's kind or period, never of an account.
_PERIODS = re.compile(
    r"(?<![a-z])(?:last\d+(?:days|months)|account|activity|all|allavailable|available|closed|"
    r"current|date|downloads?|exported|exports?|from|history|last|months|period|recent|"
    r"recentactivity|register|since|statements?|stmt|to|today|transactions?|year|yeartodate|ytd)"
    r"(?![a-z])"
)


@dataclass(frozen=True)
class ExportFile:
    """One file of somebody's."""

    user_id: str
    path: Path
    name: str
    """Its path as messages show it."""


def export_files(
    path: Path, suffixes: Collection[str], holder: str | None, *, is_file_a_person: bool
) -> list[ExportFile]:
    """The exports at `path`: the file itself, or those in the folder and one folder down.

    Args:
        path: what was given.
        suffixes: endings of the format's files.
        holder: whom files directly in the folder belong to, where it is known.
        is_file_a_person: whether such a file is a person of its own, unless its name says nothing.
    """

    def owner_of(file: Path) -> str:
        if holder is not None:
            return holder
        is_named = is_file_a_person and file.stem.lower() not in _NAMELESS
        return file.stem if is_named else file.resolve().parent.name

    if path.is_file():
        return [ExportFile(owner_of(path), path, path.name)]
    found = []
    for file in _files(path):
        if file.suffix.lower() in suffixes and file.name.lower() not in _SIDECARS:
            is_direct = file.parent == path
            owner = owner_of(file) if is_direct else file.parent.name
            found.append(ExportFile(owner, file, file.relative_to(path).as_posix()))
    return found


def left_over(path: Path, read: Collection[Path]) -> list[str]:
    """Names of the files in the folder, at any depth, that are neither exports nor beside them."""
    if path.is_file():
        return []
    known = {file.resolve() for file in read}
    return [
        file.relative_to(path).as_posix()
        for file in sorted(path.rglob("*"))
        if file.is_file()
        and not file.name.startswith(".")
        and file.resolve() not in known
        and file.name.lower() not in _SIDECARS
    ]


def sidecars(path: Path, name: str) -> list[Path]:
    """The files of that name beside the exports: in the folder and one folder down."""
    folder = path if path.is_dir() else path.resolve().parent
    found = [folder / name]
    if path.is_dir():
        found += sorted(folder.glob(f"*/{name}"))
    return [file for file in found if file.is_file()]


def sidecar_files(path: Path) -> list[Path]:
    """Every file beside the exports that is read with them."""
    return [file for name in _SIDECARS for file in sidecars(path, name)]


def account_key(stem: str) -> tuple[str, bool]:
    """What a file's name says of the account, and whether that is beyond doubt.

    Two downloads of one account have the same key; it is empty where the name says nothing of the
    account. A year or a small number alone may have told two accounts apart.
    """
    rest = _COPY.sub("", stem.strip().lower().replace("_", " "))
    for pattern in (_DATES, _NAMED_MONTHS):
        rest = pattern.sub(" ", rest)
    rest = _plain(_PERIODS.sub(" ", rest))
    key = _plain(_SEQUENCE.sub("", _plain(_YEAR.sub(" ", rest))))
    return key, key == rest


def _plain(text: str) -> str:
    return re.sub(r"[-_ .,]+", " ", text).strip()


def _files(path: Path) -> Iterator[Path]:
    for file in [*sorted(path.glob("*")), *sorted(path.glob("*/*"))]:
        if file.is_file() and not file.name.startswith("."):
            yield file
