"""SQL from Python: query files, the parameters they name, and the quoting of names and values.

Holds no query. What a package asks of the data stands in the .sql files beside its modules.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    import duckdb

_PARAMETER = re.compile(r"\$([a-z_][a-z_0-9]*)")


def identifier(name: str) -> str:
    """A name of a table or column, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | Path | dt.date | Sequence[str] | None) -> str:
    """A text, a date or a list of texts, for where no parameter can be bound; bind elsewhere."""
    if value is None:
        return "null"
    if isinstance(value, str | Path):
        return "'" + str(value).replace("'", "''") + "'"
    if isinstance(value, dt.date):
        return f"date '{value:%Y-%m-%d}'"
    return f"[{', '.join(map(literal, value))}]"


def number(value: float) -> str:
    """A DOUBLE literal: an exponent keeps DuckDB from reading it as DECIMAL."""
    text = repr(float(value))
    return text if "e" in text else f"{text}e0"


@functools.cache
def parameters_of(query: str) -> frozenset[str]:
    """Names of the parameters (`$name`) of a query."""
    return frozenset(_PARAMETER.findall(query))


def used(query: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Those parameters that the query names: to DuckDB, one more is an error.

    Raises:
        KeyError: the query names one that is not given.
    """
    return {name: parameters[name] for name in sorted(parameters_of(query))}


def written_in(query: str, parameters: Mapping[str, Any]) -> str:
    """The query with its parameters as literals: for views, and queries put inside others."""
    return _PARAMETER.sub(lambda named: literal(parameters[named[1]]), query)


def create_temporary(
    con: duckdb.DuckDBPyConnection, table: str, query: str, parameters: Mapping[str, Any]
) -> None:
    """Create a temporary table of the query's rows, or replace it."""
    con.execute(
        f"create or replace temp table {identifier(table)} as\n{query}", used(query, parameters)
    )


class QueryFolder:
    """The .sql files of a package, by their path below it."""

    def __init__(self, package: str) -> None:
        """Take `package` as modules see themselves: `__package__`."""
        self._package = package
        self.text = functools.cache(self._text)

    def has(self, path: str) -> bool:
        """Whether the package has such a query."""
        return self._file(path).is_file()

    def within(self, folder: str) -> list[str]:
        """The queries of a folder, by their path below the package, in order of name."""
        names = sorted(file.name for file in self._file(folder).iterdir())
        return [f"{folder}/{name}" for name in names if name.endswith(".sql")]

    def comment(self, path: str) -> str:
        """The comment a query opens with, in one line: what it answers or promises."""
        lines = []
        for line in self.text(path).splitlines():
            if not line.startswith("--"):
                break
            lines.append(line.removeprefix("--").strip())
        return " ".join(lines)

    def create(
        self, con: duckdb.DuckDBPyConnection, table: str, path: str, parameters: Mapping[str, Any]
    ) -> None:
        """Create a temporary table of a query's rows, or replace it."""
        create_temporary(con, table, self.text(path), parameters)

    def create_view(
        self, con: duckdb.DuckDBPyConnection, view: str, path: str, parameters: Mapping[str, Any]
    ) -> None:
        """Create a temporary view of a query, or replace it, with the parameters written in."""
        query = written_in(self.text(path), parameters)
        con.execute(f"create or replace temp view {identifier(view)} as\n{query}")

    def append(
        self, con: duckdb.DuckDBPyConnection, table: str, path: str, parameters: Mapping[str, Any]
    ) -> None:
        """Append a query's rows to a table with the same columns in the same order."""
        query = self.text(path)
        con.execute(f"insert into {identifier(table)}\n{query}", used(query, parameters))

    def _text(self, path: str) -> str:
        return self._file(path).read_text(encoding="utf-8").strip()

    def _file(self, path: str) -> Traversable:
        return resources.files(self._package).joinpath(*path.split("/"))
