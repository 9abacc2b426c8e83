"""Every sentence a trace may give as a reason, filled in.

Reasons that report a criterion as met are declared with it in the rule book; those about the whole
decision are declared here. A code is stable: programs may rely on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from spendsense_pipeline.personas.criteria import ABOVE, AT_LEAST, IS, Criterion, Reason
from spendsense_pipeline.personas.rule_text import threshold_text
from spendsense_pipeline.personas.rules import all_criteria
from spendsense_pipeline.sql import literal

MOST_REASONS = 4

OVERALL: tuple[Reason, ...] = (
    Reason("ALSO_MATCHES", "Your finances also show {secondary_plain}."),
    Reason(
        "NO_RULE_MATCHED",
        "None of the {rule_count} patterns we look for shows in the {window_days} days to "
        "{as_of_text}.",
    ),
    Reason("CLOSEST_RULE", "The closest is {runner_up_plain}: {runner_up_missing}."),
    Reason("NO_DATA", "We have no data on {missing_behaviours}."),
    Reason(
        "SHORT_HISTORY",
        "We see {history_days} days of history, less than the {window_days} days looked at.",
    ),
)
REASONS = (*(criterion.reason for _, criterion in all_criteria()), *OVERALL)
"""Of every criterion, in the order of the rule book, then of the whole decision."""
CODES = frozenset(reason.code for reason in REASONS)
_SLOT = re.compile(r"\{(\w+)\}")


def reason(code: str) -> Reason:
    """The declared reason of that code."""
    return next(r for r in REASONS if r.code == code)


def filled(template: str, slots: Mapping[str, str]) -> str:
    """The template as a SQL text expression; a slot is a column unless `slots` says otherwise."""
    parts = _SLOT.split(template)  # literal, slot, literal, slot, …
    pieces = [
        literal(part) if i % 2 == 0 else f"coalesce(({slots.get(part, part)})::varchar, 'no data')"
        for i, part in enumerate(parts)
        if part
    ]
    return " || ".join(pieces)


def sentence(criterion: Criterion) -> str:
    """The reason for a met criterion, as a SQL text expression over the facts."""
    return filled(
        criterion.reason.template,
        {"shown": f"shown_{criterion.key}", "threshold": literal(threshold_text(criterion))},
    )


def what_is_missing(criterion: Criterion) -> str:
    """What an unmet criterion would take, as a SQL text expression over the facts."""
    if criterion.is_yes_no:
        return literal(f"there is no sign of {criterion.label}")
    threshold = threshold_text(criterion)
    if criterion.operator is AT_LEAST:
        takes = f"{threshold} or more"
    elif criterion.operator is IS:
        takes = threshold
    elif criterion.operator is ABOVE:
        takes = f"more than {threshold}"
    else:
        takes = f"under {threshold}"
    ending = literal(f", and it takes {takes}")
    return f"{literal(f'{criterion.label} is ')} || shown_{criterion.key} || {ending}"
