"""What a configuration would make, in memory, before anything is written.

Nothing is computed here that a run does not compute by the same functions. Making it in a process
of its own, killed by the next change, is `worker`."""

from spendsense_pipeline.preview.making import FIRST_USERS, preview
from spendsense_pipeline.preview.records import (
    Card,
    Overlap,
    Preview,
    SampleLife,
    StageSeconds,
    Subscription,
)

__all__ = [
    "FIRST_USERS",
    "Card",
    "Overlap",
    "Preview",
    "SampleLife",
    "StageSeconds",
    "Subscription",
    "preview",
]
