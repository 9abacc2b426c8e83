"""Measures: what each consenting person's rows show.

Knows no persona, and nothing of how the rows were made.
"""

from spendsense_pipeline.features.build import (
    build_features,
    build_recurring_streams,
    build_streams_and_features,
)
from spendsense_pipeline.features.inputs import FeatureInputError, disagreements

__all__ = [
    "FeatureInputError",
    "build_features",
    "build_recurring_streams",
    "build_streams_and_features",
    "disagreements",
]
