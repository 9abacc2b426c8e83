"""Which tables and whose rows leave the house: nobody who has not consented, unless asked for by
name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.review.standing import STANDING, Standing, create_standing
from spendsense_pipeline.review.states import APPROVED, PENDING
from spendsense_pipeline.tables.advice import RECOMMENDATIONS
from spendsense_pipeline.tables.declaration import Table

if TYPE_CHECKING:
    import duckdb

BATCH_ROWS = 20_000  # rows in memory at a time: some ten megabytes of transactions
NOTHING_APPROVED = Standing(PENDING, {}, {})
# What anybody outside may see of what people are recommended: approved, in the words it was
# approved with.
_APPROVED = f"""(
  select item.* replace (
    now.state as status,
    coalesce(now.rationale, item.rationale) as rationale,
    coalesce(now.because, item.because) as because
  )
  from main.recommendations as item
  join temp.{STANDING} as now
    on now.recommendation_id = item.recommendation_id and now.window_days = item.window_days
  where now.state = '{APPROVED}'
)"""


@dataclass(frozen=True)
class Selection:
    """A published dataset narrowed to the people who may leave it.

    Attributes:
        con: the published dataset.
        tables: what it has of them, in the order data flows.
        withdrawn: user ids of people who took consent back after it was made.
        include_unconsented: the operator asked for everybody.
        where: where recommendations stand; only what is approved leaves, without it nothing does.
        only: the one person who is chosen, of those who may leave; None: everybody.
    """

    con: duckdb.DuckDBPyConnection
    tables: tuple[Table, ...]
    withdrawn: tuple[str, ...]
    include_unconsented: bool
    where: Standing = NOTHING_APPROVED
    only: str | None = None

    @classmethod
    def of(
        cls,
        con: duckdb.DuckDBPyConnection,
        declared: Iterable[Table],
        *,
        withdrawn: Iterable[str] = (),
        include_unconsented: bool = False,
        where: Standing = NOTHING_APPROVED,
        only: str | None = None,
    ) -> Selection:
        """Choose people and tables.

        Args:
            con: the published dataset.
            declared: tables as declared; those the dataset lacks are left out.
            withdrawn: people who took consent back after the dataset was made.
            include_unconsented: the operator asked for everybody.
            where: where recommendations stand.
            only: the one person to choose.

        Returns:
            what may leave.
        """
        present = {
            name
            for (name,) in con.execute(
                "select table_name from duckdb_tables() where schema_name = 'main' and not "
                "temporary and database_name = current_database()"
            ).fetchall()
        }
        tables = tuple(table for table in declared if table.name in present)
        selection = cls(con, tables, tuple(withdrawn), include_unconsented, where, only)
        selection._choose_people(con)
        return selection

    def table(self, name: str) -> Table | None:
        """A table of the selection, if the dataset has it."""
        return next((table for table in self.tables if table.name == name), None)

    def query(self, table: Table, columns: str | None = None) -> str:
        """SQL of the selected rows of a table, in stored order.

        Args:
            table: which table.
            columns: SQL of what to select; None: every column.

        Returns:
            A query without parameters.
        """
        names = columns or ", ".join(f'"{name}"' for name in table.column_names)
        source = _APPROVED if table.name == RECOMMENDATIONS.name else f'main."{table.name}"'
        return f"select {names} from {source} as exported{_of_selected_people(table)}"

    def user_ids(self) -> list[str]:
        """People of the selection, in text order."""
        rows = self.con.execute("select user_id from exported_user order by user_id").fetchall()
        return [user_id for (user_id,) in rows]

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own on the same dataset: several queries can stream at once."""
        cursor = self.con.cursor()
        self._choose_people(cursor)
        return cursor

    def rows(self, sql: str) -> Iterator[tuple[object, ...]]:
        """Rows of a query, in memory a batch at a time.

        Args:
            sql: the query, over the dataset's tables.

        Yields:
            One tuple per row.
        """
        cursor = self.cursor()
        try:
            cursor.execute(sql)
            while batch := cursor.fetchmany(BATCH_ROWS):
                yield from batch
        finally:
            cursor.close()

    def _choose_people(self, con: duckdb.DuckDBPyConnection) -> None:
        con.execute("create or replace temp table exported_user (user_id varchar)")
        con.execute(
            "insert into exported_user select user_id from raw_users "
            "where user_id = coalesce($only, user_id) and ($everybody or "
            "(consent_status = 'granted' and not list_contains($withdrawn::varchar[], user_id)))"
            " order by user_id",
            {
                "only": self.only,
                "everybody": self.include_unconsented,
                "withdrawn": list(self.withdrawn),
            },
        )
        if self.table(RECOMMENDATIONS.name) is not None:
            create_standing(con, self.where)


def _of_selected_people(table: Table) -> str:
    people = "select user_id from exported_user"
    if table.person_key == "user_id":
        return f" where user_id in ({people})"
    if table.person_key == "account_id":
        accounts = f"select account_id from main.raw_accounts where user_id in ({people})"
        return f" where account_id in ({accounts})"
    return ""
