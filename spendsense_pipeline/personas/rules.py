"""What follows from the rule book: its keys in order, its criteria, and the version that names it.

The personas themselves are declared in `book/`. Judging is in `sql.py`, wording in `rule_text.py`.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.personas import book
from spendsense_pipeline.personas.criteria import Criterion, Persona, PersonaRule, Tree

if TYPE_CHECKING:
    from spendsense_pipeline.controls import PersonaThresholds

RULE_BOOK: tuple[PersonaRule, ...] = book.RULE_BOOK
GENERAL: str = book.FALLBACK.key
"""Key of the persona of everybody who matches no rule."""
PERSONAS: tuple[Persona, ...] = (*RULE_BOOK, book.FALLBACK)
"""In order of priority, general last."""
PERSONA_KEYS: tuple[str, ...] = tuple(persona.key for persona in PERSONAS)
RULE_KEYS: tuple[str, ...] = tuple(rule.key for rule in RULE_BOOK)
"""Keys of the personas with a rule: what can match."""


def bound(thresholds: PersonaThresholds) -> tuple[PersonaRule, ...]:
    """The rule book with every threshold a number."""
    return tuple(replace(rule, tree=rule.tree.bound(thresholds)) for rule in RULE_BOOK)


def all_criteria(
    rules: tuple[PersonaRule, ...] = RULE_BOOK,
) -> Iterator[tuple[PersonaRule, Criterion]]:
    """Every criterion with its rule, in priority order."""
    for rule in rules:
        for criterion in rule.criteria:
            yield rule, criterion


@functools.cache
def rule_features() -> tuple[Criterion, ...]:
    """One criterion for each distinct feature the rules read, in order of first mention."""
    return tuple({c.feature: c for _, c in reversed(list(all_criteria()))}.values())[::-1]


def persona_title(key: str) -> str:
    """The name of a persona as a heading; the key of one that another version's book declared."""
    return next((persona.title for persona in PERSONAS if persona.key == key), key)


def rendered(rules: tuple[PersonaRule, ...]) -> str:
    """Bound rules as canonical JSON: what `rules_version` is the hash of."""

    def node(tree: Tree) -> Any:
        if isinstance(tree, Criterion):
            grade = ["full", tree.full] if tree.full is not None else ["counts", tree.counts_as]
            return [tree.key, tree.feature, tree.operator.sql, tree.limit, tree.unit, grade]
        return {tree.joiner: [node(member) for member in tree.members]}

    return json.dumps([[rule.key, node(rule.tree)] for rule in rules], separators=(",", ":"))


def rules_version(thresholds: PersonaThresholds) -> str:
    """Twelve hex digits that change when what decides does: a rule, a threshold, a severity.

    Titles and sentences decide nothing and leave it as it is.
    """
    return hashlib.sha256(rendered(bound(thresholds)).encode()).hexdigest()[:12]
