"""Gathers what is known of people into `_advice_facts`: a row per person and window, a column per
fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.plaid.accounts import CHECKING_SUBTYPES
from spendsense_pipeline.recommendations.facts import HOLDINGS, facts
from spendsense_pipeline.sql import QueryFolder, create_temporary, identifier, literal
from spendsense_pipeline.tables.features import FEATURE_TABLES, FEATURES_BY_NAME

if TYPE_CHECKING:
    import duckdb

QUERIES = QueryFolder(__package__)
KNOWN: Final = "_advice_facts"
_STEPS: Final = (
    KNOWN,
    "_advice_slots",
    "_advice_balances",
    "_advice_held",
    "_advice_features",
    "_advice_people",
)


@contextmanager
def knowing(con: duckdb.DuckDBPyConnection, people: str | None = None) -> Iterator[None]:
    """Make `_advice_facts`; temporary, gone afterwards.

    Args:
        con: holds assignments, traces, features and raw tables of one day.
        people: query of the user ids at hand; None: everybody with an assignment.

    Yields:
        Nothing: the table is there until the block ends.
    """
    everybody = "select distinct user_id from persona_assignments"
    for macros in ("printing.sql", "judging.sql"):
        con.execute(QUERIES.text(macros))
    try:
        create_temporary(con, "_advice_people", people or everybody, {})
        create_temporary(con, "_advice_features", _features(), {})
        create_temporary(con, "_advice_held", _held(), {})
        given = {"checking_subtypes": list(CHECKING_SUBTYPES)}
        create_temporary(con, "_advice_balances", QUERIES.text("balances.sql"), given)
        create_temporary(con, "_advice_slots", QUERIES.text("slots.sql"), {})
        create_temporary(con, KNOWN, QUERIES.text("facts.sql"), {})
        yield
    finally:
        for name in _STEPS:
            con.execute(f"drop table if exists temp.{identifier(name)}")


def _features() -> str:
    """Published features of both windows as numbers, yes and no as 1 and 0."""
    names = [name for name in facts() if name in FEATURES_BY_NAME]
    columns = ", ".join(f"cast({name} as double) as {name}" for name in names)
    return " union all ".join(
        f"select user_id, window_days, {columns} from {identifier(table.name)}"
        " semi join _advice_people using (user_id)"
        for table in FEATURE_TABLES.values()
    )


def _held() -> str:
    """Which products the accounts of the people at hand show, a column each."""
    columns = ", ".join(
        f"cast(coalesce(bool_or(type = {literal(holding.type)} and list_contains("
        f"{literal(holding.subtypes)}, subtype)), false) as double) as {name}"
        for name, holding in HOLDINGS.items()
    )
    return (
        f"select user_id, {columns} from raw_accounts semi join _advice_people using (user_id)"
        " where holder_category is distinct from 'business' group by user_id"
    )
