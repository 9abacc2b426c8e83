"""What is new or odd in one value costs that value, with a note; its row is read.

A bank invents a subtype, Plaid adds a category, an account has no balance: nobody else's rows are
worse for it. What would make a whole column a guess is refused by `values.py` and `relations.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import duckdb

from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES
from spendsense_pipeline.importing.problems import Problem, count_of
from spendsense_pipeline.importing.report import SHOWN_ROWS, ImportReport
from spendsense_pipeline.plaid.accounts import CREDIT, DEPOSITORY, LOAN
from spendsense_pipeline.sql import identifier, literal
from spendsense_pipeline.tables.declaration import MONEY

# Tables of terms, the type of account that has them, and what such accounts are called.
_TERMS_OF = (
    ("liabilities", CREDIT, "cards"),
    ("card_statements", CREDIT, "cards"),
    ("loans", LOAN, "loans"),
)
# Plaid's word for a holder it cannot tell; no holder at all would be taken for a person.
_UNKNOWN_HOLDER = "unrecognized"
_MEASURED = f"('{DEPOSITORY}', '{CREDIT}')"
_FRACTION = "try_cast({0} as double) is not null and isfinite({0}::double) and " + (
    "abs({0}::double * 100 - round({0}::double * 100)) > 1e-4"
)


@dataclass(frozen=True)
class _Oddity:
    """Rows of `source_<table> as source` with something odd; `value` is shown beside the row."""

    table: str
    column: str
    value: str
    is_odd: str
    text: str
    remedy: str
    becomes: str = ""
    """Assignments that leave it out; empty where it is only worth a look."""


def leave_out_odd_values(
    con: duckdb.DuckDBPyConnection,
    names: Mapping[str, str],
    given: Mapping[str, Collection[str]],
    report: ImportReport,
) -> None:
    """Note what is odd in the source tables that were brought, and leave its value out.

    Args:
        con: holds `source_<table>` and the vocabulary of `spelling.py`.
        names: what messages call the tables that were brought.
        given: their columns that were; a column that was not can hold nothing odd.
        report: takes the notes.
    """
    for oddity in _oddities():
        if oddity.table not in names or not (
            oddity.column in given[oddity.table] or oddity.table == "accounts"
        ):
            continue
        table = f'"source_{oddity.table}"'
        rows = con.execute(
            f"select _row, {oddity.value}, count(*) over () from {table} as source "
            f"where {oddity.is_odd} limit {SHOWN_ROWS}"
        ).fetchall()
        if not rows:
            continue
        if oddity.becomes:
            con.execute(f"update {table} as source set {oddity.becomes} where {oddity.is_odd}")
        report.note(
            f"{names[oddity.table]}, column {oddity.column}",
            oddity.text.format(n=count_of(rows[0][2], "row")),
            oddity.remedy,
            rows=rows[0][2],
            first_rows=[f"{row} ({value!r})" if value else row for row, value, _ in rows],
        )
    _set_terms_of_others_aside(con, names, report)


def unmeasured_problems(
    con: duckdb.DuckDBPyConnection, names: Mapping[str, str]
) -> Iterator[Problem]:
    """Accounts none of which has a type we know: nothing would be measured, which nobody means."""
    [(accounts, known)] = con.execute(
        "select count(*), count(*) filter (type in (select type from plaid_account) "
        f"or type in {_SUBTYPES_OF_ONE_TYPE}) from source_accounts"
    ).fetchall()
    if accounts and not known:
        rows = con.execute(f"select _row, type from source_accounts limit {SHOWN_ROWS}").fetchall()
        yield Problem(
            "unknown_account_type",
            f"{names['accounts']}, column type",
            "no account has a type Plaid has",
            "Write depository, credit, loan, investment or other, or map the values: "
            "accounts: {values: {type: {their word: ours}}}.",
            accounts,
            tuple(f"{row} ({value!r})" for row, value in rows),
        )


def _oddities() -> Iterator[_Oddity]:
    yield from _odd_accounts()
    yield from _odd_categories()
    for table, declared in IMPORTABLE_TABLES.items():
        for column in declared.columns:
            name = identifier(column.name)
            # What may not be missing, such as consent, is never guessed but refused.
            if column.allowed and column.nullable:
                words = ", ".join(literal(word) for word in column.allowed)
                becomes = "null"
                if column.name == "holder_category":
                    becomes = literal(_UNKNOWN_HOLDER)
                yield _Oddity(
                    table,
                    column.name,
                    f"source.{name}",
                    f"source.{name} not in ({words})",
                    f"{{n}} with a word we do not know, read as {becomes}",
                    f"Use one of {', '.join(column.allowed)}, or map the values (--mapping).",
                    f"{name} = {becomes}",
                )
    yield from _odd_amounts()


def _odd_accounts() -> Iterator[_Oddity]:
    pair = "concat_ws('/', source.type, source.subtype)"
    say = "Say what it is in a mapping: accounts: {values: {subtype: {their word: ours}}}."
    known_types = "(select type from plaid_account)"
    yield _Oddity(
        "accounts",
        "type",
        pair,
        f"source.type not in {known_types} and source.type in {_SUBTYPES_OF_ONE_TYPE} "
        "and coalesce(source.subtype, source.type) = source.type",
        "{n} with a subtype in the place of the type, read as that subtype",
        "Write the type Plaid has for it: depository, credit, loan, investment, other.",
        "subtype = source.type, type = (select any_value(known.type) from plaid_account known "
        "where known.subtype = source.type)",
    )
    yield _Oddity(
        "accounts",
        "type",
        pair,
        f"source.type is null or source.type not in {known_types}",
        "{n} of a type Plaid does not have: read as other, and not measured",
        "Say what it is in a mapping: accounts: {values: {type: {their word: ours}}}.",
        "type = 'other', subtype = null",
    )
    yield _Oddity(
        "accounts",
        "subtype",
        pair,
        "source.subtype is not null and (source.type, source.subtype) not in "
        "(select (type, subtype) from plaid_account)",
        "{n} with a subtype Plaid does not have for that type: read without one",
        say,
        "subtype = null",
    )
    yield _Oddity(
        "accounts",
        "subtype",
        "concat_ws(' ', source.account_id, source.type)",
        f"source.subtype is null and source.type in {_MEASURED}",
        "{n} without a subtype: only what is spent from them is measured",
        say,
    )
    yield _Oddity(
        "accounts",
        "subtype",
        "concat_ws(' ', source.account_id, source.type)",
        f"source.subtype is null and source.type not in {_MEASURED}",
        "{n} without a subtype, of types that are not measured",
        say,
    )
    yield _Oddity(
        "accounts",
        "balance_current",
        "source.account_id",
        "source.balance_current is null",
        "{n} without a balance: their rows count, their balances are unknown",
        "Add the balance as of that day, if it is known.",
    )
    number = "try_cast(source.balance_current as double)"
    share = (
        "concat(source.account_id, ' ', source.balance_current, "
        "case when try_cast(source.balance_limit as double) > 0 then "
        f"concat(', ', round(100 * {number} / source.balance_limit::double, 1), ' % of its limit') "
        "end)"
    )
    yield _Oddity(
        "accounts",
        "balance_current",
        share,
        f"source.type = '{CREDIT}' and {number} < 0",
        "{n} in credit: the bank owes money on the card",
        "If what is owed is written as negative, say so in a mapping: "
        "accounts: {negate: [balance_current]} turns what accounts owe.",
    )


# Words that name a subtype of one type alone.
_SUBTYPES_OF_ONE_TYPE = (
    "(select subtype from plaid_account group by subtype having count(*) = 1 "
    "and not bool_or(type = 'other'))"
)


def _odd_categories() -> Iterator[_Oddity]:
    pair = "concat_ws('/', source.category_primary, source.category_detailed)"
    remedy = (
        "Say what it is in a mapping: transactions: {values: {category_detailed: {their code: "
        "ours}}}."
    )
    unknown = (
        "source.category_detailed is not null and source.category_detailed not in "
        "(select detailed from plaid_category)"
    )
    yield _Oddity(
        "transactions",
        "category_detailed",
        pair,
        unknown,
        "{n} with a category Plaid does not have: judged by the primary one",
        remedy,
        # A code that begins with a primary one says at least that much.
        "category_primary = coalesce(source.category_primary, (select max(known.primary_code) "
        "from plaid_category known where starts_with(source.category_detailed, "
        "known.primary_code || '_'))), category_detailed = null",
    )
    yield _Oddity(
        "transactions",
        "category_primary",
        pair,
        "exists (select 1 from plaid_category p where p.detailed = source.category_detailed "
        "and p.primary_code <> source.category_primary)",
        "{n} whose detailed category belongs to another primary: the detailed one counts",
        "Nothing to do, or correct one of the two.",
        "category_primary = (select any_value(p.primary_code) from plaid_category p "
        "where p.detailed = source.category_detailed)",
    )
    yield _Oddity(
        "transactions",
        "category_primary",
        "source.category_primary",
        "source.category_primary is not null and source.category_primary not in "
        "(select primary_code from plaid_category)",
        "{n} with a primary category Plaid does not have: read without one",
        remedy.replace("category_detailed", "category_primary"),
        "category_primary = null",
    )


def _odd_amounts() -> Iterator[_Oddity]:
    """Fractions of a cent where no feature looks: shares and coins are valued so."""
    owner = (
        "(select account.type from source_accounts account "
        "where account.account_id = source.account_id)"
    )
    for table in ("accounts", "transactions", "loans"):
        type_ = "source.type" if table == "accounts" else owner
        for column in IMPORTABLE_TABLES[table].columns:
            if column.type == MONEY:
                name = f"source.{identifier(column.name)}"
                yield _Oddity(
                    table,
                    column.name,
                    f"concat_ws(' ', source.account_id, {name})",
                    f"{_FRACTION.format(name)} and {type_} not in {_MEASURED}",
                    "{n} with fractions of a cent on accounts that are not measured: rounded",
                    "Nothing to do.",
                    f"{identifier(column.name)} = round({name}::double, 2)::varchar",
                )
    for table, declared in IMPORTABLE_TABLES.items():
        key = declared.primary_key[0]
        yield _Oddity(
            table,
            key,
            f"source.{identifier(key)}",
            rf"regexp_matches(source.{identifier(key)}, '^\d\.\d+[eE]\+\d+$')",
            "{n} with an id that a spreadsheet rounded",
            "Export it again without opening it in a spreadsheet, or format the column as text.",
        )


def _set_terms_of_others_aside(
    con: duckdb.DuckDBPyConnection, names: Mapping[str, str], report: ImportReport
) -> None:
    """Liabilities and statements of accounts that are no cards, loans that are none: nothing
    measures them.
    """
    for table, type_, noun in _TERMS_OF:
        if table not in names:
            continue
        condition = (
            "account_id in (select account_id from source_accounts "
            f"where type is distinct from '{type_}')"
        )
        rows = con.execute(
            f'select _row, account_id, count(*) over () from "source_{table}" where {condition} '
            f"limit {SHOWN_ROWS}"
        ).fetchall()
        if rows:
            con.execute(f'delete from "source_{table}" where {condition}')
            why = f"of accounts that are no {noun}"
            report.set_aside(
                names[table], rows[0][2], why, [f"{row} ({value!r})" for row, value, _ in rows]
            )
