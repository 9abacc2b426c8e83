"""The judged tables: who is what, how that changed since last night, and whether groups differ."""

from __future__ import annotations

from spendsense_pipeline.personas.rules import PERSONA_KEYS, RULE_KEYS
from spendsense_pipeline.tables.declaration import (
    Column,
    ForeignKey,
    LeftOut,
    PipelineTable,
    RowCount,
    Stage,
    Step,
)
from spendsense_pipeline.tables.features import ONE_PER_PERSON_AND_WINDOW
from spendsense_pipeline.tables.raw import USER_KEY

JUDGE = Stage("judge")
ANY_PERSONA = "any"
DEMOGRAPHICS = ("age_band", "gender", "income_tier", "region")

PERSONA_ASSIGNMENTS = PipelineTable(
    "persona_assignments",
    "One row per consenting person and window: which persona the rule book says, and how clearly.",
    (
        Column("user_id", "VARCHAR", "The person"),
        Column("window_days", "INTEGER", "Length of the window judged", unit="days"),
        Column("as_of", "DATE", "Last day of the window"),
        Column(
            "primary_persona",
            "VARCHAR",
            "First rule by priority that matches; general if none does",
            allowed=PERSONA_KEYS,
        ),
        Column(
            "secondary_persona",
            "VARCHAR",
            "Next rule that matches; null when fewer than two do",
            nullable=True,
            allowed=RULE_KEYS,
        ),
        Column(
            "matched_personas",
            "VARCHAR[]",
            "Every rule that matches, in priority order; empty for general",
        ),
        Column(
            "severity",
            "DOUBLE",
            "How far the primary persona goes, comparable between personas: the greatest, over its "
            "criteria that are met, of (value - line) / (full - line), at least .01 and at most 1; "
            "0 for general",
            unit="0 to 1",
        ),
        Column(
            "status",
            "VARCHAR",
            "assigned when some rule matches, stable when none does",
            allowed=("assigned", "stable"),
        ),
        Column(
            "target_persona",
            "VARCHAR",
            "Persona the operator asked for; null in a natural population",
            nullable=True,
            allowed=PERSONA_KEYS,
        ),
        Column("rules_version", "VARCHAR", "Hash of the rules and thresholds that judged"),
    ),
    primary_key=("user_id", "window_days"),
    order_by=("user_id", "window_days"),
    foreign_keys=(USER_KEY,),
    step=Step("persona_assignments", JUDGE, "judge"),
    rows=ONE_PER_PERSON_AND_WINDOW,
)

JUDGED_PREDICATES = PipelineTable(
    "_judged_predicates",
    "One row per assignment and criterion: what was judged. Traces and transitions read it.",
    (
        Column("user_id", "VARCHAR", "The person"),
        Column("window_days", "INTEGER", "Length of the window judged", unit="days"),
        Column("persona", "VARCHAR", "Persona whose rule asks", allowed=RULE_KEYS),
        Column("criterion", "VARCHAR", "Key of the criterion in the rule book"),
        Column("rank", "INTEGER", "Its position in the rule book, from 1"),
        Column("feature", "VARCHAR", "The feature it reads"),
        Column("operator", "VARCHAR", "How value and threshold are compared"),
        Column("threshold", "DOUBLE", "Where the line is; 1 for yes"),
        Column("value", "DOUBLE", "Unrounded; yes is 1; null without data", nullable=True),
        Column("is_met", "BOOLEAN", "Whether the value satisfies it; missing data never does"),
        Column(
            "distance",
            "DOUBLE",
            "In the feature's unit, positive with room to spare; null without data",
            nullable=True,
        ),
        Column(
            "margin",
            "DOUBLE",
            "Distance over threshold; null without data, for yes/no and for a threshold of zero",
            nullable=True,
        ),
        Column("made_match", "BOOLEAN", "Whether it helped its persona to match"),
        Column(
            "severity",
            "DOUBLE",
            "How far it goes, from 0 at the line to 1 at its full value; null unless it is met",
            nullable=True,
        ),
        Column(
            "data_sufficiency",
            "VARCHAR",
            "Whether history is long enough for the feature to say all it can",
            allowed=("sufficient", "partial", "insufficient", "no_data"),
        ),
    ),
    primary_key=("user_id", "window_days", "criterion"),
    order_by=("user_id", "window_days", "rank"),
    foreign_keys=(
        ForeignKey(("user_id", "window_days"), "persona_assignments", ("user_id", "window_days")),
    ),
    step=PERSONA_ASSIGNMENTS.step,
    rows=RowCount(
        "one per assignment and criterion",
        "select count(*) * (select count(distinct criterion) from _judged_predicates) "
        "from persona_assignments",
    ),
    asset_name=PERSONA_ASSIGNMENTS.name,
    left_out=(
        LeftOut("checks", "every value and verdict is in the traces, which are replayed"),
        LeftOut("dataset", "the traces hold it all, with the words for it"),
    ),
)

PERSONA_TRANSITIONS = PipelineTable(
    "persona_transitions",
    "One row per person and window whose primary persona differs from the previous dataset's.",
    (
        Column("user_id", "VARCHAR", "The person"),
        Column("window_days", "INTEGER", "Length of the window judged", unit="days"),
        Column("previous_as_of", "DATE", "Day the earlier dataset was as of"),
        Column("as_of", "DATE", "Day of the change: the first dataset that shows it"),
        Column("from_persona", "VARCHAR", "Primary persona then", allowed=PERSONA_KEYS),
        Column("to_persona", "VARCHAR", "Primary persona now", allowed=PERSONA_KEYS),
        Column(
            "flipped_predicates",
            "VARCHAR[]",
            "Predicates whose answer changed: persona, comparison, and whether it is now met",
        ),
    ),
    primary_key=("user_id", "window_days"),
    order_by=("user_id", "window_days"),
    foreign_keys=(USER_KEY,),
    step=Step("persona_transitions", JUDGE, "compare with the night before"),
    rows=RowCount("at most one per assignment", "select count(*) from persona_assignments", "<="),
    left_out=(LeftOut("shards", "the night before is one file, compared in one piece"),),
)

TOLD_APART_DAYS = 130
"""With less history most people only seem to change: streams and pay have not been seen yet."""

PERSONA_HISTORY = PipelineTable(
    "persona_history",
    "One row per consenting person, window and month's end of the history: the persona the rule "
    "book says of the rows up to that day. Limits do not change and consent is today's. Rows with "
    f"less than {TOLD_APART_DAYS} days of history show people being told apart, not changing.",
    (
        Column("user_id", "VARCHAR", "The person"),
        Column("window_days", "INTEGER", "Length of the window judged", unit="days"),
        Column("as_of", "DATE", "Last day of the window, a month's last"),
        Column(
            "primary_persona",
            "VARCHAR",
            "First rule by priority that matches; general if none does",
            allowed=PERSONA_KEYS,
        ),
        Column("severity", "DOUBLE", "As in persona_assignments", unit="0 to 1"),
        Column("history_days", "INTEGER", "Days of history up to then", unit="days"),
    ),
    primary_key=("user_id", "window_days", "as_of"),
    order_by=("user_id", "window_days", "as_of"),
    foreign_keys=(USER_KEY,),
    step=Step("persona_history", JUDGE, "judge every month's end"),
    rows=RowCount(
        "at most one per assignment and month of two years",
        "select 25 * count(*) from persona_assignments",
        "<=",
    ),
    left_out=(
        LeftOut(
            "shards",
            "months are judged in one piece, and beyond a thousand people only where asked for",
        ),
    ),
)

FAIRNESS_REPORT = PipelineTable(
    "fairness_report",
    "One row per window, demographic group and persona: the group's share beside everybody else's.",
    (
        Column("window_days", "INTEGER", "Window of the assignments", unit="days"),
        Column("dimension", "VARCHAR", "Demographic compared", allowed=DEMOGRAPHICS),
        Column("group_name", "VARCHAR", "Group within the dimension; unknown is left out"),
        Column(
            "persona",
            "VARCHAR",
            "Primary persona counted; `any` counts everybody but general: the group's coverage",
            allowed=(*PERSONA_KEYS, ANY_PERSONA),
        ),
        Column("people", "BIGINT", "Consenting people in the group", unit="people"),
        Column("assigned", "BIGINT", "Of these, with that persona", unit="people"),
        Column("share", "DOUBLE", "assigned / people", unit="fraction"),
        Column("share_low", "DOUBLE", "Lower end of its 95 % Wilson interval", unit="fraction"),
        Column("share_high", "DOUBLE", "Upper end of its 95 % Wilson interval", unit="fraction"),
        Column("rest_people", "BIGINT", "Consenting people in the other groups", unit="people"),
        Column("rest_share", "DOUBLE", "Their share", unit="fraction", nullable=True),
        Column("difference", "DOUBLE", "share - rest_share", unit="fraction", nullable=True),
        Column(
            "tolerance",
            "DOUBLE",
            "Half-width of the 95 % interval of that difference if the group were like the rest, "
            "over all groups of the window at once, and at least 10 points",
            unit="fraction",
            nullable=True,
        ),
        Column("is_beyond", "BOOLEAN", "The difference exceeds the tolerance"),
    ),
    primary_key=("window_days", "dimension", "group_name", "persona"),
    order_by=("window_days", "dimension", "group_name", "persona"),
    step=Step("fairness_report", JUDGE, "compare groups"),
    rows=RowCount(
        "one per window, group and persona",
        "select count(distinct (window_days, dimension, group_name)) * count(distinct persona) "
        "from fairness_report",
    ),
)

JUDGED_TABLES: tuple[PipelineTable, ...] = (
    PERSONA_ASSIGNMENTS,
    JUDGED_PREDICATES,
    PERSONA_TRANSITIONS,
    PERSONA_HISTORY,
    FAIRNESS_REPORT,
)
