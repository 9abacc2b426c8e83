"""Writes `recommendations`, `recommendation_shortfalls` and `content_items`.

Reads what is published: rounded features, assignments, traces and the raw tables. So whoever has
the dataset can derive every item again.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.features.build import PEOPLE_AT_ONCE
from spendsense_pipeline.recommendations.catalogue import Catalogue
from spendsense_pipeline.recommendations.knowing import knowing
from spendsense_pipeline.recommendations.relations import ITEMS, TOLD, create_items, create_told
from spendsense_pipeline.recommendations.selection import (
    CANDIDATES,
    CHOSEN,
    create_candidates,
    create_chosen,
)
from spendsense_pipeline.sql import QueryFolder, literal
from spendsense_pipeline.tables.advice import (
    CONTENT_ITEMS,
    DISCLOSURE,
    FEWEST_ITEMS,
    RECOMMENDATION_SHORTFALLS,
    RECOMMENDATIONS,
)

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

QUERIES = QueryFolder(__package__)
PENDING: Final = "pending"
APPROVED: Final = "approved"


def build_recommendations(
    con: duckdb.DuckDBPyConnection,
    *,
    resolved: ResolvedConfig,
    catalogue: Catalogue,
    people_at_once: int = PEOPLE_AT_ONCE,
) -> None:
    """Create or replace `recommendations` and `recommendation_shortfalls` for everybody judged.

    Args:
        con: holds assignments, traces, features and raw tables of one day.
        resolved: the configuration of the run.
        catalogue: the one in force.
        people_at_once: the most people advised at once; changes the memory, never the rows.
    """
    con.execute(RECOMMENDATIONS.create_sql())
    con.execute(RECOMMENDATION_SHORTFALLS.create_sql())
    create_items(con, catalogue)
    [(judged,)] = con.execute("select count(distinct user_id) from persona_assignments").fetchall()
    for first in range(0, judged, people_at_once):
        people = (
            "select distinct user_id from persona_assignments order by user_id"
            f" limit {people_at_once} offset {first}"
        )
        with knowing(con, people):
            _advise_people(con, resolved, catalogue)
    con.execute(f"drop table temp.{ITEMS}")


def _advise_people(
    con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig, catalogue: Catalogue
) -> None:
    """Append what the people at hand are recommended, and of what too little fits them."""
    create_told(con)
    create_candidates(con)
    create_chosen(con, world=resolved.world_id)
    given = {
        "catalog_version": catalogue.version,
        "disclosure": DISCLOSURE,
        "status": status_unreviewed(resolved),
    }
    QUERIES.append(con, RECOMMENDATIONS.name, "documents.sql", given)
    least = {"kinds": list(FEWEST_ITEMS), "least_counts": list(FEWEST_ITEMS.values())}
    QUERIES.append(con, RECOMMENDATION_SHORTFALLS.name, "shortfalls.sql", least)
    for table in (CHOSEN, CANDIDATES, TOLD):
        con.execute(f"drop table temp.{table}")


def eligible_ids(
    con: duckdb.DuckDBPyConnection,
    *,
    resolved: ResolvedConfig,
    catalogue: Catalogue,
    user_ids: Collection[str],
) -> frozenset[str]:
    """Ids of every item that fits some people, whether there was room to show it or not.

    Args:
        con: as of `build_recommendations`.
        resolved: the configuration of the run.
        catalogue: the one in force.
        user_ids: the people; those who are not judged have none.

    Returns:
        Ids as in `recommendations`.
    """
    if not user_ids:
        return frozenset()
    with knowing(con, f"select unnest({literal(sorted(user_ids))}) as user_id"):
        create_items(con, catalogue)
        create_told(con)
        create_candidates(con)
        rows = con.execute(
            "select distinct id_of($world, user_id, content_id, version, persona, verdicts)"
            f" from {CANDIDATES}",
            {"world": resolved.world_id},
        ).fetchall()
    for table in (CANDIDATES, ITEMS, TOLD):
        con.execute(f"drop table temp.{table}")
    return frozenset(item_id for (item_id,) in rows)


def write_content_items(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Create or replace `content_items`.

    Args:
        con: the warehouse.
        catalogue: the one in force.
    """
    con.execute(CONTENT_ITEMS.create_sql())
    rows = json.dumps(
        [
            {name: getattr(item, name, catalogue.version) for name in CONTENT_ITEMS.column_names}
            for item in sorted(catalogue, key=lambda item: item.content_id)
        ]
    )
    structure = json.dumps([{column.name: column.type for column in CONTENT_ITEMS.columns}])
    con.execute(
        "insert into content_items select unnest(from_json($rows, $structure), max_depth := 2)",
        {"rows": rows, "structure": structure},
    )


def status_unreviewed(resolved: ResolvedConfig) -> str:
    """State of an item nobody has said anything about."""
    return APPROVED if resolved.controls.review_policy == "automatic" else PENDING
