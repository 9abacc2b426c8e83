"""What items say of people, worked out anew from the published tables.

The queries share nothing with those that chose and worded the items.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.plaid.accounts import CHECKING_SUBTYPES
from spendsense_pipeline.recommendations.facts import HOLDINGS
from spendsense_pipeline.sql import QueryFolder, create_temporary, identifier
from spendsense_pipeline.tables.features import FEATURE_TABLES, FEATURES
from spendsense_pipeline.traces.replay import agrees, replay_stored

if TYPE_CHECKING:
    import duckdb

QUERIES: Final = QueryFolder(__package__)
_MADE: Final = (
    "_evaluation_judged",
    "_evaluation_items",
    "_evaluation_features",
    "_evaluation_known",
    "_evaluation_rows",
    "_evaluation_cited",
    "_evaluation_compared",
    "_evaluation_replayed",
    "_evaluation_traces",
)
_JUDGED: Final = """
    select cast(row_number() over () as integer) as judged_no, user_id, window_days
    from persona_assignments
"""


@contextmanager
def following(con: duckdb.DuckDBPyConnection, *, all_replay: bool) -> Iterator[None]:
    """Make what the figures about items are counted from; temporary, gone afterwards.

    `_evaluation_cited` has a row for each value an item rests on, `_evaluation_compared` one for
    each criterion, `_evaluation_traces` one for each trace.

    Args:
        con: holds recommendations and all they are made from.
        all_replay: whether it is known that every trace replays; else each is replayed.

    Yields:
        Nothing: the tables are there until the block ends.
    """
    try:
        create_temporary(con, "_evaluation_judged", _JUDGED, {})
        QUERIES.create(con, "_evaluation_items", "items.sql", {})
        create_temporary(con, "_evaluation_features", _features(), {})
        _create_known(con)
        for step in ("rows", "cited", "compared"):
            QUERIES.create(con, f"_evaluation_{step}", f"{step}.sql", {})
        _create_replayed(con, all_replay=all_replay)
        QUERIES.create(con, "_evaluation_traces", "traces.sql", {"all_replay": all_replay})
        yield
    finally:
        for name in _MADE:
            con.execute(f"drop table if exists temp.{identifier(name)}")


def _numbers() -> tuple[str, ...]:
    """Features that are numbers, or yes and no."""
    return tuple(
        column.name for column in FEATURES if column.type in ("INTEGER", "DOUBLE", "BOOLEAN")
    )


def _features() -> str:
    """Published features of both windows, those that are yes or no as 1 and 0."""
    columns = ", ".join(f"cast({identifier(name)} as double) as {name}" for name in _numbers())
    return " union all ".join(
        f"select user_id, window_days, {columns} from {identifier(table.name)}"
        for table in FEATURE_TABLES.values()
    )


def _create_known(con: duckdb.DuckDBPyConnection) -> None:
    """Make `_evaluation_known`: `judged_no, fact, value` of every fact that some item names."""
    named = {
        name
        for (name,) in con.execute(
            "select distinct unnest(list_transform(because.features, lambda each: each.feature))"
            " from _evaluation_items union"
            " select distinct unnest(list_transform(criteria, lambda each: each.feature))"
            " from _evaluation_items"
        ).fetchall()
    }
    given = {
        "checking_subtypes": list(CHECKING_SUBTYPES),
        "holding_facts": list(HOLDINGS),
        "holding_types": [holding.type for holding in HOLDINGS.values()],
        "holding_subtypes": ["|".join(holding.subtypes) for holding in HOLDINGS.values()],
    }
    QUERIES.create(con, "_evaluation_known", "further_facts.sql", given)
    if columns := ", ".join(name for name in _numbers() if name in named):
        con.execute(
            f"""
            insert into _evaluation_known
            select judged_no, fact, value
            from (
              unpivot (
                select judged.judged_no, {columns}
                from _evaluation_judged as judged
                join _evaluation_features as feature using (user_id, window_days))
              on {columns} into name fact value value)
            """
        )


def _create_replayed(con: duckdb.DuckDBPyConnection, *, all_replay: bool) -> None:
    """Make `_evaluation_replayed`: `user_id, window_days, agrees`; empty where all are known to."""
    con.execute(
        "create or replace temp table _evaluation_replayed"
        " (user_id varchar, window_days integer, agrees boolean)"
    )
    if all_replay:
        return
    found = [(each.user_id, each.window_days, agrees(each)) for each in replay_stored(con)]
    if found:
        columns = [list(column) for column in zip(*found, strict=True)]
        con.execute(
            "insert into _evaluation_replayed select unnest($1::varchar[]), unnest($2::integer[]),"
            " unnest($3::boolean[])",
            columns,
        )
