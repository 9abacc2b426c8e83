"""Reading the .sql files beside this module and running them with the parameters they name.

Holds no SQL of its own beyond `create temp table … as`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

import duckdb

_PARAMETER = re.compile(r"\$([a-z_]+)")


@functools.cache
def sql_text(name: str) -> str:
    """The text of `features/<name>.sql`."""
    source = resources.files(__package__).joinpath(*f"{name}.sql".split("/"))
    return source.read_text(encoding="utf-8").strip().rstrip(";")


@functools.cache
def description(name: str) -> str:
    """The first comment line of `features/<name>.sql`: what the query answers."""
    return sql_text(name).splitlines()[0].removeprefix("--").strip()


@functools.cache
def _parameters(name: str) -> frozenset[str]:
    return frozenset(_PARAMETER.findall(sql_text(name)))


def create(
    con: duckdb.DuckDBPyConnection, table: str, name: str, parameters: Mapping[str, Any]
) -> None:
    """Create the temporary table from `<name>.sql`; an unused parameter would be an error."""
    used = {key: parameters[key] for key in _parameters(name)}
    con.execute(f'create or replace temp table "{table}" as\n{sql_text(name)}', used)


def append(
    con: duckdb.DuckDBPyConnection, table: str, name: str, parameters: Mapping[str, Any]
) -> None:
    """Append the rows of `<name>.sql` to a table with the same columns in the same order."""
    used = {key: parameters[key] for key in _parameters(name)}
    con.execute(f'insert into "{table}"\n{sql_text(name)}', used)
