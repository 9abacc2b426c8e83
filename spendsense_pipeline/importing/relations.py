"""What must hold between rows: ids once, keys that lead somewhere, one holder of a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES, importable_name
from spendsense_pipeline.importing.problems import Problem, count_of
from spendsense_pipeline.importing.translation import is_held_through_account
from spendsense_pipeline.tables.declaration import ForeignKey

_SHOWN_ROWS = 3


@dataclass(frozen=True)
class _Rule:
    """Rows of `source_<table> as source` that break a promise; `value` is shown beside the row."""

    kind: str
    table: str
    column: str
    value: str
    broken: str
    noun: str
    remedy: str


def relation_problems(con: duckdb.DuckDBPyConnection, names: Mapping[str, str]) -> list[Problem]:
    """Every kind of broken relation; `names` are the file names of the tables, for the messages."""
    problems = []
    for rule in _RULES:
        if rule.table not in names:
            continue
        rows = con.execute(
            f"select source._row, {rule.value}, count(*) over () "
            f'from "source_{rule.table}" as source '
            f"where {rule.broken} limit {_SHOWN_ROWS}"
        ).fetchall()
        if rows:
            problems.append(
                Problem(
                    rule.kind,
                    f"{names[rule.table]}, column {rule.column}",
                    rule.noun.format(n=count_of(rows[0][2], "row")),
                    rule.remedy,
                    rows[0][2],
                    tuple(f"{row} ({value!r})" for row, value, _ in rows),
                )
            )
    return problems


def _unique(table: str, key: str) -> _Rule:
    return _Rule(
        "duplicate_id",
        table,
        key,
        f'source."{key}"',
        f'source."{key}" in (select "{key}" from "source_{table}" group by 1 having count(*) > 1)',
        f"{{n}} share their {key} with another",
        "Give every row its own id, or remove the copies.",
    )


def _known(table: str, key: ForeignKey) -> _Rule:
    (column,), parent = key.columns, importable_name(key.table)
    return _Rule(
        f"unknown_{parent.removesuffix('s')}",
        table,
        column,
        f'source."{column}"',
        f'source."{column}" is not null and source."{column}" not in '
        f'(select "{column}" from "source_{parent}" where "{column}" is not null)',
        f"{{n}} of {parent} that {parent} does not hold",
        f"Add the missing {parent} or leave these rows out.",
    )


def _same_holder(table: str) -> _Rule:
    return _Rule(
        "contradicting_holder",
        table,
        "user_id",
        "source.user_id",
        "exists (select 1 from source_accounts a where a.account_id = source.account_id "
        "and a.user_id <> source.user_id)",
        "{n} whose user_id is not the account's holder",
        "Leave user_id out (it follows from the account) or correct it.",
    )


_RULES: tuple[_Rule, ...] = (
    *(_unique(name, table.primary_key[0]) for name, table in IMPORTABLE_TABLES.items()),
    *(
        _known(name, key)
        for name, table in IMPORTABLE_TABLES.items()
        for key in table.foreign_keys
        if not (is_held_through_account(table) and key.columns == ("user_id",))
    ),
    *(
        _same_holder(name)
        for name, table in IMPORTABLE_TABLES.items()
        if is_held_through_account(table)
    ),
)
