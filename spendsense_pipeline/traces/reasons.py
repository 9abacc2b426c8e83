"""Reasons about a decision as a whole, and how a template becomes a sentence.

The sentence for a criterion that is met is declared with the criterion, in `personas/book`; when a
reason of the whole applies is said in `reasons.sql`. A code is stable: programs may rely on it. The
slots of a template are members of `slots` in `facts.sql`; `{shown}` is the criterion's value and
`{threshold}` its threshold, printed so that the comparison reads true.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spendsense_pipeline.personas.criteria import PersonaRule, Reason
from spendsense_pipeline.personas.rules import all_criteria
from spendsense_pipeline.sql import literal

if TYPE_CHECKING:
    import duckdb

MOST_REASONS = 4
OVERALL: tuple[Reason, ...] = (
    Reason("ALSO_MATCHES", "Your finances also show {secondary_plain}."),
    Reason(
        "NO_RULE_MATCHED",
        "None of the {rule_count} patterns we look for shows in the {window_days} days to "
        "{as_of_text}.",
    ),
    Reason("CLOSEST_RULE", "The closest is {runner_up_plain}: {runner_up_lacks}."),
    Reason("NO_DATA", "We have no data on {unseen_behaviours}."),
    Reason(
        "SHORT_HISTORY",
        "We see {history_days} days of history, less than the {window_days} days looked at.",
    ),
)
_SLOT = re.compile(r"\{(\w+)\}")


def reasons_of(rules: tuple[PersonaRule, ...]) -> tuple[Reason, ...]:
    """Every reason a trace may give, those of criteria first, in the rules' order."""
    of_criteria = {c.reason.code: c.reason for _, c in all_criteria(rules)}
    return (*of_criteria.values(), *OVERALL)


def create_sentences(con: duckdb.DuckDBPyConnection, rules: tuple[PersonaRule, ...]) -> None:
    """Create the macro `sentence(code, slots, shown, threshold)`: a template, slots filled."""
    arms = " ".join(
        f"when {literal(reason.code)} then {_filled(reason.template)}"
        for reason in reasons_of(rules)
    )
    con.execute(
        "create or replace temp macro sentence(code, slots, shown, threshold) as "
        f"case code {arms} end"
    )


def _filled(template: str) -> str:
    """The template as a SQL expression; a slot without a value reads "no data"."""
    parts = _SLOT.split(template)  # literal, slot, literal, slot, …
    arguments = [
        literal(part) if i % 2 == 0 else f"coalesce({_slot(part)}, 'no data')"
        for i, part in enumerate(parts)
        if part
    ]
    return f"concat({', '.join(arguments)})"


def _slot(name: str) -> str:
    return name if name in ("shown", "threshold") else f"struct_extract(slots, {literal(name)})"
