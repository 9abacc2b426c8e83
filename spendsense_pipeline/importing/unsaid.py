"""Which way money went, where a file shows it in a column that nobody named: asked for by name.

Amounts without a sign beside a column of debit and credit, or one column for each, would be read as
spending all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from spendsense_pipeline.importing.mapping import TableMapping
from spendsense_pipeline.importing.problems import Problem
from spendsense_pipeline.importing.report import SHOWN_ROWS, ImportReport
from spendsense_pipeline.plaid.accounts import DEPOSITORY
from spendsense_pipeline.sql import identifier, literal

OUT_WORDS = (
    *("debit", "dr", "db", "d", "withdrawal", "out", "outflow", "spent", "sale", "purchase"),
    *("charge", "expense", "-", "paid out", "money out", "direct debit", "pos debit", "ach debit"),
)
IN_WORDS = (
    *("credit", "cr", "c", "deposit", "in", "inflow", "received", "refund", "return", "income"),
    *("+", "paid in", "money in", "direct deposit", "ach credit"),
)
_OUT_COLUMNS = (
    *("debit", "debits", "debit amount", "amount debit", "withdrawal", "withdrawals", "outflow"),
    *("withdrawal amount", "paid out", "money out", "out", "spent"),
)
_IN_COLUMNS = (
    *("credit", "credits", "credit amount", "amount credit", "deposit", "deposits", "inflow"),
    *("deposit amount", "paid in", "money in", "in", "received"),
)
# A column of directions has a handful of words; one of names has more.
_MOST_WORDS = 15
_FEWEST_ROWS = 20
_MOSTLY = 0.8


def split_amount_problem(
    table: str, where: str, columns: tuple[str, ...], said: TableMapping
) -> Problem | None:
    """A column of money out and one of money in, of which the mapping names one or none."""
    if said.debit is not None or said.direction is not None:
        return None
    named = {name.strip().lower(): name for name in columns}
    out = next((named[name] for name in _OUT_COLUMNS if name in named), None)
    into = next((named[name] for name in _IN_COLUMNS if name in named), None)
    amount = said.theirs("amount").strip().lower()
    if out is None or into is None or (amount in named and named[amount] not in (out, into)):
        return None
    text = f"holds money out in column {out!r} and money in in column {into!r}"
    remedy = (
        f"Say so in a mapping, in the place of columns.amount: {table}: "
        f'{{debit: "{out}", credit: "{into}"}}.'
    )
    return Problem("unsaid_direction", where, text, remedy)


def direction_problem(
    con: duckdb.DuckDBPyConnection,
    table: str,
    where: str,
    columns: tuple[str, ...],
    said: TableMapping,
) -> Problem | None:
    """A column of `their_<table>` that says which way amounts without a sign went."""
    named = {name.strip().lower(): name for name in columns}
    amount = named.get(said.theirs("amount").strip().lower())
    if amount is None or said.direction is not None or said.debit is not None:
        return None
    sign = literal(r"^\s*[-(−]|[-−]\s*$")
    [(has_sign,)] = con.execute(
        f"select coalesce(bool_or(regexp_matches({identifier(amount)}, {sign})), false) "
        f'from "their_{table}"'
    ).fetchall()
    if has_sign:
        return None
    explained = {name.strip().lower() for name in said.columns.values()} | set(said.columns)
    for name in columns:
        if name.strip().lower() in explained or name == amount:
            continue
        found = _directions(con, table, name)
        if found is not None:
            out, into, counts = found
            text = (
                f"column {amount!r} has no signs, and column {name!r} says which way each amount "
                f"went ({counts})"
            )
            remedy = (
                f'Say so in a mapping: {table}: {{direction: {{column: "{name}", out: [{out}], '
                f"in: [{into}]}}}}; or remove the column, if it says something else."
            )
            return Problem("unsaid_direction", where, text, remedy)
    return None


def _directions(
    con: duckdb.DuckDBPyConnection, table: str, name: str
) -> tuple[str, str, str] | None:
    """The words for out and for in of a column, as lists, and their counts; None if it has others.

    Words of neither kind stand with those for money out, for the operator to sort.
    """
    column = identifier(name)
    words = con.execute(
        f"select trim({column}), count(*) from \"their_{table}\" where trim({column}) <> '' "
        f"group by 1 order by 2 desc, 1 limit {_MOST_WORDS + 1}"
    ).fetchall()
    into = [word for word, _ in words if word.lower() in IN_WORDS]
    out = [word for word, _ in words if word.lower() in OUT_WORDS]
    others = [word for word, _ in words if word not in into and word not in out]
    known = sum(count for word, count in words if word not in others)
    rows = sum(count for _, count in words)
    if len(words) > _MOST_WORDS or not into or known <= rows / 2:
        return None
    return (
        ", ".join(f'"{word}"' for word in (*out, *others)) or '"debit"',
        ", ".join(f'"{word}"' for word in into),
        ", ".join(f"{count:,} {word}" for word, count in words[:4]),
    )


def note_one_sided_amounts(
    con: duckdb.DuckDBPyConnection, where: str, report: ImportReport
) -> None:
    """Deposit accounts that only spend, or nearly only receive: their signs are worth a look."""
    [(rows, into)] = con.execute(
        "select count(*), count(*) filter (source.amount like '-%') from source_transactions "
        "as source join source_accounts account on account.account_id = source.account_id "
        f"where account.type = {literal(DEPOSITORY)} and try_cast(source.amount as double) <> 0"
    ).fetchall()
    if rows < _FEWEST_ROWS:
        return
    if into == 0:
        text = f"no money ever comes in: all {rows:,} amounts of deposit accounts are money out"
    elif into >= _MOSTLY * rows:
        text = f"{into:,} of {rows:,} amounts of deposit accounts are money in"
    else:
        return
    remedy = (
        "Positive is money out. If spending is written as negative, say so in a mapping: "
        "transactions: {negate: [amount]}."
    )
    first = con.execute(
        "select _row, amount from source_transactions where amount "
        f"{'not ' if into == 0 else ''}like '-%' limit {SHOWN_ROWS}"
    ).fetchall()
    report.note(
        f"{where}, column amount",
        text,
        remedy,
        rows=rows,
        first_rows=[f"{row} ({value!r})" for row, value in first],
    )


def unsaid_problems(
    con: duckdb.DuckDBPyConnection,
    table: str,
    where: str,
    columns: tuple[str, ...],
    said: TableMapping,
) -> Iterator[Problem]:
    """What `their_<table>` shows of directions and the mapping does not say."""
    split = split_amount_problem(table, where, columns, said)
    if split is not None:
        yield split
        return
    direction = direction_problem(con, table, where, columns, said)
    if direction is not None:
        yield direction
