"""The database of a preview: in memory, and set to work on few rows.

Of a hundred people most queries take less time than it takes to parse and plan them: here is what
cuts both. What they answer does not depend on it.
"""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    import duckdb

_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    # Rows are so few that dealing them out to threads costs more than it saves.
    "threads": 1,
    # Nothing is read from a disk. Without a thread of its own it also outlives a fork.
    "async_threads": 0,
    # Of few rows, looking for a better order of joins, or for a part of a plan that is there twice,
    # takes longer than what that would save.
    "disabled_optimizers": "join_order,common_subplan",
}
_PARSED: dict[str, duckdb.Statement] = {}
"""Statements by their text. A process, and those forked from it, parse each of them once."""
# DuckDB complains of statements that outlive it.
atexit.register(_PARSED.clear)


def empty_database() -> duckdb.DuckDBPyConnection:
    """A connection to a database of its own, which is gone when the connection is closed."""
    import duckdb

    con = duckdb.connect(":memory:", config=_CONFIG)
    # It has what a connection has.
    return cast("duckdb.DuckDBPyConnection", _ParsingOnce(con))


class _ParsingOnce:
    """A connection that keeps what it has parsed, for itself and for others of the process."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def execute(self, query: str, parameters: Any = None) -> duckdb.DuckDBPyConnection:
        if query not in _PARSED:
            statements = self._con.extract_statements(query)
            if len(statements) != 1:
                return self._con.execute(query, parameters)
            [_PARSED[query]] = statements
        return self._con.execute(_PARSED[query], parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)
