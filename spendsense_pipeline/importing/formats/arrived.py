"""Rows of exports in our words, as `arrived`: translated by layout, the parts of a split joined.

`arrived` has our columns of transactions as text, and beside them where a row came from (`_file`,
`_line`, `_row`), their identifier and running balance, whether it opens its account, and the own
account it names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from spendsense_pipeline.importing.formats.batches import Batch
from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES, TableMapping
from spendsense_pipeline.importing.report import ImportReport
from spendsense_pipeline.importing.translation import Arrival, translate
from spendsense_pipeline.sql import identifier, literal

TRANSACTIONS = IMPORTABLE_TABLES["transactions"].column_names
_BESIDE = {
    "_file": "integer",
    "_line": "bigint",
    "_their_id": "varchar",
    "_balance": "varchar",
    "_opening": "boolean",
    "_other": "varchar",
    "_part": "varchar",
    "_row": "varchar",
}


def create_arrived(con: duckdb.DuckDBPyConnection) -> None:
    """Create `arrived` without rows."""
    columns = [f"{identifier(name)} varchar" for name in TRANSACTIONS]
    columns += [f"{name} {type_}" for name, type_ in _BESIDE.items()]
    con.execute(f"create or replace table arrived ({', '.join(columns)})")


def insert_rows(
    con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Rows by column into a table; what a row does not say is null."""
    if not rows:
        return
    import pyarrow as pa  # a tenth of a second that other imports need not pay

    names = list(dict.fromkeys(name for row in rows for name in row))
    con.register(
        "arriving_rows", pa.table({name: [row.get(name) for row in rows] for name in names})
    )
    con.execute(f"insert into {identifier(table)} by name select * from arriving_rows")
    con.unregister("arriving_rows")


def create_their_accounts(
    con: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, str | None]], where: str
) -> Arrival:
    """Create `their_accounts` with our columns."""
    names = IMPORTABLE_TABLES["accounts"].column_names
    columns = ", ".join(f"{identifier(name)} varchar" for name in (*names, "_row"))
    con.execute(f'create or replace table "their_accounts" ({columns})')
    insert_rows(con, "their_accounts", rows)
    return Arrival(where, names, is_text=False)


def translate_batch(
    con: duckdb.DuckDBPyConnection,
    batch: Batch,
    accounts: Sequence[Mapping[str, str | None]],
    report: ImportReport,
) -> None:
    """Add a batch's rows to `arrived`; `found_account` says which account a row is of.

    Raises:
        ImportProblemsError: where a column that is needed or named is not there.
    """
    named = [name for name in batch.columns if name.lower() in batch.present]
    selected = ", ".join(f"export.{identifier(name)}" for name in named)
    con.execute(
        f'create or replace table "their_transactions" as select {selected}, '
        "account.account_id as _account_id, export._row as _row_id, export._name, export._pending, "
        f"export._category, export._row from {batch.table} as export inner join export_account as "
        "account on account._user = export._user and account._file is not distinct from "
        "case when export._account_key is null then export._file end and account._kind = "
        f"{literal(batch.table)} and account._account_key is not distinct from export._account_key "
        "order by export._file, export._line"
    )
    made = ("_account_id", "_row_id", "_name", "_pending", "_category")
    arrivals = {
        "accounts": create_their_accounts(con, accounts, batch.where),
        "transactions": Arrival(batch.where, (*named, *made)),
    }
    translate(con, arrivals, {"transactions": _mapping(batch)}, report)
    columns = ", ".join(f"source.{identifier(name)}" for name in TRANSACTIONS)
    pattern = batch.layout.transfer
    other = batch.column("other_account") if batch.layout.is_journal else "null"
    if pattern:
        other = f"nullif(regexp_extract(source.name, {literal(pattern)}, 1), '')"
    if batch.layout.transfer_is_any_payee:
        other = (
            f"case when (export._user, lower({other})) in (select (user_id, name) from own_name) "
            f"then {other} end"
        )
    con.execute(
        f"insert into arrived select {columns}, export._file, export._line, export._their_id, "
        f"export._balance, export._opening, {other}, export._part, export._row "
        f"from source_transactions as source inner join {batch.table} as export using (_row) "
        "order by export._file, export._line"
    )


def _mapping(batch: Batch) -> TableMapping:
    """The batch's mapping, with what was derived in the place of what the columns say alone."""
    said, layout = batch.mapping, batch.layout
    columns = {
        ours: theirs
        for ours, theirs in layout.optional.items()
        if theirs.lower() in batch.present and ours not in said.constants
    }
    columns |= {"pending": "_pending", "category_detailed": "_category"} | dict(said.columns)
    columns |= {"account_id": "_account_id", "transaction_id": "_row_id", "name": "_name"}
    for constant in said.constants:
        columns.pop(constant, None)
    return said.model_copy(update={"columns": columns})


def join_splits(con: duckdb.DuckDBPyConnection) -> None:
    """Make one row of the parts of a transaction: their sum, and what they agree in."""
    parts = "_file, account_id, _part"
    con.execute(
        "create or replace temp table joined as "
        f"select {parts}, min(_line) as first_line, "
        "sum(try_cast(amount as decimal(18, 2)))::varchar as whole, "
        "count(distinct category_detailed) = 1 and count(category_detailed) = count(*) as is_one "
        f"from arrived where _part is not null group by {parts} "
        "having count(*) > 1 and count(try_cast(amount as decimal(18, 2))) = count(*)"
    )
    of_join = (
        "arrived._file = joined._file and arrived.account_id = joined.account_id "
        "and arrived._part = joined._part"
    )
    con.execute(
        f"delete from arrived using joined where {of_join} and arrived._line <> joined.first_line"
    )
    con.execute(
        "update arrived set amount = joined.whole, category_detailed = "
        "case when joined.is_one then arrived.category_detailed end "
        f"from joined where {of_join}"
    )


def follow_most_signs(con: duckdb.DuckDBPyConnection, batch: Batch, report: ImportReport) -> None:
    """Where a setting of the holder's decides the sign: most of what people do is spending."""
    if not batch.layout.sign_is_a_setting or batch.mapping.negate:
        return
    [(inflows, outflows)] = con.execute(
        "select count(*) filter (where amount like '-%'), count(*) filter (where amount not like "
        "'-%') from source_transactions"
    ).fetchall()
    turned = inflows > outflows
    if turned:
        con.execute(
            "update arrived set amount = case when amount like '-%' then substr(amount, 2) "
            "else '-' || ltrim(amount, '+') end"
        )
    written = "negative" if turned else "positive"
    report.note(
        batch.where,
        f"the sign of amounts is a setting there: {written} ones, which are most, are taken for "
        "spending",
        "If it is the other way round, map the transactions with negate: [amount], or with "
        "negate: {amount: []} to keep them.",
    )
