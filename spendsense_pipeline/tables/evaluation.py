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
    "One row per measure, subject and window: how well the pipeline does what it says, against what "
    "only the generator knows.",
    (
        Column("measure", "VARCHAR", "What is measured"),
        Column("subject", "VARCHAR", "Of what: a kind of life event, or any"),
        Column("window_days", "INTEGER", "Length of the window judged", unit="days"),
        Column("value", "DOUBLE", "The figure", unit="as unit says"),
        Column("unit", "VARCHAR", "Its unit"),
        Column("cases", "BIGINT", "How many cases it is about", unit="cases"),
    ),
    primary_key=("measure", "subject", "window_days"),
    order_by=("measure", "window_days", "subject"),
    step=Step("evaluation", ADVISE, "put the scores together"),
    rows=AnyCount("none where nothing is known to have happened"),
)

SCORED_TABLES: tuple[PipelineTable, ...] = (EVENT_DETECTION, EVALUATION)
