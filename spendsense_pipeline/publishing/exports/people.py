"""One person's rows from every table at a time, in one pass over the dataset."""

from __future__ import annotations

from collections.abc import Iterator

from spendsense_pipeline.plaid.person import Person, Row
from spendsense_pipeline.publishing.exports.selection import Selection
from spendsense_pipeline.tables.features import RECURRING_STREAMS
from spendsense_pipeline.tables.raw import (
    RAW_ACCOUNTS,
    RAW_LIABILITIES,
    RAW_LOANS,
    RAW_TRANSACTIONS,
    RAW_USERS,
)

_TABLES = {  # table: its order within a person
    RAW_USERS.name: "user_id",
    RAW_ACCOUNTS.name: "account_id",
    RAW_TRANSACTIONS.name: "date desc, transaction_id",
    RAW_LIABILITIES.name: "account_id",
    RAW_LOANS.name: "account_id",
    RECURRING_STREAMS.name: "stream_id",
}


def people(selection: Selection) -> Iterator[Person]:
    """Everybody selected, in text order of id; in memory one person and a batch per table.

    Args:
        selection: whose rows.

    Yields:
        One for each of its people.
    """
    sorted_rows = {name: _ByPerson(selection, name, order) for name, order in _TABLES.items()}
    for user_id in selection.user_ids():
        found = {name: rows.of(user_id) for name, rows in sorted_rows.items()}
        yield Person(
            user_id,
            accounts=found[RAW_ACCOUNTS.name],
            transactions=found[RAW_TRANSACTIONS.name],
            liabilities=found[RAW_LIABILITIES.name],
            streams=found[RECURRING_STREAMS.name],
            loans=found[RAW_LOANS.name],
            state=next((row["state"] for row in found[RAW_USERS.name]), None),
        )


class _ByPerson:
    """Rows of one table, sorted by person, handed out person by person in that order."""

    def __init__(self, selection: Selection, name: str, order: str) -> None:
        table = selection.table(name)
        self._next: Row | None = None
        self._rows: Iterator[Row] = iter(())
        if table is not None:
            names = table.column_names
            sql = selection.query(table) + f" order by user_id, {order}"
            self._rows = (dict(zip(names, row, strict=True)) for row in selection.rows(sql))
            self._advance()

    def of(self, user_id: str) -> list[Row]:
        found = []
        while self._next is not None and self._next["user_id"] <= user_id:
            if self._next["user_id"] == user_id:
                found.append(self._next)
            self._advance()
        return found

    def _advance(self) -> None:
        self._next = next(self._rows, None)
