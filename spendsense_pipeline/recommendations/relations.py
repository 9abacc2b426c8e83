"""The catalogue as small temporary tables for the queries to join, and what is known as rows.

Nothing in the former depends on a person; everything a query says of an item it reads here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.recommendations.catalogue import Catalogue, pieces_of
from spendsense_pipeline.recommendations.facts import TEXT, facts
from spendsense_pipeline.recommendations.selection import all_conditions
from spendsense_pipeline.sql import literal

if TYPE_CHECKING:
    import duckdb

VALUES: Final = "_advice_values"
"""known_no, fact, value, words: what is known of everybody; `words` of text and of rows' ids."""
RELATIONS: Final = {
    "_advice_items": (
        "content_id varchar, kind varchar, form varchar, title varchar, personas varchar[]"
    ),
    "_advice_pieces": "content_id varchar, position integer, words varchar, fact varchar",
    "_advice_cited": "content_id varchar, position integer, fact varchar",
    "_advice_conditions": (
        "content_id varchar, position integer, role varchar, fact varchar, operator varchar, "
        "threshold double, criterion varchar"
    ),
    "_advice_known": (
        "fact varchar, unit varchar, label varchar, origin varchar, origin_column varchar, "
        "row_name varchar, is_citable boolean"
    ),
}
_ROWS_AT_ONCE: Final = 500


def create_relations(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Make RELATIONS.

    Args:
        con: any connection.
        catalogue: the one in force, its thresholds bound.
    """
    rows = {
        "_advice_items": (
            (item.content_id, item.kind, item.form, item.title, item.personas) for item in catalogue
        ),
        "_advice_pieces": _pieces(catalogue),
        "_advice_cited": _cited(catalogue),
        "_advice_conditions": _conditions(catalogue),
        "_advice_known": (
            (
                fact.name,
                fact.unit,
                fact.label,
                *(fact.origin.split(".") if fact.row else (fact.origin, None)),
                fact.row or None,
                fact.is_citable,
            )
            for fact in facts().values()
        ),
    }
    for name, columns in RELATIONS.items():
        con.execute(f"create or replace temp table {name} ({columns})")
        values = [f"({', '.join(map(written, row))})" for row in rows[name]]
        for first in range(0, len(values), _ROWS_AT_ONCE):
            con.execute(f"insert into {name} values {', '.join(values[first:][:_ROWS_AT_ONCE])}")


def create_values(con: duckdb.DuckDBPyConnection) -> None:
    """Make VALUES of `_advice_facts`: a row for each thing that is known, none for what is not."""
    texts = [fact.name for fact in facts().values() if fact.unit == TEXT]
    rows = sorted({fact.row for fact in facts().values() if fact.row})
    numbers = [fact.name for fact in facts().values() if fact.unit != TEXT]
    as_numbers = ", ".join(f"cast({name} as double) as {name}" for name in numbers)
    con.execute(
        f"""
        create or replace temp table {VALUES} as
        select known_no, fact, value, cast(null as varchar) as words
        from (unpivot (select known_no, {as_numbers} from _advice_facts)
          on {", ".join(numbers)} into name fact value value)
        union all
        select known_no, fact, null, words
        from (unpivot (select known_no, {", ".join((*texts, *rows))} from _advice_facts)
          on {", ".join((*texts, *rows))} into name fact value words)
        """
    )


def _pieces(catalogue: Catalogue) -> Iterator[tuple[object, ...]]:
    for item in catalogue:
        for position, piece in enumerate(pieces_of(item.rationale)):
            is_slot = position % 2 == 1
            if piece:
                yield (
                    item.content_id,
                    position,
                    None if is_slot else piece,
                    piece if is_slot else None,
                )


def _cited(catalogue: Catalogue) -> Iterator[tuple[object, ...]]:
    for item in catalogue:
        names = dict.fromkeys((*item.slots, *(condition.fact for condition in item.signals)))
        for position, name in enumerate(names):
            yield item.content_id, position, name


def _conditions(catalogue: Catalogue) -> Iterator[tuple[object, ...]]:
    for item in catalogue:
        for position, condition in enumerate(all_conditions(item)):
            yield (
                item.content_id,
                position,
                "signal" if position < len(item.signals) else "eligibility",
                condition.fact,
                condition.operator.sql,
                condition.threshold,
                condition.criterion,
            )


def written(value: object) -> str:
    """A value as SQL, where thousands are bound slowly."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    return literal(value if value is None or isinstance(value, tuple) else str(value))
