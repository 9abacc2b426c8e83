"""The people, accounts and category rules that features are measured with, for who explains them.

Evidence must count a row as the feature did, so it reads the same four working tables, made by the
same queries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from spendsense_pipeline.features.queries import create
from spendsense_pipeline.features.vocabulary import vocabulary

if TYPE_CHECKING:
    import duckdb

_TABLES = {
    "_measured_users": "users",
    "_measured_accounts": "accounts",
    "_category_rules": "category_rules",
    "_named_categories": "named_categories",
}


@contextmanager
def measuring(
    con: duckdb.DuckDBPyConnection, *, as_of: dt.date, users: tuple[int, int]
) -> Iterator[None]:
    """Temporary tables of the consenting people in a range (first, end) and their accounts."""
    first, end = users
    parameters = vocabulary() | {"as_of": as_of, "first_user": first, "end_user": end}
    try:
        for table, query in _TABLES.items():
            create(con, table, query, parameters)
        yield
    finally:
        for table in _TABLES:
            con.execute(f'drop table if exists temp."{table}"')
