"""What an item of the catalogue is, and the catalogue in force: ours, or an operator's own.

An item is data: whom it is for, what it answers, who may have it, and the words. Reading and
refusing files is in `loading.py`.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from spendsense_pipeline.personas.criteria import IS, Operator
from spendsense_pipeline.personas.rules import all_criteria, bound
from spendsense_pipeline.recommendations.products import PRODUCTS

if TYPE_CHECKING:
    from spendsense_pipeline.controls import PersonaThresholds, ResolvedConfig

VERSION_DIGITS: Final = 12
PLAIN_SEVERITY: Final = 0.25
"""Severity of a signal that says nothing of how far somebody goes."""
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Condition:
    """A criterion of an item: one fact held against a threshold.

    Attributes:
        fact: name of what is judged.
        operator: one of the rule book's.
        threshold: what it is held against; of a yes/no fact 1 or 0.
        full: value from which severity is 1; None where being met counts `counts_as`.
        counts_as: severity of being met without a `full`.
        criterion: key in the rule book, whose threshold a run's configuration sets; None: its own.
    """

    fact: str
    operator: Operator
    threshold: float
    full: float | None = None
    counts_as: float = PLAIN_SEVERITY
    criterion: str | None = None


@dataclass(frozen=True)
class Item:
    """Something a person may be recommended; see `tables.advice.CONTENT_ITEMS` for its columns.

    Attributes:
        signals: what it answers; one of them must hold, the most severe one ranks it.
        eligibility: all of it must hold.
        rationale: template whose slots are facts.
    """

    content_id: str
    kind: str
    form: str
    title: str
    body: str
    topics: tuple[str, ...]
    personas: tuple[str, ...]
    signals: tuple[Condition, ...]
    eligibility: tuple[Condition, ...]
    rationale: str
    product_kind: str | None = None
    reading_minutes: int | None = None

    @property
    def all_conditions(self) -> tuple[Condition, ...]:
        """Every criterion: signals, eligibility and, of an offer whose product an account would
        show, that the person has none.
        """
        held = PRODUCTS.get(self.product_kind or "")
        not_held = (Condition(held, IS, 0.0),) if held else ()
        further = (each for each in not_held if each not in self.eligibility)
        return (*self.signals, *self.eligibility, *further)

    @functools.cached_property
    def slots(self) -> tuple[str, ...]:
        """Names in braces in the rationale, each once, in order."""
        return slots_of(self.rationale)

    @functools.cached_property
    def version(self) -> str:
        """Hash of everything a reader sees and everything that decides; another text, another."""
        return _digest(_plain(self))


@dataclass(frozen=True)
class Catalogue:
    """Every item that can be recommended, in the order it is documented."""

    items: tuple[Item, ...]

    @functools.cached_property
    def version(self) -> str:
        """Hash of all items, in whatever order."""
        return _digest(sorted((item.content_id, item.version) for item in self.items))

    def item(self, content_id: str) -> Item:
        """The item of that id; KeyError if there is none."""
        return {item.content_id: item for item in self.items}[content_id]

    def bound(self, thresholds: PersonaThresholds) -> Catalogue:
        """The catalogue with the thresholds of the rule book's criteria as a run sets them."""
        limits = {
            criterion.key: (criterion.limit, criterion.full, criterion.counts_as)
            for _, criterion in all_criteria(bound(thresholds))
        }
        return replace(self, items=tuple(_bound(item, limits) for item in self.items))

    def __iter__(self) -> Iterator[Item]:
        """The items in order."""
        return iter(self.items)


def slots_of(template: str) -> tuple[str, ...]:
    """Names in braces in a template, each once, in order."""
    return tuple(dict.fromkeys(_SLOT.findall(template)))


def pieces_of(template: str) -> list[str]:
    """A template taken apart: text, slot, text, slot, … beginning and ending with text."""
    return _SLOT.split(template)


def catalogue_in_force(resolved: ResolvedConfig) -> Catalogue:
    """The catalogue a run advises from: ours, an operator's own, or both.

    Args:
        resolved: its control `content_catalog` and its thresholds.

    Returns:
        Items with every threshold a number.
    """
    from spendsense_pipeline.recommendations.loading import our_catalogue, with_the_operators

    own = resolved.controls.content_catalog
    catalogue = our_catalogue() if own is None else with_the_operators(own)
    return catalogue.bound(resolved.thresholds)


def _bound(item: Item, limits: Mapping[str, tuple[float, float | None, float]]) -> Item:
    def settle(condition: Condition) -> Condition:
        if condition.criterion is None:
            return condition
        limit, full, counts_as = limits[condition.criterion]
        return replace(condition, threshold=limit, full=full, counts_as=counts_as)

    return replace(
        item,
        signals=tuple(map(settle, item.signals)),
        eligibility=tuple(map(settle, item.eligibility)),
    )


def _plain(item: Item) -> dict[str, Any]:
    """The item in types JSON knows; thresholds of the rule book are for its version to name."""

    def said(condition: Condition) -> Any:
        if condition.criterion is not None:
            return condition.criterion
        return [condition.fact, condition.operator.name, condition.threshold, condition.full]

    plain = asdict(replace(item, signals=(), eligibility=()))
    return plain | {
        "signals": [said(condition) for condition in item.signals],
        "eligibility": [said(condition) for condition in item.eligibility],
    }


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:VERSION_DIGITS]
