"""The rule book: every persona, criterion and reason code."""

from __future__ import annotations

from docs.derived.markdown import code, table
from spendsense_pipeline.controls import PersonaThresholds
from spendsense_pipeline.personas import rule_text, rules
from spendsense_pipeline.traces import reasons


def personas() -> str:
    """The rule book."""
    rows = (
        (
            row.priority,
            row.title,
            code(row.feature),
            f"{row.symbol} {row.threshold}",
            code(row.threshold_field) or "part of the rule",
            row.severity,
        )
        for row in rule_text.documentation()
    )
    return "\n\n".join(
        [
            "# Personas",
            "Every consenting person is judged by every rule, once for the last 30 days and once "
            "for the last 180. All matches are kept; the first in this order is the primary "
            "persona, the next the secondary. Missing data satisfies nothing.",
            rule_text.markdown(),
            "## Every criterion",
            "A threshold is set in the `thresholds` section of the operator's configuration "
            "(see [controls](controls.md)). Severity says how far somebody goes, the same way for "
            "every persona: 0 at the threshold, 1 at the full value given here, the greatest among "
            "the criteria of the primary persona that are met; at least .01 for whoever matches, 0 "
            "for general.",
            table(("Priority", "Persona", "Feature", "Criterion", "Set by", "Severity"), rows),
            "## Reason codes",
            f"A decision trace gives up to {reasons.MOST_REASONS} reasons. Codes are stable; "
            "what stands in braces is "
            "the person's own.",
            table(
                ("Code", "Reason"),
                (
                    (code(reason.code), reason.template)
                    for reason in reasons.reasons_of(rules.RULE_BOOK)
                ),
            ),
            f"With the default thresholds the rules version is "
            f"`{rules.rules_version(PersonaThresholds())}`. "
            "What each feature is: [features](features.md).",
        ]
    )
