"""Plants bad items among good ones, to see whether the guardrails stop every one of them.

Works on temporary tables in front of the stored ones, which are gone afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from spendsense_pipeline.recommendations.guardrails.faults import FAULT_KINDS, FaultKind, Row
from spendsense_pipeline.recommendations.guardrails.judging import Breach, judge
from spendsense_pipeline.recommendations.guardrails.registry import QUERIES
from spendsense_pipeline.sql import identifier, literal, written_in
from spendsense_pipeline.tables.advice import ADVICE_TABLES
from spendsense_pipeline.tables.personas import PERSONA_ASSIGNMENTS
from spendsense_pipeline.tables.raw import RAW_USERS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

MOST_PEOPLE: Final = 100
"""Whose rows faults are planted among: the first so many."""
_COPIED: Final = (*ADVICE_TABLES, RAW_USERS, PERSONA_ASSIGNMENTS)


@dataclass(frozen=True)
class PlantedFault:
    """A fault and where it was put.

    Attributes:
        kind: what is wrong, in words.
        guardrail: name of the one that must stop it.
        sql: puts it into the temporary tables.
        where: ids of a row the guardrail must name for it, those that count.
    """

    kind: str
    guardrail: str
    sql: str
    where: tuple[tuple[str, object], ...]

    def is_stopped_by(self, breach: Breach) -> bool:
        """Whether the guardrail named it."""
        return any(all(row[name] == value for name, value in self.where) for row in breach.rows)


class Recall(NamedTuple):
    """Of one kind of fault: how many were planted, and how many were stopped."""

    kind: str
    planted: int
    stopped: int


def recall(con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig) -> list[Recall]:
    """Plant every kind of fault once and judge; everything is restored afterwards.

    Args:
        con: holds the advised tables and what they are made from; may be read-only.
        resolved: the configuration of the run.

    Returns:
        Every kind in order. Of a kind that no row lends itself to, none is planted.
    """
    with in_front(con):
        faults = planted(con)
        for fault in faults:
            con.execute(fault.sql)
        breaches = judge(con, resolved)
    by_kind = {fault.kind: fault for fault in faults}
    return [
        Recall(
            kind.words,
            int(kind.words in by_kind),
            int(
                kind.words in by_kind
                and by_kind[kind.words].is_stopped_by(breaches[kind.guardrail])
            ),
        )
        for kind in FAULT_KINDS
    ]


@contextmanager
def in_front(con: duckdb.DuckDBPyConnection, *, most_people: int = MOST_PEOPLE) -> Iterator[None]:
    """Temporary copies of the advised tables, in front of the stored ones.

    Args:
        con: holds the advised tables.
        most_people: of the first so many people.

    Yields:
        Nothing: the copies are there until the block ends.
    """
    # Named in full: a copy that failed midway must not be read as the stored table.
    [(stored,)] = con.execute("select current_database()").fetchall()
    made = []
    try:
        for copied in _COPIED:
            table = f"{identifier(stored)}.main.{identifier(copied.name)}"
            some = (
                " where user_id in (select distinct user_id from "
                f"{identifier(stored)}.main.recommendations order by user_id limit {most_people})"
                if "user_id" in copied.column_names
                else ""
            )
            con.execute(f"create temp table {identifier(copied.name)} as from {table}{some}")
            made.append(copied.name)
        yield
    finally:
        for name in made:
            con.execute(f"drop table temp.{identifier(name)}")


def planted(con: duckdb.DuckDBPyConnection) -> list[PlantedFault]:
    """A fault of every kind that some row lends itself to, each in a row, list or item of its own.

    Args:
        con: holds the advised tables; only read.

    Returns:
        The same for the same rows. Any of them can be planted alone, or all together.
    """
    garden = _Garden(_rows(con))
    # Items first: a row that is made bad must not be of an item that is.
    ordered = sorted(FAULT_KINDS, key=lambda kind: kind.place != "item")
    found = {kind.words: garden.plant(kind) for kind in ordered}
    return [fault for kind in FAULT_KINDS if (fault := found[kind.words])]


def _rows(con: duckdb.DuckDBPyConnection) -> list[Row]:
    cursor = con.execute(QUERIES.text("good_rows.sql"))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class _Garden:
    """Good rows, and which of them are still to be had."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._lists: set[object] = set()
        self._items: set[object] = set()

    def plant(self, kind: FaultKind) -> PlantedFault | None:
        """The fault in the first row that lends itself to it."""
        for row in self._rows:
            if row["content_id"] in self._items:
                continue
            if kind.place != "item" and (row["user_id"], row["window_days"]) in self._lists:
                continue
            change = kind.change(row)
            if change is None:
                continue
            if kind.place == "item":
                self._items.add(row["content_id"])
            else:
                self._lists.add((row["user_id"], row["window_days"]))
            return _fault(kind, row, change)
        return None


def _fault(kind: FaultKind, row: Row, change: object) -> PlantedFault:
    if isinstance(change, str):
        sql = written_in(
            change, {name: str(row[name]) for name in ("user_id", "window_days", "kind")}
        )
    else:
        assert isinstance(change, dict)
        values = ", ".join(f"{name} = {literal(value)}" for name, value in change.items())
        keys = ("content_id",) if kind.place == "item" else ("recommendation_id", "window_days")
        of = " and ".join(f"{name} = {literal(str(row[name]))}" for name in keys)
        if kind.place == "item":
            sql = f"update content_items set {values} where {of}"
            if "title" in change:
                sql += f"; update recommendations set {values} where {of}"
        else:
            sql = f"update recommendations set {values} where {of}"
    names = {
        "item": ("content_id",),
        "row": ("recommendation_id", "window_days"),
        "list": ("user_id", "window_days"),
        "person": ("user_id",),
    }[kind.place]
    return PlantedFault(kind.words, kind.guardrail, sql, tuple((name, row[name]) for name in names))
