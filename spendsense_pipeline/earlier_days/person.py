"""One person's raw tables, and what they were on an earlier day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.earlier_days import person_on_day, rows_shown
from spendsense_pipeline.features.build import build_recurring_streams
from spendsense_pipeline.plaid.categories import CARD_INTEREST, CARD_PAYMENT
from spendsense_pipeline.sql import create_temporary, used
from spendsense_pipeline.tables.features import RECURRING_STREAMS
from spendsense_pipeline.tables.raw import (
    CARD_STATEMENTS,
    PENDING_TRUTH,
    RAW_ACCOUNTS,
    RAW_LIABILITIES,
    RAW_LOANS,
    RAW_TRANSACTIONS,
    RAW_USERS,
)

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]
_PRESENT: Final = "present"
_OF_A_PERSON: Final = (
    RAW_USERS,
    RAW_ACCOUNTS,
    RAW_TRANSACTIONS,
    RAW_LIABILITIES,
    RAW_LOANS,
    PENDING_TRUTH,
)
_KNOWN: Final = (RAW_ACCOUNTS.name, RAW_LIABILITIES.name, RAW_LOANS.name)
_NOW: Final = re.compile(r"\bnow\.(\w+)")
_STATEMENTS: Final = (
    "select statement.* from card_statements as statement"
    " join raw_accounts as account on account.account_id = statement.account_id"
    " where account.user_id = $user_id"
)


@dataclass(frozen=True)
class OnDay:
    """What a bank knew of a person at the end of a day.

    Attributes:
        accounts: rows of `raw_accounts`, in order of account_id.
        liabilities: rows of `raw_liabilities`.
        loans: rows of `raw_loans`.
    """

    accounts: tuple[Row, ...]
    liabilities: tuple[Row, ...]
    loans: tuple[Row, ...]


def rows_shown_of(con: duckdb.DuckDBPyConnection, user_id: str) -> tuple[Row, ...]:
    """Every form in which a bank ever shows a person's rows.

    Args:
        con: the dataset.
        user_id: of it.

    Returns:
        Rows of `raw_transactions` with `shown_from` (a day) and `shown_until` (the first day it is
        not shown any more; None while it is), in that order.
    """
    shown = _NOW.sub(r"(select * from \1 where user_id = $user_id)", rows_shown())
    return _rows(
        con,
        f"with shown as ({shown}) from shown order by shown_from, transaction_id",
        {"user_id": user_id},
    )


class Person:
    """A person of a dataset; holds their rows, and reads nothing more."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        user_id: str,
        *,
        as_of: dt.date,
        history_start: dt.date,
        is_generated: bool,
    ) -> None:
        """Read their rows.

        Args:
            con: the dataset.
            user_id: of it.
            as_of: its last day.
            history_start: its first.
            is_generated: whether people were made up, so that every statement there was is there.
        """
        self.user_id = user_id
        self.as_of = as_of
        self._given = {
            "card_interest": CARD_INTEREST,
            "card_payment": CARD_PAYMENT,
            "history_start": history_start,
            "is_generated": is_generated,
            "last_day": as_of,
        }
        self._tables = {
            table.name: con.sql(
                f"select {', '.join(table.column_names)} from {table.name}"
                f" where user_id = $user_id order by {', '.join(table.primary_key)}",
                params={"user_id": user_id},
            ).to_arrow_table()
            for table in _OF_A_PERSON
        }
        self._tables[CARD_STATEMENTS.name] = con.sql(
            _STATEMENTS, params={"user_id": user_id}
        ).to_arrow_table()
        self._streams = _rows(
            con,
            "select * from recurring_streams where user_id = $user_id order by stream_id",
            {"user_id": user_id},
        )

    @property
    def details(self) -> Row:
        """Their row of `raw_users`."""
        found: list[Row] = self._tables[RAW_USERS.name].to_pylist()
        return found[0]

    @property
    def accounts(self) -> list[Row]:
        """Their rows of `raw_accounts` on the dataset's last day."""
        found: list[Row] = self._tables[RAW_ACCOUNTS.name].to_pylist()
        return found

    def on_day(self, day: dt.date) -> OnDay:
        """What a bank knew at the end of a day.

        Args:
            day: not after the dataset's last.
        """
        if day == self.as_of:
            return OnDay(*(tuple(self._tables[name].to_pylist()) for name in _KNOWN))
        with self._then(day) as con:
            return OnDay(*(_rows(con, f"from {name} order by account_id") for name in _KNOWN))

    def streams_on(self, day: dt.date) -> tuple[Row, ...]:
        """Recurring streams as they were found at the end of a day: rows of `recurring_streams`.

        Args:
            day: not after the dataset's last.
        """
        if day == self.as_of and self._streams:
            return self._streams
        with self._then(day) as con:
            build_recurring_streams(con, as_of=day)
            return _rows(con, f"from {RECURRING_STREAMS.name} order by stream_id")

    @contextmanager
    def _then(self, day: dt.date) -> Iterator[duckdb.DuckDBPyConnection]:
        """Their raw tables as a dataset of that day would have them."""
        with self._present() as con:
            con.execute(
                "create temp table _moments as select $user_id as user_id, '' as suffix,"
                " cast($day as date) as as_of, 0 as shift_days, $is_today as is_today",
                {"user_id": self.user_id, "day": day, "is_today": day == self.as_of},
            )
            for table, query in person_on_day().items():
                query = _of_present(query)
                con.execute(f"create table {table} as\n{query}", used(query, self._given))
            # Consent is asked for before anybody comes here.
            con.execute(
                f"create table raw_users as from {_PRESENT}.raw_users;"
                " update raw_users set consent_status = 'granted'"
            )
            yield con

    @contextmanager
    def _present(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A database in memory, with today's tables beside it and `_shown` in it."""
        import duckdb

        with closing(duckdb.connect(":memory:", config={"threads": 1})) as con:
            con.execute(f"attach ':memory:' as {_PRESENT}")
            for name, rows in self._tables.items():
                con.register("given", rows)
                con.execute(f"create table {_PRESENT}.{name} as from given")
                con.unregister("given")
            create_temporary(con, "_shown", _of_present(rows_shown()), {})
            yield con


def _of_present(query: str) -> str:
    return _NOW.sub(rf"{_PRESENT}.main.\1", query)


def _rows(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any] | None = None
) -> tuple[Row, ...]:
    cursor = con.execute(sql, parameters or {})
    names = [column[0] for column in cursor.description or ()]
    return tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())
