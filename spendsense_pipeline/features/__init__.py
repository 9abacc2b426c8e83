"""Measures: what each consenting person's rows show.

Knows no persona, and nothing of how the rows were made.
"""

from spendsense_pipeline.features.build import build_features, build_recurring_streams
from spendsense_pipeline.features.catalog import (
    FEATURE_TABLES,
    FEATURES,
    FEATURES_30D,
    FEATURES_180D,
    FEATURES_BY_NAME,
    MEASURED_TABLES,
    RECURRING_STREAMS,
    WINDOWS,
    disagreements,
    unrounded,
)
from spendsense_pipeline.features.inputs import FeatureInputError
from spendsense_pipeline.features.sufficiency import NEEDS, Sufficiency, data_sufficiency

__all__ = [
    "FEATURES",
    "FEATURES_30D",
    "FEATURES_180D",
    "FEATURES_BY_NAME",
    "FEATURE_TABLES",
    "MEASURED_TABLES",
    "NEEDS",
    "RECURRING_STREAMS",
    "WINDOWS",
    "FeatureInputError",
    "Sufficiency",
    "build_features",
    "build_recurring_streams",
    "data_sufficiency",
    "disagreements",
    "unrounded",
]
