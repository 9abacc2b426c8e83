"""How many items are written for people's personas, and how many of these are left at each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.recommendations.catalogue import Catalogue
from spendsense_pipeline.recommendations.knowing import QUERIES, knowing
from spendsense_pipeline.recommendations.relations import ITEMS, TOLD, create_items, create_told

if TYPE_CHECKING:
    import duckdb

MOST_PEOPLE = 1_000
"""Whom it is counted of: the first so many, whose shares are everybody's to a few per cent."""


@dataclass(frozen=True)
class Funnel:
    """Items of one kind, of a number of people in both windows.

    Attributes:
        kind: education or offer.
        written: for some persona of the person's.
        answered: of these, those of which a signal holds.
        eligible: of these, those whose criteria hold and whose rationale can be said.
        shown: of these, those that were recommended.
    """

    kind: str
    written: int
    answered: int
    eligible: int
    shown: int


def funnel(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> tuple[Funnel, ...]:
    """The steps of the first people, per kind of item.

    Args:
        con: holds recommendations and all they are made from.
        catalogue: the one they were made with.

    Returns:
        Education, then offers; nothing where nobody was judged.
    """
    people = (
        f"select distinct user_id from persona_assignments order by user_id limit {MOST_PEOPLE}"
    )
    with knowing(con, people):
        create_items(con, catalogue)
        create_told(con)
        rows = con.execute(QUERIES.text("funnel.sql")).fetchall()
    for table in (ITEMS, TOLD):
        con.execute(f"drop table temp.{table}")
    return tuple(Funnel(*row) for row in rows)
