"""The JSON Schema every trace validates against.

Its shape is written in `schema.json`; the parts of that file that follow from the rule book are put
in here, and `make docs` writes them back, so that the file is whole for whoever reads it elsewhere.
"""

from __future__ import annotations

import copy
import functools
import json
from importlib import resources
from typing import Any, get_args

from spendsense_pipeline.personas import rules as rule_book
from spendsense_pipeline.personas.criteria import OPERATORS, PersonaRule, Unit
from spendsense_pipeline.personas.rules import GENERAL
from spendsense_pipeline.traces.reasons import MOST_REASONS, reasons_of


def trace_schema(rules: tuple[PersonaRule, ...] | None = None) -> dict[str, Any]:
    """The schema of the traces that `rules` (default: the rule book) lead to."""
    rules = rules or rule_book.RULE_BOOK
    schema = copy.deepcopy(_shape())
    keys = [rule.key for rule in rules]
    members, names = schema["properties"], schema["$defs"]
    names["rule"]["enum"] = keys
    names["persona"]["enum"] = [*keys, GENERAL]
    names["unit"]["enum"] = list(get_args(Unit))
    names["predicate"]["properties"]["operator"]["enum"] = [o.sql for o in OPERATORS]
    members["decision"]["properties"]["decided_by"]["enum"] = decisive_steps(rules)
    members["personas"] |= {"minItems": len(rules), "maxItems": len(rules)}
    members["reasons"]["maxItems"] = MOST_REASONS
    members["reasons"]["items"]["properties"]["code"]["enum"] = [r.code for r in reasons_of(rules)]
    return schema


def decisive_steps(rules: tuple[PersonaRule, ...]) -> list[str]:
    """Which step of the priority order decided, in words: one per rule, and one for general."""
    steps = [*("first rule that matches" for _ in rules), "no rule matches"]
    return [f"priority {i} of {len(steps)}: {step}" for i, step in enumerate(steps, start=1)]


@functools.cache
def _shape() -> dict[str, Any]:
    text = (resources.files(__package__) / "schema.json").read_text(encoding="utf-8")
    shape: dict[str, Any] = json.loads(text)
    return shape
