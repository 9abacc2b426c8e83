"""The rule book for people: rows for docs/personas.md and rules in words.

Every sentence derives from `book/`; nothing about a rule is restated here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from spendsense_pipeline.personas.book import FALLBACK
from spendsense_pipeline.personas.criteria import Criterion, Tree
from spendsense_pipeline.personas.rules import PERSONAS, bound

if TYPE_CHECKING:
    from spendsense_pipeline.controls import PersonaThresholds


@dataclass(frozen=True)
class CriterionRow:
    """One line of the rule book's documentation."""

    priority: int
    persona: str
    title: str
    criterion: str
    feature: str
    symbol: str
    threshold: str
    """As printed, with its unit."""
    threshold_field: str | None
    """The control that sets it; None when it is part of the rule."""
    severity: str
    """What being met counts, in a few words."""


def documentation(thresholds: PersonaThresholds | None = None) -> tuple[CriterionRow, ...]:
    """Every criterion of every rule, in priority order, with the (default) thresholds."""
    return tuple(
        CriterionRow(
            priority=priority,
            persona=rule.key,
            title=rule.title,
            criterion=criterion.key,
            feature=criterion.feature,
            symbol=criterion.operator.symbol,
            threshold=threshold_text(criterion),
            threshold_field=criterion.threshold_field,
            severity=_severity_text(criterion),
        )
        for priority, rule in enumerate(bound(thresholds or _defaults()), start=1)
        for criterion in rule.criteria
    )


def markdown(thresholds: PersonaThresholds | None = None) -> str:
    """The rule book as Markdown: the body of docs/personas.md."""
    parts = []
    for priority, rule in enumerate(bound(thresholds or _defaults()), start=1):
        parts += [
            f"{priority}. **{rule.title}** (`{rule.key}`): {rule.meaning}  ",
            f"   Matches when {in_words(rule.tree)}.",
        ]
    parts.append(f"{len(PERSONAS)}. **{FALLBACK.title}** (`{FALLBACK.key}`): {FALLBACK.meaning}")
    return "\n".join(parts)


def in_words(tree: Tree) -> str:
    """A bound tree as an English condition."""
    if isinstance(tree, Criterion):
        if tree.is_yes_no:
            return f"`{tree.feature}`"
        return f"`{tree.feature}` {tree.operator.symbol} {threshold_text(tree)}"
    word = " **and** " if tree.joiner == "all_of" else " **or** "
    return word.join(
        in_words(member) if isinstance(member, Criterion) else f"({in_words(member)})"
        for member in tree.members
    )


def threshold_text(criterion: Criterion) -> str:
    """A bound threshold exactly as set, with its unit."""
    if criterion.is_yes_no:
        return "yes"
    return amount_text(criterion.limit, criterion.unit)


def _severity_text(criterion: Criterion) -> str:
    if criterion.full is not None:
        return f"1 at {amount_text(criterion.full, criterion.unit)}"
    return f"counts {criterion.counts_as:g}" if criterion.counts_as else "counts nothing"


def amount_text(value: float, unit: str) -> str:
    """A number printed in full with its unit: never rounded, because it is compared against."""
    exact = Decimal(repr(value))
    if unit == "fraction":
        return f"{_plain(exact * 100)}%"
    if unit in ("USD", "USD per month"):
        dollars = f"{exact:,.2f}" if exact == exact.quantize(Decimal("0.01")) else f"{exact:,}"
        return f"${dollars.removesuffix('.00')}"
    if unit == "count":
        return _plain(exact)
    noun = unit.removesuffix("s") if exact == 1 else unit
    return f"{_plain(exact)} {noun}"


def _plain(number: Decimal) -> str:
    """Digits without exponent or trailing zeros."""
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _defaults() -> PersonaThresholds:
    from spendsense_pipeline.controls import PersonaThresholds

    return PersonaThresholds()
