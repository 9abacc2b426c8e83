"""Reading the .sql files of this package. Holds no SQL."""

from __future__ import annotations

import functools
from importlib import resources


@functools.cache
def sql_text(name: str) -> str:
    """The text of `traces/<name>.sql`."""
    source = resources.files(__package__).joinpath(*f"{name}.sql".split("/"))
    return source.read_text(encoding="utf-8").strip()
