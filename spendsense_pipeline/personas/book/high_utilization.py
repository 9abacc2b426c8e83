"""High utilization: a card that is full, dear, paid at the minimum, or late."""

from __future__ import annotations

from spendsense_pipeline.personas.criteria import (
    ABOVE,
    AT_LEAST,
    IS,
    CountsAs,
    Criterion,
    Focus,
    GradedTo,
    Line,
    PersonaRule,
    Proof,
    Reason,
    any_of,
)

# Also what the savings builder's use of cards rests on.
CARD_USE_LABEL = "use of your most used card"
CARD_USE_PROOF = Proof("accounts", "balance_current / balance_limit of the account")
# Cards below 50 % only: what a population needs whose target ranks below high utilization.
CALM_CARDS = {"low": 0.6, "medium": 0.4}

CARD_USE_HIGH = Criterion(
    "card_use_high",
    "max_utilization",
    AT_LEAST,
    Line(
        "high_utilization_max_utilization_share",
        0.50,
        0,
        2,
        "fraction of limit",
        "High utilization: the fullest card is at or above this.",
    ),
    "fraction",
    CARD_USE_LABEL,
    severity=GradedTo(1.0),  # the limit
    reason=Reason(
        "CARD_USE_HIGH",
        "{card_start} is at {shown} of its limit ({card_balance} of {card_limit}); {threshold} or "
        "more counts as high use.",
    ),
    proof=CARD_USE_PROOF,
)
CARD_INTEREST_CHARGED = Criterion(
    "card_interest_charged",
    "interest_charged_usd",
    ABOVE,
    Line(
        "high_utilization_interest_usd",
        0.0,
        0,
        10_000,
        "USD",
        "High utilization: card interest posted in the window is above this.",
    ),
    "USD",
    "card interest charged",
    severity=GradedTo(600.0),  # a hundred dollars a month for half a year
    reason=Reason(
        "CARD_INTEREST_CHARGED",
        "Card interest of {shown} was charged in these {window_days} days; we note anything above "
        "{threshold}.",
    ),
    proof=Proof("transactions", "sum of amounts"),
)
CARD_MINIMUM_ONLY = Criterion(
    "card_minimum_only",
    "minimum_payment_only",
    IS,
    1.0,
    "yes/no",
    "paying only the minimum on a card",
    severity=CountsAs(0.5),
    reason=Reason(
        "CARD_MINIMUM_ONLY",
        "Payments on a card in these {window_days} days were close to the minimum due, with more "
        "left on the statement.",
    ),
    proof=Proof(
        "transactions",
        "on some card every payment is within 5 % of the minimum of the statement it answered, "
        "with more owed",
    ),
)
CARD_OVERDUE = Criterion(
    "card_overdue",
    "is_overdue",
    IS,
    1.0,
    "yes/no",
    "a card payment past its due date",
    severity=CountsAs(1.0),
    reason=Reason(
        "CARD_PAYMENT_PAST_DUE",
        "A payment on {overdue_card} was due{overdue_since} and has not been recorded yet.",
    ),
    proof=Proof("accounts", "a due date has passed with its minimum unpaid"),
)

HIGH_UTILIZATION = PersonaRule(
    key="high_utilization",
    title="High Utilization",
    plain="high card use",
    meaning="A card is used heavily, charged interest, paid at the minimum only, or overdue.",
    months_of_history=0,  # a balance and a limit say it on the first day
    focus=Focus(
        description="Everybody has a card that is half full or more; many are overdue or pay the "
        "minimum.",
        controls={
            "credit_card_probability": 1.0,
            "credit_utilization_distribution": {"high": 0.6, "critical": 0.4},
            "overdue_probability": 0.25,
            "min_payment_only_probability": 0.35,
        },
    ),
    tree=any_of(CARD_USE_HIGH, CARD_INTEREST_CHARGED, CARD_MINIMUM_ONLY, CARD_OVERDUE),
)
