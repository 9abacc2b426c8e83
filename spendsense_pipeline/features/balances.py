"""`account_balances`: every account's end-of-day balance, from the accounts and their posted rows.

No feature reads it: `cash_flow.sql` runs over days with rows, not over a grid.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.plaid import accounts
from spendsense_pipeline.sql import QueryFolder, identifier, used
from spendsense_pipeline.tables.features import ACCOUNT_BALANCES

if TYPE_CHECKING:
    import duckdb

QUERIES = QueryFolder(__package__)
PEOPLE_WITH_EVERY_DAY: Final = 1_000
"""Up to here every day of the history is kept unless the operator says otherwise."""
DAYS_BEYOND: Final = 35
"""Kept of more people: the longest month, and the days a monthly payment may move."""
# An account of another type, an investment say, changes by more than its rows.
_BOOKED_TYPES: Final = (accounts.DEPOSITORY, *accounts.OWED_TYPES)


def days_kept(asked: int | None, people: int) -> int | None:
    """How many of the latest days are kept.

    Args:
        asked: `account_balance_days`.
        people: In the population.

    Returns:
        As many as asked for; None: all there are.
    """
    if asked is not None:
        return asked
    return None if people <= PEOPLE_WITH_EVERY_DAY else DAYS_BEYOND


def build_account_balances(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: dt.date,
    history_start: dt.date | None,
    days: int | None = None,
) -> None:
    """Create or replace `account_balances` from the raw tables.

    Args:
        con: Holds the raw tables.
        as_of: Their last day, and the last of every account with a balance.
        history_start: First day of everybody's history; None: each account's own first posted row
            (imports).
        days: How many of the latest days; None: all.
    """
    first_day = dt.date.min if days is None else as_of - dt.timedelta(days - 1)
    query = QUERIES.text("account_balances.sql")
    parameters = {
        "as_of": as_of,
        "history_start": history_start,
        "first_day": first_day,
        "owed_types": list(accounts.OWED_TYPES),
        "booked_types": list(_BOOKED_TYPES),
    }
    con.execute(ACCOUNT_BALANCES.create_sql())
    con.execute(
        f"insert into {identifier(ACCOUNT_BALANCES.name)}\n{query}", used(query, parameters)
    )
