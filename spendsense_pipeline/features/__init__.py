"""Measures: what each consenting person's rows show.

Knows no persona, and nothing of how the rows were made.
"""

from spendsense_pipeline.features.build import build_features, build_recurring_streams
from spendsense_pipeline.features.inputs import FeatureInputError, disagreements

__all__ = [
    "FeatureInputError",
    "build_features",
    "build_recurring_streams",
    "disagreements",
]
