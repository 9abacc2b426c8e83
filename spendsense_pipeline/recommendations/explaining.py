"""Why somebody is not recommended an item: which criterion kept it away, with the person's value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spendsense_pipeline.recommendations.catalogue import Catalogue
from spendsense_pipeline.recommendations.knowing import QUERIES, knowing
from spendsense_pipeline.recommendations.relations import (
    RELATIONS,
    VALUES,
    create_relations,
    create_values,
)
from spendsense_pipeline.sql import literal

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Unmet:
    """A criterion that does not hold, or a figure (`role`) that is not known.

    Attributes:
        role: signal, eligibility, or figure: what the rationale would have to say.
        feature: the fact it is about.
        label: what that is called.
        unit: of threshold and value.
        operator: the comparison; None of a figure.
        threshold: what it is held against; None of a figure.
        value: the person's; None where it is not known.
    """

    role: str
    feature: str
    label: str
    unit: str
    operator: str | None
    threshold: float | None
    value: float | None


@dataclass(frozen=True)
class LeftOut:
    """An item written for somebody's persona that is not recommended.

    Attributes:
        window_days: in which window.
        kind: education or offer.
        content_id: which item.
        title: its heading.
        kept_away_by: what does not hold; nothing where it fits and others were more severe.
    """

    window_days: int
    kind: str
    content_id: str
    title: str
    kept_away_by: tuple[Unmet, ...]


def items_left_out(
    con: duckdb.DuckDBPyConnection, catalogue: Catalogue, user_id: str
) -> tuple[LeftOut, ...]:
    """What was written for a person's personas and is not recommended, in both windows.

    Args:
        con: a dataset, read-only is enough.
        catalogue: the one it was made with.
        user_id: a consenting person.

    Returns:
        The items, in order of window, kind and id.
    """
    with knowing(con, f"select {literal(user_id)} as user_id"):
        create_relations(con, catalogue)
        create_values(con)
        rows = con.execute(QUERIES.text("why_not.sql")).fetchall()
    for table in (*RELATIONS, VALUES):
        con.execute(f"drop table temp.{table}")
    return tuple(
        LeftOut(window, kind, content_id, title, tuple(Unmet(**unmet) for unmet in unmets))
        for _, window, kind, content_id, title, unmets in rows
    )
