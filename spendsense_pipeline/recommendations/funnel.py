"""How many items are written for people's personas, and how many of these are left at each step."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.recommendations.catalogue import Catalogue, Condition, Item
from spendsense_pipeline.recommendations.knowing import knowing
from spendsense_pipeline.recommendations.selection import all_conditions, holds
from spendsense_pipeline.recommendations.templates import all_known
from spendsense_pipeline.sql import literal

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
    conditions = tuple(
        dict.fromkeys(itertools.chain.from_iterable(all_conditions(item) for item in catalogue))
    )
    names = {condition: f"c{place}" for place, condition in enumerate(conditions)}
    flags = ", ".join(f"{holds(condition)} as {name}" for condition, name in names.items())
    steps = ", ".join(_steps(item, names) for item in catalogue)
    people = (
        f"select distinct user_id from persona_assignments order by user_id limit {MOST_PEOPLE}"
    )
    with knowing(con, people):
        rows = con.execute(
            f"""
            with judged as (select *, {flags} from _advice_facts),
            listed as (select unnest([{steps}]) as item from judged as known),
            shown as (
              select kind, count(*) as items from recommendations
              semi join _advice_people using (user_id) group by kind)
            select item.kind, count(*) filter (item.written), count(*) filter (item.answered),
              count(*) filter (item.eligible), coalesce(any_value(shown.items), 0)
            from listed left join shown on shown.kind = item.kind
            group by item.kind order by item.kind
            """
        ).fetchall()
    return tuple(Funnel(*row) for row in rows)


def _steps(item: Item, names: dict[Condition, str]) -> str:
    """SQL of how far the item gets with a person."""
    signals = [names[condition] for condition in item.signals]
    needed = [names[condition] for condition in all_conditions(item)[len(signals) :]]
    meant = [key for key in PERSONA_KEYS if key in item.personas]
    written = f"list_has_any(personas, {literal(meant)})"
    answered = f"{written} and ({' or '.join(signals)})"
    eligible = " and ".join([answered, *needed, all_known(item.slots, "known")])
    return (
        f"{{kind: {literal(item.kind)}, written: {written}, answered: {answered},"
        f" eligible: {eligible}}}"
    )
