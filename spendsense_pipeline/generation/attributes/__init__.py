"""The attributes of a population: cards, pay, rhythm, subscriptions and savings of each person.

`profiles` says what they are, `sampling` who gets which, as the controls ask.
"""

from spendsense_pipeline.generation.attributes.profiles import (
    BANDS,
    BIWEEKLY,
    CADENCES,
    CARDS_PER_USER_MAX,
    CRITICAL,
    HIGH,
    IRREGULAR,
    LOW,
    MEDIUM,
    MONTHLY,
    NO_CARD,
    PAYS_FREELY,
    PAYS_LATE,
    PAYS_MINIMUM,
    SEMIMONTHLY,
    WEEKLY,
    Profiles,
)
from spendsense_pipeline.generation.attributes.sampling import sample_profiles

__all__ = [
    "BANDS",
    "BIWEEKLY",
    "CADENCES",
    "CARDS_PER_USER_MAX",
    "CRITICAL",
    "HIGH",
    "IRREGULAR",
    "LOW",
    "MEDIUM",
    "MONTHLY",
    "NO_CARD",
    "PAYS_FREELY",
    "PAYS_LATE",
    "PAYS_MINIMUM",
    "SEMIMONTHLY",
    "WEEKLY",
    "Profiles",
    "sample_profiles",
]
