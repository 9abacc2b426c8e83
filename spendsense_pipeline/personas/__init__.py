"""Judges: the rule book, the personas it assigns and how they change from night to night.

Reads features only; knows nothing of how data was generated.
"""

from spendsense_pipeline.personas.assignment import assign
from spendsense_pipeline.personas.evaluation import evaluate
from spendsense_pipeline.personas.fairness import build_fairness_report
from spendsense_pipeline.personas.rules import RULE_BOOK, bound, rules_version
from spendsense_pipeline.personas.transitions import build_transitions
from spendsense_pipeline.personas.views import documentation

__all__ = [
    "RULE_BOOK",
    "assign",
    "bound",
    "build_fairness_report",
    "build_transitions",
    "documentation",
    "evaluate",
    "rules_version",
]
