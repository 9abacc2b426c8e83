"""What a layout says of its rows beyond their columns: which are no transactions, which account
they are of, what is pending, what a word of theirs means for certain, what was split.

All of it is text beside their columns, in columns that begin with an underscore.
"""

from __future__ import annotations

import duckdb

from spendsense_pipeline.importing.formats.batches import Batch
from spendsense_pipeline.importing.formats.declaration import RowPattern
from spendsense_pipeline.importing.report import SHOWN_ROWS, ImportReport
from spendsense_pipeline.sql import QueryFolder, literal

_QUERIES = QueryFolder(__package__)
NAMELESS = "(no description)"
# What `journal.sql` makes of a row, for the account whose row it is.
_OF_JOURNAL = (
    "account_name",
    "account_type",
    "other_account",
    "counterparty_name",
    "signed_amount",
)


def derive(con: duckdb.DuckDBPyConnection, batch: Batch, report: ImportReport) -> None:
    """Add to the batch's table what its layout says, and take out what is no transaction."""
    layout = batch.layout
    for rows in layout.left_out:
        _leave_out(con, batch, rows, report)
    if layout.is_journal:
        _unfold(con, batch)
    if layout.splits == "actual":
        _take_whole_splits(con, batch, report)
    of_group = ["group_title"] if layout.splits == "firefly" else []
    name = [*of_group, batch.mapping.theirs("name"), *layout.name_else]
    derived = {
        "_account_key": _account_key(batch),
        "_pending": _pending(batch),
        "_category": _category(batch),
        "_opening": _matches(batch, layout.openings) if layout.openings else "false",
        "_name": f"coalesce({', '.join(map(batch.column, name))}, {literal(NAMELESS)})",
        "_their_id": batch.column(layout.their_id) if layout.their_id else "null::varchar",
        "_balance": batch.column(layout.balance) if layout.balance else "null::varchar",
        "_card": batch.column(layout.card) if layout.card else "null::varchar",
        "_part": _PARTS[layout.splits](batch) if layout.splits in _PARTS else "null::varchar",
    }
    selected = ", ".join(f"{sql} as {name}" for name, sql in derived.items())
    con.execute(f"create or replace table derived as select *, {selected} from {batch.table}")
    _replace(con, batch, "derived")


def _unfold(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Make of a row that names two accounts a row of each that is the holder's."""
    for name in _OF_JOURNAL:
        con.execute(f"alter table {batch.table} add column if not exists {name} varchar")
    con.execute(f"create or replace temp table journal as select * from {batch.table}")
    _QUERIES.create(con, "unfolded", "journal.sql", {})
    con.execute("drop table journal")
    _replace(con, batch, "unfolded")
    batch.columns = tuple(dict.fromkeys((*batch.columns, *_OF_JOURNAL)))
    batch.present |= set(_OF_JOURNAL)


def _replace(con: duckdb.DuckDBPyConnection, batch: Batch, table: str) -> None:
    con.execute(f"drop table {batch.table}")
    con.execute(f"create table {batch.table} as select * from {table}")
    con.execute(f"drop table {table}")


def _matches(batch: Batch, rows: RowPattern) -> str:
    value = f"coalesce({batch.column(rows.column)}, '')"
    return f"regexp_full_match({value}, {literal('(?i)' + rows.pattern)})"


def _leave_out(
    con: duckdb.DuckDBPyConnection, batch: Batch, rows: RowPattern, report: ImportReport
) -> None:
    say_left_out(con, batch, _matches(batch, rows), rows.why, report)


def say_left_out(
    con: duckdb.DuckDBPyConnection, batch: Batch, condition: str, why: str, report: ImportReport
) -> None:
    """Take the rows out of the batch that meet a condition, and count them."""
    found = con.execute(
        f"select _row, count(*) over () from {batch.table} where {condition} "
        f"order by _file, _line limit {SHOWN_ROWS}"
    ).fetchall()
    if found:
        con.execute(f"delete from {batch.table} where {condition}")
        report.set_aside(batch.where, found[0][1], why, [row for row, _ in found])


def _account_key(batch: Batch) -> str:
    column = batch.mapping.columns.get("account_id") or batch.layout.account
    if column is None:
        return "null::varchar"
    return rf"lower(regexp_replace({batch.column(column)}, '\s+', ' ', 'g'))"


def _pending(batch: Batch) -> str:
    conditions = [
        f"lower({batch.column(column)}) in ({', '.join(literal(w.lower()) for w in words)})"
        for column, words in batch.layout.pending.items()
    ]
    condition = " or ".join(conditions) or "false"
    return f"case when {condition} then 'true' else 'false' end"


def _category(batch: Batch) -> str:
    cases = []
    for column, codes in batch.layout.categories.items():
        whens = " ".join(f"when {literal(w.lower())} then {literal(c)}" for w, c in codes.items())
        cases.append(f"case lower({batch.column(column)}) {whens} end")
    return f"coalesce({', '.join(cases)}, null)" if cases else "null::varchar"


def _take_whole_splits(con: duckdb.DuckDBPyConnection, batch: Batch, report: ImportReport) -> None:
    """Where a whole is written beside its parts, take the whole: it is what the bank saw."""
    notes, amount, whole = (batch.column(name) for name in ("Notes", "Amount", "Split_Amount"))
    is_whole = rf"regexp_matches(coalesce({notes}, ''), '(?i)^\(SPLIT INTO \d+\)')"
    is_part = rf"regexp_matches(coalesce({notes}, ''), '(?i)^\(SPLIT \d+ OF \d+\)')"
    con.execute(f"update {batch.table} set {amount} = {whole} where {is_whole}")
    has_whole = (
        f"(_file, {batch.column('Account')}, {batch.column('Date')}) in (select (_file, "
        f"{batch.column('Account')}, {batch.column('Date')}) from {batch.table} where {is_whole})"
    )
    why = "parts of split transactions, whose wholes are taken"
    say_left_out(con, batch, f"{is_part} and {has_whole}", why, report)


def _ynab_part(batch: Batch) -> str:
    """The n-th part of each place in a split belongs to the n-th split of that size and day."""
    memo, account, date = (batch.column(name) for name in ("Memo", "Account", "Date"))
    place, size = (
        rf"regexp_extract({memo}, '(?i)^\(?Split \(?(\d+)/(\d+)\)', {n})" for n in (1, 2)
    )
    # A part that is a transfer is the other account's too.
    is_own = rf"regexp_matches(coalesce({batch.column('Payee')}, ''), '(?i)^Transfer ?: ')"
    turn = (
        f"row_number() over (partition by _file, {account}, {date}, {size}, {place}, {is_own} "
        "order by _line)"
    )
    return (
        f"case when nullif({place}, '') is not null and not {is_own} "
        f"then concat_ws('/', {date}, {size}, {turn}) end"
    )


def _firefly_part(batch: Batch) -> str:
    group, journal = (batch.column(name) for name in ("group_id", "journal_id"))
    of_group = f"count(*) over (partition by _file, account_name, {group})"
    return f"case when {journal} is not null and {of_group} > 1 then {group} end"


_PARTS = {"ynab": _ynab_part, "firefly": _firefly_part}
