"""Finds what features and their evidence both rest on: pay, paydays and whose they are; and moves
between one's own accounts that are no saving.

What is computed stands in the .sql files, in this order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.sql import QueryFolder

if TYPE_CHECKING:
    import duckdb

_QUERIES = QueryFolder(__package__)
_STEPS = (
    "set_aside_moves",
    "inflows",
    "payers",
    "unnamed_pay",
    "paychecks",
    "paydays",
    "earners",
    "main_payers",
)


def find_movements(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> None:
    """Create `_set_aside_moves`, `_inflows`, `_paychecks`, `_paydays`, `_main_payers` and what they
    are made from.

    Must run while people are being measured (`features.build.measuring`).

    Args:
        con: holds what `measuring` made.
        parameters: what the queries are bound to: `vocabulary`, `definitions`, `as_of`.
    """
    for step in _STEPS:
        _QUERIES.create(con, f"_{step}", f"{step}.sql", parameters)
