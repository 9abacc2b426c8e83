"""Sentences with slots, which a person's numbers fill: what a template may hold.

A template holds no figure of its own: every number in a rationale comes from a slot, so that it can
be derived again and an approval lasts while only figures move.
"""

from __future__ import annotations

import re

from spendsense_pipeline.controls.errors import listed, meant, shown
from spendsense_pipeline.recommendations.catalogue import pieces_of, slots_of
from spendsense_pipeline.recommendations.facts import facts

LONGEST_RATIONALE = 600
"""Characters of a template, at most."""
_FIGURE = re.compile(r"[$€£]?\d[\d,.]*\s?%?")
_BRACES = re.compile(r"[{}]")


def citable() -> tuple[str, ...]:
    """Names that may stand in braces."""
    return tuple(name for name, fact in facts().items() if fact.is_citable)


def problems_of_template(template: str) -> list[str]:
    """What keeps a text from being a rationale, a sentence each; none if nothing does."""
    found = []
    outside = " ".join(pieces_of(template)[::2])
    if _BRACES.search(outside):
        found.append(
            "rationale must have a name in each pair of braces; one is open or empty: close it"
        )
    known = citable()
    found += [
        f"rationale must cite facts that can be said; {{{name}}} is none: {meant(name, known)}"
        for name in slots_of(template)
        if name not in known
    ]
    figures = [figure.strip() for figure in _FIGURE.findall(outside)]
    if figures:
        found.append(
            f"rationale must hold no figure of its own; it holds {listed(map(shown, figures))}: "
            f"use a slot such as {_slots_for(figures[0])}"
        )
    if not slots_of(template):
        found.append("rationale must cite the person's own numbers; it has no slot: add one")
    return found


def _slots_for(figure: str) -> str:
    """Slots whose unit a figure has, as an operator would write them."""
    unit = "percent" if "%" in figure else "USD" if figure[0] in "$€£" else "count"
    units = {"percent": ("fraction", "percent"), "USD": ("USD", "USD per month")}.get(
        unit, ("count", "days", "months")
    )
    names = [name for name, fact in facts().items() if fact.is_citable and fact.unit in units]
    return listed([f"{{{name}}}" for name in names])
