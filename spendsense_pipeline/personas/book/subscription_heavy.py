"""Subscription-heavy: several subscriptions that add up, in dollars or as a share of spending."""

from __future__ import annotations

from spendsense_pipeline.personas.book.high_utilization import CALM_CARDS
from spendsense_pipeline.personas.criteria import (
    AT_LEAST,
    Criterion,
    Focus,
    GradedTo,
    Line,
    PersonaRule,
    Proof,
    Reason,
    all_of,
    any_of,
)

SUBSCRIPTION_COUNT = Criterion(
    "subscription_count",
    "subscription_count",
    AT_LEAST,
    Line(
        "subscription_heavy_subscription_count",
        3,
        1,
        50,
        "subscriptions",
        "Subscription heavy: at least this many active subscriptions.",
    ),
    "count",
    "number of active subscriptions",
    severity=GradedTo(10.0),
    reason=Reason(
        "SUBSCRIPTION_COUNT",
        "You have {shown} active subscriptions{subscription_names}; {threshold} or more counts as "
        "many.",
    ),
    proof=Proof("streams", "number of streams"),
)
SUBSCRIPTION_SPEND = Criterion(
    "subscription_spend",
    "monthly_subscription_spend_usd",
    AT_LEAST,
    Line(
        "subscription_heavy_monthly_spend_usd",
        50.0,
        0,
        10_000,
        "USD per month",
        "Subscription heavy: they cost at least this a month, or …",
    ),
    "USD per month",
    "monthly cost of your subscriptions",
    severity=GradedTo(200.0),  # the most the focus preset asks of anybody
    reason=Reason(
        "SUBSCRIPTION_SPEND",
        "Your subscriptions come to {shown} a month; we look for {threshold} or more.",
    ),
    proof=Proof("streams", "sum of average_amount × 30.44 / cadence_days"),
)
SUBSCRIPTION_SHARE = Criterion(
    "subscription_share",
    "subscription_spend_share",
    AT_LEAST,
    Line(
        "subscription_heavy_spend_share",
        0.10,
        0,
        1,
        "share of spend",
        "Subscription heavy: … they are at least this share of all spending.",
    ),
    "fraction",
    "share of your spending that goes to subscriptions",
    severity=GradedTo(0.5),  # half of all spending
    reason=Reason(
        "SUBSCRIPTION_SHARE",
        "Subscriptions are {shown} of what you spent in these {window_days} days; we look for "
        "{threshold} or more.",
    ),
    proof=Proof("transactions", "sum of amounts / total_spend_usd", divides_by_spend=True),
)

SUBSCRIPTION_HEAVY = PersonaRule(
    key="subscription_heavy",
    title="Subscription-Heavy",
    plain="many subscriptions",
    meaning="Several subscriptions that add up, in dollars or as a share of spending.",
    months_of_history=3,  # three monthly charges make a stream
    focus=Focus(
        description="Everybody has many subscriptions.",
        controls={
            "subscription_adoption_rate": 1.0,
            "subscription_count_min": 5,
            "subscription_count_max": 9,
            "subscription_monthly_spend_range": (60.0, 200.0),
            "credit_utilization_distribution": CALM_CARDS,
        },
    ),
    tree=all_of(SUBSCRIPTION_COUNT, any_of(SUBSCRIPTION_SPEND, SUBSCRIPTION_SHARE)),
)
