"""Plaid's words as other people spell them: `Depository`, `CREDIT_CARD`, `food and drink`.

Case and the choice between blank and underscore say nothing; they are read away before anything is
judged. The vocabulary is a few temporary tables that the judges share.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from spendsense_pipeline.importing.mapping import IMPORTABLE_TABLES
from spendsense_pipeline.plaid.accounts import SUBTYPES
from spendsense_pipeline.plaid.categories import UNCONFIRMED_CODES, category_rows, primary_of
from spendsense_pipeline.sql import identifier, literal


def create_vocabulary(con: duckdb.DuckDBPyConnection) -> None:
    """`plaid_category (detailed, primary_code)` and `plaid_account (type, subtype)`."""
    categories = [(code, primary) for code, primary, *_ in category_rows()]
    categories += [(code, primary_of(code)) for code in UNCONFIRMED_CODES]
    accounts = [(type_, subtype) for type_, subtypes in SUBTYPES.items() for subtype in subtypes]
    _create_pairs(con, "plaid_category", "detailed, primary_code", categories)
    _create_pairs(con, "plaid_account", "type, subtype", accounts)


def _create_pairs(
    con: duckdb.DuckDBPyConnection, name: str, columns: str, pairs: Iterable[tuple[str, str]]
) -> None:
    rows = ", ".join(f"({literal(one)}, {literal(other)})" for one, other in pairs)
    con.execute(
        f"create or replace temp table {name} as select * from (values {rows}) as pair ({columns})"
    )


def read_away_spelling(con: duckdb.DuckDBPyConnection) -> None:
    """Write what is one of Plaid's words, or ours, as Plaid or we do."""
    con.execute(
        "update source_accounts set type = lower(type), "
        "subtype = coalesce((select any_value(known.subtype) from plaid_account known "
        "where lower(known.subtype) = replace(lower(source_accounts.subtype), '_', ' ')), subtype) "
        "where type <> lower(type) or subtype not in (select subtype from plaid_account)"
    )
    for known, name in (("primary_code", "category_primary"), ("detailed", "category_detailed")):
        code = f"regexp_replace(upper({name}), '[ _]+', '_', 'g')"
        codes = f"(select {known} from plaid_category)"
        con.execute(
            f"update source_transactions set {name} = {code} "
            f"where {name} not in {codes} and {code} in {codes}"
        )
    for table, declared in IMPORTABLE_TABLES.items():
        for column in declared.columns:
            if column.allowed:
                _spell(con, table, identifier(column.name), column.allowed)


def _spell(con: duckdb.DuckDBPyConnection, table: str, name: str, allowed: Iterable[str]) -> None:
    """Spell a column's words as they are allowed; others are left for the judges."""
    words = ", ".join(map(literal, allowed))
    plain = f"replace(lower({name}), '_', ' ')"
    whens = " ".join(
        f"when {literal(word.lower().replace('_', ' '))} then {literal(word)}" for word in allowed
    )
    con.execute(
        f'update "source_{table}" set {name} = case {plain} {whens} else {name} end '
        f"where {name} not in ({words})"
    )
