"""Plaid's words as other people spell them: `Depository`, `CREDIT_CARD`, `food and drink`.

Case and the choice between blank and underscore say nothing; they are read away before anything is
judged. The vocabulary is a few temporary tables that the judges share.
"""

from __future__ import annotations

import duckdb

from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES
from spendsense_pipeline.plaid.accounts import SUBTYPES
from spendsense_pipeline.plaid.categories import UNCONFIRMED_CODES, category_rows, primary_of
from spendsense_pipeline.sql import identifier


def create_vocabulary(con: duckdb.DuckDBPyConnection) -> None:
    """`plaid_category (detailed, primary_code)` and `plaid_account (type, subtype)`."""
    con.execute(
        "create or replace temp table plaid_category (detailed varchar, primary_code varchar)"
    )
    con.executemany(
        "insert into plaid_category values (?, ?)",
        [(code, primary) for code, primary, *_ in category_rows()]
        + [(code, primary_of(code)) for code in UNCONFIRMED_CODES],
    )
    con.execute("create or replace temp table plaid_account (type varchar, subtype varchar)")
    con.executemany(
        "insert into plaid_account values (?, ?)",
        [(type_, subtype) for type_, subtypes in SUBTYPES.items() for subtype in subtypes],
    )


def read_away_spelling(con: duckdb.DuckDBPyConnection) -> None:
    """Write what is one of Plaid's words, or ours, as Plaid or we do."""
    con.execute(
        "update source_accounts set type = lower(trim(type)), "
        "subtype = coalesce((select any_value(known.subtype) from plaid_account known "
        "where lower(known.subtype) = replace(lower(source_accounts.subtype), '_', ' ')), subtype) "
        "where type <> lower(trim(type)) or subtype not in (select subtype from plaid_account)"
    )
    for code_column in ("category_primary", "category_detailed"):
        code = f"regexp_replace(upper({code_column}), '[ _]+', '_', 'g')"
        con.execute(
            f"update source_transactions set {code_column} = {code} "
            f"where {code_column} <> {code} and {code} "
            "in (select detailed from plaid_category union select primary_code from plaid_category)"
        )
    for table, declared in IMPORTABLE_TABLES.items():
        for column in declared.columns:
            if not column.allowed:
                continue
            name = identifier(column.name)
            for word in column.allowed:
                con.execute(
                    f'update "source_{table}" set {name} = ? where {name} <> ? and '
                    f"replace(lower({name}), '_', ' ') = replace(lower(?), '_', ' ')",
                    [word, word, word],
                )
