"""What the run that made a dataset found and how long it took, published with the dataset."""

from __future__ import annotations

from spendsense_pipeline.tables.dataset import PUBLISHED
from spendsense_pipeline.tables.declaration import AnyCount, Column, LeftOut, PipelineTable

CHECK_RESULTS = PipelineTable(
    "check_results",
    "One row per check that was run on the rows published here: what it found.",
    (
        Column("asset", "VARCHAR", "The asset the check is about"),
        Column("check_name", "VARCHAR", "The check, unique within its asset"),
        Column(
            "severity",
            "VARCHAR",
            "ERROR stops publishing when it fails, WARN informs",
            allowed=("ERROR", "WARN"),
        ),
        Column("passed", "BOOLEAN", "Whether the promise is kept; true where it was skipped"),
        Column("figure", "DOUBLE", "What was measured; null without data", nullable=True),
        Column("bound", "VARCHAR", "What the figure is held against"),
        Column("failing_rows", "BIGINT", "How many rows break the promise", unit="rows"),
        Column("promise", "VARCHAR", "What the check promises"),
        Column("remedy", "VARCHAR", "What to do when it fails"),
        Column(
            "skipped_because",
            "VARCHAR",
            "Why nothing was judged; null where it was",
            nullable=True,
        ),
    ),
    primary_key=("asset", "check_name"),
    order_by=("asset", "check_name"),
    step=PUBLISHED,
    asset_name=PUBLISHED.name,
    rows=AnyCount("a run may leave out checks that only warn; a step run alone knows only its own"),
    left_out=(LeftOut("summary", "the summary shows what the rows say"),),
)

STAGE_SECONDS = "stage_seconds"
ADVICE_LATENCY = "advice_latency"
REVIEW_TURNAROUND = "review_turnaround"

RUN_FIGURES = PipelineTable(
    "run_figures",
    "One row per figure that a clock measured while this dataset was made; no two runs agree.",
    (
        Column(
            "metric",
            "VARCHAR",
            "What was measured",
            allowed=(STAGE_SECONDS, ADVICE_LATENCY, REVIEW_TURNAROUND),
        ),
        Column(
            "segment",
            "VARCHAR",
            "Of what: of stage_seconds the step, published_dataset until its tables were complete; of "
            "advice_latency the step, its seconds by consenting people; of review_turnaround the kind "
            "of item, the median from publication to an operator's first decision",
        ),
        Column("value", "DOUBLE", "The figure"),
        Column("unit", "VARCHAR", "The figure's unit", allowed=("s", "h")),
    ),
    primary_key=("metric", "segment"),
    order_by=("metric", "segment"),
    step=PUBLISHED,
    asset_name=PUBLISHED.name,
    rows=AnyCount("a step run alone, or rows that were imported, leave no time of the others"),
    left_out=(LeftOut("summary", "the summary shows what the rows say"),),
)

RUN_TABLES = (CHECK_RESULTS, RUN_FIGURES)
"""Both, in the order they are documented."""

_CHECKS = "_checks"


def checks_step(asset: str) -> str:
    """Name of the step that checks an asset."""
    return asset + _CHECKS


def checked_asset(step: str) -> str | None:
    """The asset a step checks; None of a step that makes one."""
    return step.removesuffix(_CHECKS) if step.endswith(_CHECKS) else None
