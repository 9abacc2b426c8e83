"""Chooses: which items fit each person, how severe what they answer is, and the few that are shown.

The catalogue becomes one query over `_advice_facts`: a column per criterion, then a verdict per
item. Within a quarter of severity the order is a draw keyed by person and item, so that small moves
of figures change nobody's list from night to night.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.personas.rules import PERSONA_KEYS
from spendsense_pipeline.recommendations.catalogue import Catalogue, Condition, Item
from spendsense_pipeline.recommendations.products import PRODUCTS
from spendsense_pipeline.recommendations.templates import all_known
from spendsense_pipeline.sql import QueryFolder, create_temporary, literal, number
from spendsense_pipeline.tables.advice import MOST_ITEMS

if TYPE_CHECKING:
    import duckdb

QUERIES = QueryFolder(__package__)
CANDIDATES: Final = "_advice_candidates"
"""known_no, user_id, window_days, content_id, kind, version, persona, severity, verdicts."""
CHOSEN: Final = "_advice_chosen"
"""Those of CANDIDATES that are shown, with their rank and recommendation_id."""
SEVERITY_STEPS: Final = 4


def create_candidates(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Make CANDIDATES: every item that fits, per person and window of `_advice_facts`.

    Args:
        con: where `knowing` is at work.
        catalogue: the one in force, its thresholds bound.
    """
    conditions = tuple(
        dict.fromkeys(itertools.chain.from_iterable(all_conditions(item) for item in catalogue))
    )
    names = {condition: f"c{number_}" for number_, condition in enumerate(conditions)}
    columns = [
        *(f"{holds(condition)} as {names[condition]}" for condition in conditions),
        *(f"list_contains(personas, {literal(key)}) as is_{key}" for key in PERSONA_KEYS),
    ]
    fitting = ",\n".join(_fit(item, names) for item in catalogue)
    create_temporary(
        con,
        CANDIDATES,
        f"""
        with judged as (select *, {", ".join(columns)} from _advice_facts),
        listed as (
          select known_no, user_id, window_days,
            unnest(list_filter([{fitting}], lambda item: item is not null)) as item
          from judged as known
        )
        select known_no, user_id, window_days, unnest(item) from listed
        """,
        {},
    )


def create_chosen(con: duckdb.DuckDBPyConnection, *, world: str) -> None:
    """Make CHOSEN: of CANDIDATES the few that are shown, ranked, with their ids.

    Args:
        con: where CANDIDATES are.
        world: what ids are made from beside person and item; see `build.world_of`.
    """
    given = {"severity_steps": SEVERITY_STEPS, "personas": list(PERSONA_KEYS), "world": world}
    most = {f"most_{kind}": most for kind, most in MOST_ITEMS.items()}
    QUERIES.create(con, CHOSEN, "chosen.sql", given | most)


def all_conditions(item: Item) -> tuple[Condition, ...]:
    """The criteria of an item, and of an offer that one does not have its product already."""
    return (*item.conditions, *not_held(item))


def not_held(item: Item) -> tuple[Condition, ...]:
    """That a person has not got the product, where an account would show it."""
    from spendsense_pipeline.personas.criteria import IS

    held = PRODUCTS.get(item.product_kind or "")
    condition = Condition(held, IS, 0.0) if held else None
    return (condition,) if condition and condition not in item.eligibility else ()


def holds(condition: Condition) -> str:
    """SQL of whether a criterion holds; missing data satisfies nothing."""
    return (
        f"coalesce({condition.fact} {condition.operator.sql} {number(condition.threshold)}, false)"
    )


def severity(condition: Condition) -> str:
    """SQL of how far a criterion that holds goes, 0 at its threshold and 1 at its full value."""
    if condition.full is None:
        return number(condition.counts_as)
    beyond = f"({condition.fact} - {number(condition.threshold)})"
    return f"greatest(0e0, least({beyond} / {number(condition.full - condition.threshold)}, 1e0))"


def _fit(item: Item, names: dict[Condition, str]) -> str:
    """SQL of the item as a candidate, null where it does not fit."""
    signals = [names[condition] for condition in item.signals]
    needed = [names[condition] for condition in all_conditions(item)[len(signals) :]]
    required = [
        _any(f"is_{key}" for key in item.personas),
        _any(signals),
        *needed,
        all_known(item.slots, "known"),
    ]
    persona = " ".join(
        f"when is_{key} then {literal(key)}" for key in PERSONA_KEYS if key in item.personas
    )
    strengths = ", ".join(
        f"case when {name} then {severity(condition)} end"
        for condition, name in zip(item.signals, signals, strict=True)
    )
    verdicts = " || ".join(f"if({name}, '1', '0')" for name in signals)
    return (
        f"case when {' and '.join(required)} then {{content_id: {literal(item.content_id)}, "
        f"kind: {literal(item.kind)}, version: {literal(item.version)}, "
        f"persona: case {persona} end, severity: greatest({strengths}), verdicts: {verdicts}}} end"
    )


def _any(names: Iterable[str]) -> str:
    options: Sequence[str] = list(names)
    return f"({' or '.join(options)})"
