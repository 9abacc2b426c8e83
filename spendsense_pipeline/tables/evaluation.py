"""The scores: how well the pipeline does what it says, where the truth is known."""

from __future__ import annotations

from spendsense_pipeline.tables.advice import ADVISE
from spendsense_pipeline.tables.declaration import (
    AnyCount,
    Column,
    ForeignKey,
    LeftOut,
    PipelineTable,
    Step,
)
from spendsense_pipeline.tables.raw import LIFE_EVENT_KINDS, USER_KEY

EVENT_DETECTION = PipelineTable(
    "event_detection",
    "One row per life event of a consenting person and window: the first day on which the window "
    "showed the persona that the event made of them.",
    (
        Column("event_id", "VARCHAR", "The event"),
        Column("user_id", "VARCHAR", "Person it happened to"),
        Column("window_days", "INTEGER", "Length of the window judged", unit="days"),
        Column("kind", "VARCHAR", "What happened", allowed=LIFE_EVENT_KINDS),
        Column("happened_on", "DATE", "Day from which the person lives otherwise"),
        Column("noticed_on", "DATE", "First day the window showed it; null unless noticed", nullable=True),
        Column("noticed_after_days", "INTEGER", "Days from the event to that day", unit="days", nullable=True),
        Column(
            "status",
            "VARCHAR",
            "noticed; never, in all the days that are watched; not yet, as too few have passed; "
            "overtaken, as the event was over or another came; unsteady, where the window had not "
            "shown the persona before the event: such people live near a line, or their history had "
            "just begun",
            allowed=("noticed", "never", "not yet", "overtaken", "unsteady"),
        ),
    ),
    primary_key=("event_id", "window_days"),
    order_by=("event_id", "window_days"),
    foreign_keys=(USER_KEY, ForeignKey(("event_id",), "life_events", ("event_id",))),
    step=Step("event_detection", ADVISE, "score how soon events are noticed"),
    rows=AnyCount("none for imports, and beyond a thousand people only where months are judged"),
    left_out=(LeftOut("shards", "days gone by are judged in one piece"),),
)  # fmt: skip

EVALUATION = PipelineTable(
    "evaluation",
    "One row per figure: how well the pipeline does what it says, beside what it must do.",
    (
        Column("metric", "VARCHAR", "What is measured"),
        Column(
            "segment",
            "VARCHAR",
            "Of what: the window, a kind of event, a group, a kind of bad item",
        ),
        Column(
            "value",
            "DOUBLE",
            "The figure: a share, a difference of shares, or days; null without a case",
            nullable=True,
        ),
        Column(
            "numerator",
            "BIGINT",
            "Cases counted; of fairness those of the group; null of days",
            unit="cases",
            nullable=True,
        ),
        Column(
            "denominator",
            "BIGINT",
            "Cases there are; of fairness the people of the group",
            unit="cases",
            nullable=True,
        ),
        Column(
            "lower",
            "DOUBLE",
            "Lower end of its interval; of days the first tenth; null where all cases there can be "
            "are counted",
            nullable=True,
        ),
        Column(
            "upper", "DOUBLE", "Upper end of its interval; of days the last tenth", nullable=True
        ),
        Column("target", "VARCHAR", "What it must be"),
        Column("passed", "BOOLEAN", "Whether it is; null where too few cases tell", nullable=True),
        Column("formula", "VARCHAR", "What is divided by what"),
        Column("note", "VARCHAR", "Why it was not judged; null where it was", nullable=True),
    ),
    primary_key=("metric", "segment"),
    order_by=("metric", "segment"),
    step=Step("evaluation", ADVISE, "put the scores together"),
    rows=AnyCount("as many as there are groups, kinds of events and kinds of bad items"),
)

SCORED_TABLES: tuple[PipelineTable, ...] = (EVENT_DETECTION, EVALUATION)
