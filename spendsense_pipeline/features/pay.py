"""Finds pay among the money that comes in: which deposits are pay, who pays whom, and the paydays.

What is computed stands in the .sql files, in this order; both features and their evidence read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.sql import QueryFolder

if TYPE_CHECKING:
    import duckdb

_QUERIES = QueryFolder(__package__)
_STEPS = (
    "inflows",
    "payers",
    "unnamed_pay",
    "paychecks",
    "paydays",
    "earners",
    "main_payers",
)


def find_pay(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    """Create `_inflows`, `_paychecks`, `_paydays` and `_main_payers`, each from those before.

    Must run while people are being measured (`features.build.measuring`).

    Args:
        con: holds what `measuring` made.
        parameters: what the queries are bound to: `vocabulary`, `definitions`, `as_of`.
    """
    for step in _STEPS:
        _QUERIES.create(con, f"_{step}", f"{step}.sql", parameters)
