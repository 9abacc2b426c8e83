"""What the features need of the raw tables before a single number is computed.

Only that: whether keys hold and values make sense is for the checks and, before that, the import.
"""

from __future__ import annotations

import duckdb

from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError
from spendsense_pipeline.plaid.declarations import Table
from spendsense_pipeline.plaid.tables import CARD_STATEMENTS, RAW_TABLES


class FeatureInputError(SpendSenseError, ValueError):
    """The raw tables cannot be measured."""

    exit_code = RUN_FAILED


def require_raw_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Raise FeatureInputError unless every raw table is there with every column of its type."""
    actual: dict[str, dict[str, str]] = {}
    for table, column, type_ in con.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'main' and database_name = current_database()"
    ).fetchall():
        actual.setdefault(table, {})[column] = type_
    problems = []
    for table_ in (*RAW_TABLES, CARD_STATEMENTS):
        problems += _problems(table_, actual.get(table_.name))
    if problems:
        problem = "the raw tables cannot be measured: " + "; ".join(problems)
        raise FeatureInputError(
            problem=problem, remedy="generate or import them again (a table may be empty)"
        )


def _problems(table: Table, actual: dict[str, str] | None) -> list[str]:
    if actual is None:
        return [f"there is no table {table.name}"]
    missing = [column.name for column in table.columns if column.name not in actual]
    if missing:
        return [f"{table.name} has no column {', '.join(missing)}"]
    return [
        f"{table.name}.{column.name} is {actual[column.name]} and must be {column.type}"
        for column in table.columns
        if actual[column.name] != column.type
    ]
