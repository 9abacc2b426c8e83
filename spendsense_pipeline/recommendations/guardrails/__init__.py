"""The guardrails: what no recommendation may be, each a query that selects the rows that are.

Nothing here is shared with what chooses items or writes their words: a fault there must not hide
itself. They read the tables `recommendations`, `content_items` and `recommendation_shortfalls` by
name, so a temporary table of that name is judged in place of the stored one.
"""

from spendsense_pipeline.recommendations.guardrails.judging import Breach, judge
from spendsense_pipeline.recommendations.guardrails.registry import (
    CONSENT,
    GUARDRAILS,
    REACH,
    Guardrail,
)

__all__ = ["CONSENT", "GUARDRAILS", "REACH", "Breach", "Guardrail", "judge"]
