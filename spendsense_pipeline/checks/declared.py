"""Checks manufactured from table declarations: columns, keys, references, allowed values and
row counts.

Nothing here knows a table by name; `spendsense_pipeline.tables` says which there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.checks.outcome import MAX_FAILING_ROWS, Finding
from spendsense_pipeline.sql import literal

if TYPE_CHECKING:
    from spendsense_pipeline.checks.running import CheckRun
    from spendsense_pipeline.tables.declaration import RowCount, Table


_COLUMNS = """
select table_name, column_name, data_type, is_nullable
from duckdb_columns()
where database_name = current_database() and schema_name = 'main' and not internal
order by table_name, column_index
"""


def schema_is_declared(table: Table) -> Callable[[CheckRun], Finding]:
    """Columns, order and types are the declared ones, and no required value is missing."""

    def measure(run: CheckRun) -> Finding:
        actual = {
            row["column_name"]: row
            for row in run.remembered("columns", lambda: run.rows(_COLUMNS))
            if row["table_name"] == table.name
        }
        broken: list[dict[str, Any]] = []
        for column in table.columns:
            found = actual.get(column.name)
            if found is None:
                broken.append({"column": column.name, "declared": column.type, "actual": "missing"})
            elif found["data_type"] != column.type:
                broken.append(
                    {
                        "column": column.name,
                        "declared": column.type,
                        "actual": found["data_type"],
                    }
                )
        broken += [
            {"column": name, "declared": "missing", "actual": actual[name]["data_type"]}
            for name in actual
            if name not in table.column_names
        ]
        if not broken and tuple(actual) != table.column_names:
            broken.append({"declared": ", ".join(table.column_names), "actual": ", ".join(actual)})
        required = [
            column.name
            for column in table.columns
            if not column.nullable and column.name in actual and actual[column.name]["is_nullable"]
        ]
        if required:
            counts = ", ".join(f'count(*) - count("{name}") as "{name}"' for name in required)
            (missing,) = run.rows(f'select {counts} from "{table.name}"')
            broken += [
                {"column": name, "declared": "not null", "actual": f"{count} missing values"}
                for name, count in missing.items()
                if count
            ]
        return _finding(broken)

    return measure


def keys_are_unique(
    table: Table, *, implied_by: str | None = None
) -> Callable[[CheckRun], Finding]:
    """No two rows share a primary key, and no key is missing.

    `implied_by` names a query of fingerprints which, when all differ, says the same of this key.
    """
    key = ", ".join(f'"{name}"' for name in table.primary_key)
    missing = " or ".join(f'"{name}" is null' for name in table.primary_key)
    # As many distinct hashes as rows means as many distinct keys; only when they disagree (a
    # repeated key, or two keys that happen to share a hash) are the keys themselves compared.
    counted = (
        f"select count(*) as rows, count(distinct hash({key})) as keys, "
        f'count(*) filter ({missing}) as missing from "{table.name}"'
    )
    repeated = (
        f'select {key}, count(*) as copies from "{table.name}" '
        f"group by all having count(*) > 1 or {missing}"
    )

    def measure(run: CheckRun) -> Finding:
        if implied_by is not None and run.all_differ(implied_by):
            (count,) = run.rows(f'select count(*) as missing from "{table.name}" where {missing}')
            if not count["missing"]:
                return Finding(True, 0.0)
        (count,) = run.rows(counted)
        if count["rows"] == count["keys"] and not count["missing"]:
            return Finding(True, 0.0)
        return run.failing(repeated)

    return measure


def references_exist(table: Table) -> Callable[[CheckRun], Finding]:
    """Every foreign key names a row that exists."""
    queries = [
        "select distinct "
        + ", ".join(f'child."{name}"::varchar' for name in key.columns[:1])
        + f" as value, '{', '.join(key.columns)}' as key_columns, '{key.table}' as refers_to "
        f'from "{table.name}" as child anti join "{key.table}" as parent on '
        + " and ".join(
            f'child."{name}" = parent."{other}"'
            for name, other in zip(key.columns, key.references, strict=True)
        )
        for key in table.foreign_keys
    ]

    def measure(run: CheckRun) -> Finding:
        return run.failing("\nunion all\n".join(queries))

    return measure


def values_are_allowed(table: Table) -> Callable[[CheckRun], Finding]:
    """Columns with a list of allowed values hold nothing else."""
    queries = [
        f"select '{column.name}' as column_name, \"{column.name}\"::varchar as value, "
        f'count(*) as rows from "{table.name}" '
        f'where "{column.name}" is not null and "{column.name}" not in ('
        + ", ".join(map(literal, column.allowed))
        + ") group by all"
        for column in table.columns
        if column.allowed
    ]

    def measure(run: CheckRun) -> Finding:
        return run.failing("\nunion all\n".join(queries))

    return measure


def row_count_is_declared(table: Table, expected: RowCount) -> Callable[[CheckRun], Finding]:
    """As many rows as the declaration says, counted from what the table is made of."""
    query = (
        f"select counted, expected, counted {expected.operator} expected as agrees from "
        f'(select count(*) as counted from "{table.name}"), ({expected.sql}) as asked(expected)'
    )

    def measure(run: CheckRun) -> Finding:
        (found,) = run.rows(query)
        rows, number = int(found["counted"]), int(found["expected"])
        if found["agrees"]:
            return Finding(True, float(rows))
        row = {"rows": rows, "declared": f"{expected.operator} {number}"}
        return Finding(False, float(rows), abs(rows - number), (row,))

    return measure


def _finding(broken: list[dict[str, Any]]) -> Finding:
    return Finding(not broken, float(len(broken)), len(broken), tuple(broken[:MAX_FAILING_ROWS]))
