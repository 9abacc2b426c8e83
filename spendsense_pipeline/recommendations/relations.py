"""What the queries join: the catalogue as a temporary table of items, and what is known as lists.

An item holds its sentence, its proofs and its criteria as lists whose members say by number which
fact they are about; the facts of a person and window stand in lists in that order. So a row of the
result comes from one row of each, and nothing is grouped.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.recommendations.catalogue import Condition, Item, pieces_of
from spendsense_pipeline.recommendations.facts import TEXT, Fact, facts
from spendsense_pipeline.sql import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

ITEMS: Final = "_advice_items"
"""One row per item: what it is, and pieces, features, rows and conditions as lists."""
TOLD: Final = "_advice_told"
"""One row per person and window: known_no, and by number of fact `values`, `words`, `row_ids`."""
_STRUCTURE: Final = [
    {
        "content_id": "VARCHAR",
        "kind": "VARCHAR",
        "form": "VARCHAR",
        "title": "VARCHAR",
        "version": "VARCHAR",
        "personas": ["VARCHAR"],
        "pieces": [{"words": "VARCHAR", "fact_no": "INTEGER"}],
        "features": [{"head": "VARCHAR", "fact_no": "INTEGER"}],
        "rows": [{"head": "VARCHAR", "fact_no": "INTEGER"}],
        "conditions": [
            {
                "role": "VARCHAR",
                "feature": "VARCHAR",
                "label": "VARCHAR",
                "unit": "VARCHAR",
                "operator": "VARCHAR",
                "threshold": "DOUBLE",
                "full_value": "DOUBLE",
                "counts_as": "DOUBLE",
                "head": "VARCHAR",
                "tail": "VARCHAR",
                "fact_no": "INTEGER",
            }
        ],
    }
]
"""As DuckDB's `from_json` takes it. Heads and tails are what is the same of everybody, as JSON."""


def create_items(con: duckdb.DuckDBPyConnection, items: Iterable[Item]) -> None:
    """Make ITEMS.

    Args:
        con: any connection.
        items: of the catalogue in force, its thresholds bound.
    """
    rows = json.dumps([_item(item) for item in items])
    con.execute(
        f"create or replace temp table {ITEMS} as"
        " select unnest(from_json($items, $structure), max_depth := 2)",
        {"items": rows, "structure": json.dumps(_STRUCTURE)},
    )


def create_told(con: duckdb.DuckDBPyConnection, *, is_printed: bool = True) -> None:
    """Make TOLD of `_advice_facts`: every fact as a number and as it is said; null: unknown.

    Args:
        con: holds `_advice_facts`, and what facts are said with.
        is_printed: whether the words are needed, which takes most of the time; without them a fact
            that could be said is empty.
    """
    every = facts().values()
    values = ("null" if fact.unit == TEXT else fact.name for fact in every)
    words = (printed(fact) if is_printed else _sayable(fact) for fact in every)
    ids = (fact.row or "null" for fact in every)
    con.execute(
        f"create or replace temp table {TOLD} as select known_no,"
        f" cast([{', '.join(values)}] as double[]) as values,"
        f" cast([{', '.join(words)}] as varchar[]) as words,"
        f" cast([{', '.join(ids)}] as varchar[]) as row_ids from _advice_facts"
    )


def fact_no(name: str) -> int:
    """Place of a fact in the lists of TOLD, from 1."""
    return list(facts()).index(name) + 1


def printed(fact: Fact) -> str:
    """SQL of a fact as it is said to a person; null where that cannot be."""
    if not fact.is_citable:
        return "null"
    return fact.name if fact.unit == TEXT else f"said({fact.name}, {literal(fact.unit)})"


def _sayable(fact: Fact) -> str:
    """SQL of a fact that is empty where it can be said to a person, and null where it cannot."""
    return f"case when {fact.name} is not null then '' end" if fact.is_citable else "null"


def template_pieces(template: str) -> list[dict[str, Any]]:
    """A sentence as members of `pieces`: each words, or the number of the fact in its place."""
    return [
        {"words": None, "fact_no": fact_no(piece)}
        if position % 2
        else {"words": piece, "fact_no": None}
        for position, piece in enumerate(pieces_of(template))
        if piece
    ]


def _item(item: Item) -> dict[str, Any]:
    names = dict.fromkeys((*item.slots, *(condition.fact for condition in item.signals)))
    cited = [facts()[name] for name in names]
    signals = len(item.signals)
    return {
        "content_id": item.content_id,
        "kind": item.kind,
        "form": item.form,
        "title": item.title,
        "version": item.version,
        "personas": list(item.personas),
        "pieces": template_pieces(item.rationale),
        "features": [_cited(fact) for fact in cited if not fact.row],
        "rows": [_cited(fact) for fact in cited if fact.row],
        "conditions": [
            _condition(condition, "signal" if position < signals else "eligibility")
            for position, condition in enumerate(item.all_conditions)
        ],
    }


def about_cited(fact: Fact) -> dict[str, Any]:
    """What a proof says of a fact whoever it is about: where to look it up, and its unit."""
    if not fact.row:
        return {"feature": fact.name, "unit": fact.unit}
    table, _, column = fact.origin.partition(".")
    return {"slot": fact.name, "unit": fact.unit, "table": table, "column": column}


def _cited(fact: Fact) -> dict[str, Any]:
    return {"head": _opened(about_cited(fact)), "fact_no": fact_no(fact.name)}


def _condition(condition: Condition, role: str) -> dict[str, Any]:
    fact = facts()[condition.fact]
    about = {
        "role": role,
        "feature": fact.name,
        "unit": fact.unit,
        "operator": condition.operator.sql,
        "threshold": condition.threshold,
    }
    tail = f',"criterion":{json.dumps(condition.criterion)}}}'
    written = {"head": _opened(about), "tail": tail}
    graded = {"full_value": condition.full, "counts_as": condition.counts_as}
    return {**about, **written, **graded, "label": fact.label, "fact_no": fact_no(fact.name)}


def _opened(about: dict[str, Any]) -> str:
    """JSON of an object that goes on."""
    return json.dumps(about, separators=(",", ":"), ensure_ascii=False)[:-1]
