"""Relations that several guardrails read, as temporary tables named `_guard_*`: made when first
read, gone when judging ends.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.plaid.accounts import CHECKING_SUBTYPES, SAVINGS_SUBTYPES
from spendsense_pipeline.recommendations.catalogue import Catalogue, catalogue_in_force
from spendsense_pipeline.recommendations.guardrails.registry import QUERIES
from spendsense_pipeline.sql import create_temporary, literal, number
from spendsense_pipeline.tables.advice import DISCLOSURE, FEWEST_ITEMS, ITEM_KINDS, MOST_ITEMS
from spendsense_pipeline.tables.features import UTILIZATION_BANDS

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

WORD_LISTS: Final = ("tone", "predatory")
_STAGED: Final = re.compile(r"\b_guard_([a-z_]+)\b")
# A number as it stands in a sentence, with what clings to it.
_FIGURE: Final = r"-?\$?[\w.,\p{N}]*\p{N}[\w.,\p{N}]*(?: ?%)?"
# Each rationale without the names of the person's own cards and merchants, whose words and digits
# are not ours. (Written here because the linter of queries knows no lambda of two.)
_PROSE: Final = """
with names as (
  select offer_no, list(shown order by length(shown) desc) as names
  from _guard_cited
  where unit = 'text' and length(shown) > 0
  group by offer_no
)
select
  advised.rowid as offer_no,
  case
    when names.names is null then advised.rationale
    else list_reduce(names.names, lambda said, name: replace(said, name, 'x'), advised.rationale)
  end as prose
from recommendations as advised
left join names on names.offer_no = advised.rowid
"""
_FROM_BALANCES: Final = ("card_debt_usd", "checking_balance_usd")
_MEASURED_TOO: Final = ("card_count", "max_utilization", "is_overdue", "savings_balance_usd")


@dataclass
class Staging:
    """What is staged on one connection for one configuration; whoever makes it closes it."""

    con: duckdb.DuckDBPyConnection
    resolved: ResolvedConfig
    _made: list[str] = field(default_factory=list)

    def provide(self, query: str) -> None:
        """Make every relation the query names, and what those read in turn."""
        for name in _STAGED.findall(query):
            if name not in self._made:
                select = self._select(name)
                self.provide(select)
                create_temporary(self.con, f"_guard_{name}", select, parameters())
                self._made.append(name)

    def close(self) -> None:
        """Drop everything."""
        for name in self._made:
            self.con.execute(f"drop table temp._guard_{name}")
        self._made.clear()

    def _select(self, name: str) -> str:
        if name == "criteria":
            return _criteria(catalogue_in_force(self.resolved))
        if name in _LISTED:
            return _LISTED[name]()
        return QUERIES.text(f"staging/{name}.sql")


@functools.cache
def parameters() -> dict[str, Any]:
    """Every parameter the queries may name."""
    raw_only = [*_FROM_BALANCES, *(row["fact"] for row in _rows("holdings"))]
    return {
        "disclosure": DISCLOSURE,
        "figure": _FIGURE,
        "kinds": list(ITEM_KINDS),
        "fewest_items": [FEWEST_ITEMS[kind] for kind in ITEM_KINDS],
        "most_items": [MOST_ITEMS[kind] for kind in ITEM_KINDS],
        "medium_from": UTILIZATION_BANDS["medium"],
        "savings_subtypes": list(SAVINGS_SUBTYPES),
        "checking_subtypes": list(CHECKING_SUBTYPES),
        "raw_only": raw_only,
        "raw": [*raw_only, *_MEASURED_TOO],
        "any_word": _pattern(
            "|".join(f"(?:{row['pattern']})" for name in WORD_LISTS for row in _rows(name))
        ),
    }


def _pattern(words: str) -> str:
    """A regular expression of words that stand alone, in any case, however they are spaced."""
    spaced = words.replace(" ", r"\s+")
    return rf"(?i)(?:^|[^\w])({spaced})(?:[^\w]|$)"


def _criteria(catalogue: Catalogue) -> str:
    """The criteria of every item, and of an offer that its product is not held."""
    holding = {(row["type"], row["subtypes"]): row["fact"] for row in _rows("holdings")}
    held = {
        row["product_kind"]: holding[row["type"], row["subtypes"]]
        for row in _rows("products")
        if row["type"]
    }
    rows = []
    for item in catalogue:
        asked = dict.fromkeys(
            (role, each.fact, each.operator.sql, each.threshold, each.criterion)
            for role, conditions in (("signal", item.signals), ("eligibility", item.eligibility))
            for each in conditions
        )
        if fact := held.get(item.product_kind or ""):
            asked["eligibility", fact, "=", 0.0, None] = None
        rows += [
            f"({literal(item.content_id)}, {literal(role)}, {literal(fact)}, {literal(operator)}, "
            f"{number(threshold)}, {literal(criterion)})"
            for role, fact, operator, threshold, criterion in asked
        ]
    return _values(rows, "content_id, role, feature, operator, threshold, criterion")


def _words() -> str:
    rows = [
        f"({literal(name)}, {literal(_pattern(row['pattern']))}, {literal(row['why'])}, "
        f"{literal(row['say_instead'])})"
        for name in WORD_LISTS
        for row in _rows(name)
    ]
    return _values(rows, "list, pattern, why, say_instead")


def _accounts_of(name: str, key: str) -> str:
    rows = [
        f"({literal(row[key])}, {literal(row['type'] or None)}, "
        f"{literal(tuple(row['subtypes'].split('|'))) if row['type'] else '[]::varchar[]'})"
        for row in _rows(name)
    ]
    return _values(rows, f"{key}, type, subtypes")


def _values(rows: Iterable[str], columns: str) -> str:
    return f"select {columns} from (values {', '.join(rows)}) as listed({columns})"


@functools.cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a list beside this module."""
    return tuple(_read(name))


def _read(name: str) -> Iterator[dict[str, str]]:
    source = resources.files(__package__).joinpath(f"{name}.csv")
    with source.open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


_LISTED: Final[Mapping[str, Callable[[], str]]] = {
    "words": _words,
    "prose": lambda: _PROSE,
    "products": lambda: _accounts_of("products", "product_kind"),
    "holdings": lambda: _accounts_of("holdings", "fact"),
}
