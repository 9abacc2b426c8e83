"""The advice: what each person may be told, where too little fits, and the texts it is made from."""

from __future__ import annotations

from spendsense_pipeline.personas.rules import PERSONA_KEYS, rule_features
from spendsense_pipeline.tables.declaration import (
    AnyCount,
    Column,
    ForeignKey,
    PipelineTable,
    Stage,
    Step,
)
from spendsense_pipeline.tables.raw import USER_KEY

ADVISE = Stage("advise")
ADVISED = Step("recommendations", ADVISE, "advise")

ITEM_KINDS = ("education", "offer")
EDUCATION_FORMS = ("article", "checklist", "template", "calculator", "explainer")
ITEM_FORMS = (*EDUCATION_FORMS, "offer")
REVIEW_STATES = ("pending", "approved", "rejected", "edited", "flagged", "withdrawn")
DISCLOSURE = (
    "This is educational content, not financial advice. Consult a licensed advisor for "
    "personalized guidance."
)
FEWEST_ITEMS = {"education": 3, "offer": 1}
MOST_ITEMS = {"education": 5, "offer": 3}
"""How many items a person has in a window: fewer are a shortfall, more are left out."""

# Whatever features the rules read, in the window's own table, and rows beside them; which of these
# is for each item to say.
_CITED = (
    *(f"features_180d.{criterion.feature}" for criterion in rule_features()),
    "raw_accounts.balance_current",
    "raw_accounts.balance_limit",
    "raw_liabilities.apr_percentage",
    "raw_liabilities.minimum_payment_amount",
    "raw_loans.next_monthly_payment_usd",
    "recurring_streams.monthly_amount",
)

CONTENT_ITEMS = PipelineTable(
    "content_items",
    "One row per item of the content catalogue in force: what can be recommended.",
    (
        Column("content_id", "VARCHAR", "Identifier of the item"),
        Column(
            "kind", "VARCHAR", "Something to learn, or a product to consider", allowed=ITEM_KINDS
        ),
        Column("form", "VARCHAR", "How it is told", allowed=ITEM_FORMS),
        Column("title", "VARCHAR", "Its heading"),
        Column("body", "VARCHAR", "Its text, in Markdown paragraphs and lists"),
        Column("topics", "VARCHAR[]", "What it is about"),
        Column("personas", "VARCHAR[]", "Personas it is written for"),
        Column(
            "product_kind",
            "VARCHAR",
            "Kind of product of an offer; null of education",
            nullable=True,
        ),
        Column(
            "reading_minutes",
            "INTEGER",
            "How long it takes to read; null of offers",
            unit="minutes",
            nullable=True,
        ),
        Column("catalog_version", "VARCHAR", "Hash of the whole catalogue"),
    ),
    primary_key=("content_id",),
    order_by=("content_id",),
    step=ADVISED,
    asset_name="recommendations",
    rows=AnyCount("it holds the catalogue in force"),
)

RECOMMENDATIONS = PipelineTable(
    "recommendations",
    "One row per consenting person, window and item recommended: why, from whose numbers, and whether anybody may see it.",
    (
        Column(
            "recommendation_id",
            "VARCHAR",
            "Hash of the world, the person, the item's text, the persona and the verdicts; figures are no part of it, so both windows may share it and an approval lasts while only figures move",
        ),
        Column("user_id", "VARCHAR", "Consenting person"),
        Column("window_days", "INTEGER", "Length of the window it answers", unit="days"),
        Column("as_of", "DATE", "Last day of the window", sources=("persona_assignments.as_of",)),
        Column(
            "rank",
            "INTEGER",
            "Place among the person's items of that kind in that window, from 1: the more severe its signal, the earlier",
        ),
        Column(
            "kind", "VARCHAR", "Something to learn, or a product to consider", allowed=ITEM_KINDS
        ),
        Column(
            "form", "VARCHAR", "How it is told", allowed=ITEM_FORMS, sources=("content_items.form",)
        ),
        Column("content_id", "VARCHAR", "The item, in content_items"),
        Column("title", "VARCHAR", "Its heading", sources=("content_items.title",)),
        Column(
            "rationale",
            "VARCHAR",
            "Why this person is shown it, with the person's own numbers",
            sources=_CITED,
        ),
        Column("disclosure", "VARCHAR", "The sentence every item carries"),
        Column(
            "persona",
            "VARCHAR",
            "Persona of the person that it answers",
            allowed=PERSONA_KEYS,
            sources=("persona_assignments.matched_personas",),
        ),
        Column(
            "because",
            "JSON",
            "Trace of the decision, and the features and rows with the values the rationale cites",
            compression="zstd",
            sources=(*_CITED, "decision_traces.trace_id"),
        ),
        Column(
            "eligibility",
            "JSON",
            "Each criterion of the item with the person's value and the verdict",
            compression="zstd",
            sources=_CITED,
        ),
        Column("catalog_version", "VARCHAR", "Hash of the catalogue it is from"),
        Column(
            "status",
            "VARCHAR",
            "State of its review at publication; the review log says what it is now",
            allowed=REVIEW_STATES,
        ),
    ),
    primary_key=("recommendation_id", "window_days"),
    order_by=("user_id", "window_days", "kind", "rank"),
    foreign_keys=(
        USER_KEY,
        ForeignKey(("user_id", "window_days"), "persona_assignments", ("user_id", "window_days")),
        ForeignKey(("content_id",), "content_items", ("content_id",)),
    ),
    step=ADVISED,
    rows=AnyCount(
        "between one and eight per person and window; what is missing is in recommendation_shortfalls"
    ),
)

RECOMMENDATION_SHORTFALLS = PipelineTable(
    "recommendation_shortfalls",
    "One row per consenting person, window and kind of item of which fewer fit than a person should have; never padded.",
    (
        Column("user_id", "VARCHAR", "Consenting person"),
        Column("window_days", "INTEGER", "Length of the window", unit="days"),
        Column(
            "kind", "VARCHAR", "Something to learn, or a product to consider", allowed=ITEM_KINDS
        ),
        Column("eligible_count", "INTEGER", "How many items fit", unit="items"),
        Column("least_count", "INTEGER", "How many a person should have", unit="items"),
        Column(
            "reason",
            "VARCHAR",
            "How many items were written for the person's personas, and what kept them away",
        ),
    ),
    primary_key=("user_id", "window_days", "kind"),
    order_by=("user_id", "window_days", "kind"),
    foreign_keys=(USER_KEY,),
    step=ADVISED,
    asset_name="recommendations",
    rows=AnyCount("none where enough fits everybody"),
)

ADVICE_TABLES: tuple[PipelineTable, ...] = (
    CONTENT_ITEMS,
    RECOMMENDATIONS,
    RECOMMENDATION_SHORTFALLS,
)
