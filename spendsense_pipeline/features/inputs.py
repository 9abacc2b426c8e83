"""What the features need of the tables they read and fill, before a single number is computed.

Only that: whether keys hold and values make sense is for the checks and, before that, the import.
"""

from __future__ import annotations

import duckdb

from spendsense_pipeline.errors import RUN_FAILED, SpendSenseError
from spendsense_pipeline.tables import tables_in
from spendsense_pipeline.tables.declaration import Table
from spendsense_pipeline.tables.raw import RAW_LOANS

# Loans and their terms enter no feature.
_READ = tuple(table for table in tables_in("imports") if table is not RAW_LOANS)


class FeatureInputError(SpendSenseError, ValueError):
    """The raw tables cannot be measured."""

    exit_code = RUN_FAILED


def require_raw_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Make sure that every raw table that is read is there with every column of its type.

    Raises:
        FeatureInputError: one is not; the message names them all.
    """
    actual: dict[str, dict[str, str]] = {}
    for table, column, type_ in con.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'main' and database_name = current_database()"
    ).fetchall():
        actual.setdefault(table, {})[column] = type_
    problems = []
    for table_ in _READ:
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


def disagreements(con: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    """How a table's columns differ from its declaration.

    Args:
        con: holds the table, or not.
        table: the declaration.

    Returns:
        One sentence for each difference in names, types or order; [] when equal.
    """
    rows = con.execute(
        "select column_name, data_type from duckdb_columns() "
        "where table_name = ? and schema_name = 'main' and database_name = current_database() "
        "order by column_index",
        [table.name],
    ).fetchall()
    actual = dict(rows)
    declared = {column.name: column.type for column in table.columns}
    problems = [
        f"{table.name}.{name} is declared but not there" for name in declared if name not in actual
    ]
    problems += [
        f"{table.name}.{name} is there but not declared" for name in actual if name not in declared
    ]
    problems += [
        f"{table.name}.{name} is {actual[name]}, declared {type_}"
        for name, type_ in declared.items()
        if name in actual and actual[name] != type_
    ]
    if not problems and tuple(actual) != tuple(declared):
        problems.append(f"{table.name}: the columns are not in declared order")
    return problems
