"""Why somebody is not recommended an item: which criterion kept it away, at which value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.recommendations.catalogue import Catalogue
from spendsense_pipeline.recommendations.knowing import KNOWN, QUERIES, knowing
from spendsense_pipeline.recommendations.relations import ITEMS, TOLD, create_items, create_told
from spendsense_pipeline.sql import literal

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Unmet:
    """A criterion that does not hold.

    Attributes:
        role: signal or eligibility.
        feature: the fact it is about.
        label: what that is called.
        unit: of threshold and value.
        operator: the comparison.
        threshold: what it is held against.
        value: the person's; None where it is not known.
    """

    role: str
    feature: str
    label: str
    unit: str
    operator: str
    threshold: float
    value: float | None


@dataclass(frozen=True)
class LeftOut:
    """An item written for somebody's persona that is not recommended.

    Attributes:
        window_days: in which window.
        kind: education or offer.
        content_id: which item.
        title: its heading.
        is_untold: whether a figure its sentence needs is not known.
        kept_away_by: what does not hold; nothing where it fits and others were more severe.
    """

    window_days: int
    kind: str
    content_id: str
    title: str
    is_untold: bool
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
        [(personas,)] = con.execute(
            f"select list_distinct(flatten(list(personas))) from {KNOWN}"
        ).fetchall()
        create_items(con, [item for item in catalogue if {*item.personas} & {*(personas or ())}])
        create_told(con, is_printed=False)
        rows = con.execute(QUERIES.text("why_not.sql")).fetchall()
    for table in (ITEMS, TOLD):
        con.execute(f"drop table temp.{table}")
    return tuple(
        LeftOut(window, kind, content_id, title, is_untold, tuple(_unmet(each) for each in unmet))
        for window, kind, content_id, title, is_untold, unmet in rows
    )


def _unmet(verdict: dict[str, Any]) -> Unmet:
    return Unmet(**{name: value for name, value in verdict.items() if name != "is_met"})
