"""The attributes of a population: cards, pay, rhythm, subscriptions and savings of each person.

`profiles` says what they are; the other modules sample them, as the controls ask and as far as a
target leaves them open.
"""

from spendsense_pipeline.generation.attributes.profiles import (
    CARDS_PER_USER_MAX,
    Band,
    Cadence,
    IncomeSources,
    PaymentHabit,
    Profiles,
)
from spendsense_pipeline.generation.attributes.sampling import sample_profiles

__all__ = [
    "CARDS_PER_USER_MAX",
    "Band",
    "Cadence",
    "IncomeSources",
    "PaymentHabit",
    "Profiles",
    "sample_profiles",
]
