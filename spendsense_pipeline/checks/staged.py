"""Relations that several checks read: made when one first asks, kept until what they read changes.

They are temporary tables named `_checks_*`, so that a read-only database can be checked too.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.checks.calendar import closed_days_sql
from spendsense_pipeline.checks.market import card_terms_sql, chains_sql
from spendsense_pipeline.checks.vocabulary import vocabulary
from spendsense_pipeline.sql import QueryFolder, create_temporary, literal, parameters_of

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

EVERYBODY = 2**31 - 1
# The queries of this package, by their path below `checks/`.
QUERIES = QueryFolder(__package__)
_STAGED = re.compile(r"\b_checks_([a-z_]+)\b")


@dataclass
class StagedRelations:
    """What is staged of one database for one configuration; whoever makes it closes it.

    The steps of a run share one. A step that writes a table says so (`forget`), and what was read
    from it is staged anew when it is next asked for.
    """

    con: duckdb.DuckDBPyConnection
    resolved: ResolvedConfig
    # By name: about how many people a relation is; None where it is not about the first so many.
    _about: dict[str, int | None] = field(default_factory=dict)
    _last_person: dict[int, str] = field(default_factory=dict)

    def provide(self, query: str, *, people: int = EVERYBODY) -> None:
        """Stage every relation that the query names, and what those read in turn.

        Args:
            query: text that may name `_checks_<relation>`.
            people: relations about the first so many people are about that many.
        """
        for name in _STAGED.findall(query):
            self._stage(name, people)

    def parameter(self, name: str, *, people: int = EVERYBODY) -> Any:
        """What a query of this package may bind by itself.

        Raises:
            KeyError: for any other name.
        """
        if name == "last_person":
            return self._last_of(people)
        if name in ("as_of", "history_start"):
            return getattr(self.resolved, name)
        return vocabulary()[name]

    def forget(self, tables: Iterable[str]) -> None:
        """Drop every relation that reads one of these tables, directly or through another."""
        written = set(tables)
        for name in [name for name in self._about if written & _read_by(name)]:
            self._drop(name)
        if "raw_users" in written:
            self._last_person.clear()

    def close(self) -> None:
        """Drop everything."""
        for name in list(self._about):
            self._drop(name)
        self._last_person.clear()

    def _stage(self, name: str, people: int) -> None:
        about = people if "last_person" in _parameters_below(name) else None
        if self._about.get(name, -1) == about:
            return
        select = _select(name, self.resolved)
        self.provide(select, people=people)
        bound = {each: self.parameter(each, people=people) for each in parameters_of(select)}
        create_temporary(self.con, f"_checks_{name}", select, bound)
        self._about[name] = about

    def _drop(self, name: str) -> None:
        self.con.execute(f"drop table if exists temp._checks_{name}")
        del self._about[name]

    def _last_of(self, people: int) -> str:
        """The last of the first `people` people: by it a scan skips what lies beyond."""
        if people not in self._last_person:
            [(user_id,)] = self.con.execute(
                "select max(user_id) from (select user_id from raw_users order by user_id limit ?)",
                [people],
            ).fetchall()
            self._last_person[people] = user_id or ""
        return self._last_person[people]


def _select(name: str, resolved: ResolvedConfig) -> str:
    if name == "closed_days":
        return closed_days_sql(resolved.as_of)
    if name in _WRITTEN_HERE:
        return _WRITTEN_HERE[name]()
    return QUERIES.text(f"staging/{name}.sql")


@functools.cache
def _below(name: str) -> tuple[str, ...]:
    """The text of a relation and of every relation it reads; none of those written here."""
    if name == "closed_days" or name in _WRITTEN_HERE:
        return ()
    text = QUERIES.text(f"staging/{name}.sql")
    return (text, *(part for other in _STAGED.findall(text) for part in _below(other)))


@functools.cache
def _read_by(name: str) -> frozenset[str]:
    """Every word of those texts: among them are the tables read."""
    return frozenset(word for text in _below(name) for word in re.findall(r"\w+", text))


@functools.cache
def _parameters_below(name: str) -> frozenset[str]:
    return frozenset(found for text in _below(name) for found in parameters_of(text))


def _taxonomy_sql() -> str:
    """Every (primary, detailed) pair Plaid knows, as rows."""
    from spendsense_pipeline.plaid.categories import CATEGORIES

    return _pairs_sql(CATEGORIES, "category_primary, category_detailed")


def _account_types_sql() -> str:
    """Every (type, subtype) pair of account Plaid knows, as rows."""
    from spendsense_pipeline.plaid.accounts import SUBTYPES

    return _pairs_sql(SUBTYPES, "type, subtype")


def _pairs_sql(groups: Mapping[str, Iterable[str]], columns: str) -> str:
    pairs = ", ".join(_pairs(groups))
    return f"select {columns} from (values {pairs}) as known({columns})"


def _pairs(groups: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for key, members in groups.items():
        for member in members:
            yield f"({literal(key)}, {literal(member)})"


# Facts that no table of a dataset holds, as queries.
_WRITTEN_HERE: Mapping[str, Callable[[], str]] = {
    "taxonomy": _taxonomy_sql,
    "account_types": _account_types_sql,
    "chains": chains_sql,
    "card_terms": card_terms_sql,
}
