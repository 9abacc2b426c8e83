"""The figures of `evaluation`: what each is, from what it is computed, and what it must be.

A figure that cannot miss its target is none and does not stand here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from spendsense_pipeline.tables.advice import FEWEST_ITEMS
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW

LEAST_CASES: Final = 5
"""Of shares that are judged by their interval: fewer cases say nothing."""
LEAST_BEHAVIOURS: Final = 3
"""What is known of somebody whom a persona covers, of the five behaviours."""


@dataclass(frozen=True)
class Metric:
    """One figure, of one or more segments.

    Attributes:
        name: as the table has it.
        title: as a report has it.
        formula: what is divided by what.
        meaning: what it says, in one plain sentence.
        least: of a share, the least it must be; None where the target is another.
        most: of a share, the most it may be.
        slack: cases by which the target is widened.
        is_sample: whether another population would give another figure: it then has an interval.
        by_interval: whether it misses only when its whole interval does.
    """

    name: str
    title: str
    formula: str
    meaning: str
    least: float | None = None
    most: float | None = None
    slack: int = 0
    is_sample: bool = False
    by_interval: bool = False

    @property
    def target(self) -> str:
        """What a share must be, as the table says it."""
        bound = f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}"
        if self.slack:
            return f"{bound} (1 person fewer is let pass)"
        return f"{bound}, or its interval reaches that" if self.by_interval else bound


def _whole(name: str, title: str, formula: str, meaning: str) -> Metric:
    """A share of everything there is that must be all of it."""
    return Metric(name, title, formula, meaning, least=1.0)


COVERAGE: Final = Metric(
    "coverage",
    "Coverage",
    f"people whose persona is not general and of whom {LEAST_BEHAVIOURS} behaviours or more are "
    "detected / consenting people",
    "How many people the rule book can say something particular about.",
    least=0.7,
    slack=1,
    is_sample=True,
)
EXPLAINABILITY: Final = _whole(
    "explainability",
    "Explainability",
    "items of which every number in the rationale, and every value in because, follows again from "
    "features and rows / items",
    "Whether what people are told about themselves is true to the printed digit.",
)
RELEVANCE: Final = _whole(
    "relevance",
    "Relevance",
    "items of which a signal holds when it is compared anew / items",
    "Whether each item answers something that the person's own rows show.",
)
AUDITABILITY: Final = _whole(
    "auditability",
    "Auditability",
    "items whose trace exists, names the item's persona as matched and replays / items",
    "Whether somebody can follow each item back to the decision it rests on.",
)
ELIGIBILITY: Final = _whole(
    "eligibility",
    "Eligibility",
    "eligibility criteria of items that are met, then and when compared anew / all of them",
    "Whether nobody is shown what they could not have.",
)
ENOUGH_EDUCATION: Final = Metric(
    "enough_education",
    "Enough to learn",
    f"people with {FEWEST_ITEMS['education']} education items or more / consenting people",
    "How many people have enough to read; who has less is told why, and nothing is padded.",
    least=0.95,
    slack=1,
    is_sample=True,
)
ENOUGH_OFFERS: Final = Metric(
    "enough_offers",
    "Something on offer",
    f"people with {FEWEST_ITEMS['offer']} offer or more / consenting people",
    "How many people there is at least one offer for.",
    least=0.95,
    slack=1,
    is_sample=True,
)
WITHDRAWAL_COMPLETENESS: Final = _whole(
    "withdrawal_completeness",
    "Withdrawal",
    "people whose consent is not granted and of whom no row is left past the raw tables / people "
    "whose consent is not granted",
    "Whether saying no, or no longer, leaves nothing behind.",
)
GUARDRAIL_RECALL: Final = _whole(
    "guardrail_recall",
    "Guardrails",
    "bad items planted that a guardrail stopped / bad items planted",
    "Whether each kind of bad item would be stopped, shown by planting some.",
)
NOTICED_SHARE: Final = Metric(
    "life_event.noticed_share",
    "Events noticed",
    "events that the window noticed / events it noticed or had every chance to",
    "How many of the changes in people's lives end in the persona they made of somebody.",
    least=0.9,
    is_sample=True,
    by_interval=True,
)
NEAR_A_LINE_SHARE: Final = Metric(
    "life_event.near_a_line_share",
    "Events that find people near a line",
    "events before which the window did not show the persona the person lived as / events",
    "How often a window had not settled on somebody when something happened.",
    most=0.2,
    is_sample=True,
    by_interval=True,
)
DAYS_TO_NOTICE: Final = Metric(
    "life_event.days_to_notice",
    "Days until an event is noticed",
    "median days from an event to the first day on which the window shows what it made of "
    "somebody; lower and upper: a tenth of events is noticed sooner, a tenth later",
    "How long a change in somebody's life stays unseen.",
)
MOST_DAYS_TO_NOTICE: Final = {SHORT_WINDOW: 92, LONG_WINDOW: 194}
"""Days by which half of the events must be noticed.

The short window turns over in 30 days; what it sees last is a subscription, which is one from its
third monthly charge on: 61 days after a first that comes within a month. The long one has turned
over after 180 days and the fortnight until the next payday, biweekly pay being the commonest.
"""
FAIRNESS: Final = Metric(
    "fairness",
    "Fairness",
    "share of the group with the outcome - share of everybody else; of education items: difference "
    "of the mean numbers / mean number of all",
    "Whether a group comes out otherwise than the rest, by more than chance and ten points.",
)
OF_EVENTS: Final = (NOTICED_SHARE, DAYS_TO_NOTICE, NEAR_A_LINE_SHARE)
METRICS: Final = (
    COVERAGE,
    EXPLAINABILITY,
    RELEVANCE,
    AUDITABILITY,
    ELIGIBILITY,
    ENOUGH_EDUCATION,
    ENOUGH_OFFERS,
    WITHDRAWAL_COMPLETENESS,
    GUARDRAIL_RECALL,
    *OF_EVENTS,
    FAIRNESS,
)
"""In the order they are stored and reported."""
