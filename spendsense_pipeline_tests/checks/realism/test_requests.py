"""What no population is like is made all the same, and the figure it breaks is named."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from spendsense_pipeline.checks.catalog import CHECKS
from spendsense_pipeline.checks.realism.figures import Band
from spendsense_pipeline.checks.realism.requested import deposits_band, subscriptions_band
from spendsense_pipeline.checks.running import run_check
from spendsense_pipeline.controls import SPENDING_CATEGORIES, ResolvedConfig
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration, a_population

[REALISTIC] = [check for check in CHECKS if check.name == "population_is_realistic"]
USE_OF_CARDS = "credit_utilization_distribution"
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "savers put away what few earn": (
        {"savings_adoption_rate": 0.9, "savings_transfer_range": (1_500, 2_000)},
        "personal deposits, USD (median)",
    ),
    "savings hardly grow": (
        {"savings_growth_target_pct": 0.5, "savings_adoption_rate": 0.9},
        "personal deposits, USD (median)",
    ),
    "every full card is overdue": (
        {"overdue_probability": 1.0, "min_payment_only_probability": 0.0},
        "cards over half used that are overdue",
    ),
    "every full card is paid the minimum": (
        {"overdue_probability": 0.0, "min_payment_only_probability": 1.0},
        "cards over half used that are paid the minimum only",
    ),
    "everybody has a business": (
        {"business_account_rate": 1.0},
        "people who have a business account",
    ),
    "everybody shares an account": (
        {"joint_account_rate": 1.0},
        "people who share their checking account",
    ),
    "nobody has consented": ({"consent_rate": 0.0}, "people who have consented"),
    "nobody has a card": (
        {"accounts_per_user_distribution": {"2": 1.0}, "credit_card_probability": 0.0},
        "people who have a credit card",
    ),
    "everybody has two cards": (
        {"accounts_per_user_distribution": {"4": 1.0}, "credit_card_probability": 1.0},
        "people who have a credit card",
    ),
    "every card is half used": ({USE_OF_CARDS: {"medium": 1.0}}, "cards used under 30 %"),
    "every card is full": ({USE_OF_CARDS: {"critical": 1.0}}, "cards used under 30 %"),
    "nobody subscribes to anything": (
        {"subscription_adoption_rate": 0.0},
        "people who have a subscription",
    ),
    "subscriptions cost far more than their lists": (
        {
            "subscription_monthly_spend_range": (300, 500),
            "subscription_adoption_rate": 1.0,
            "light_subscriber_share": 0.0,
        },
        "subscription spend per subscriber, USD a month (mean)",
    ),
    "a dozen subscriptions each": (
        {
            "subscription_count_min": 10,
            "subscription_count_max": 12,
            "subscription_monthly_spend_range": (100, 400),
            "light_subscriber_share": 0.0,
        },
        "subscriptions per subscriber (mean)",
    ),
    "three times the purchases": (
        {"transaction_multiplier": 3.0},
        "transactions per person and month, own transfers aside (median)",
    ),
    "eight in ten run out before payday": (
        {"cash_flow_stress_rate": 0.8},
        "card holders' everyday purchases on credit, by number",
    ),
    "nobody is paid regularly": (
        {"payroll_pattern_distribution": {"irregular": 1.0}},
        "monthly income, coefficient of variation (median)",
    ),
    "everything goes to travel": (
        {"category_spending_ratios": {"travel": 1.0}},
        "distance of spending by group to the survey (Jensen-Shannon)",
    ),
    "half goes to coffee": (
        {"category_spending_ratios": {"coffee": 0.5, "groceries": 0.5}},
        "purchase amount, median USD",
    ),
    "coffee for thirteen dollars": (
        {
            "custom_merchants": [
                {"name": "Zed", "category": "coffee", "typical_amount_usd": 13.5},
            ]
        },
        "coffee-shop ticket, USD (mean)",
    ),
    "one shop of a kind": (
        {
            "custom_merchants": [
                {"name": f"Zed {category}", "category": category}
                for category in SPENDING_CATEGORIES
            ]
        },
        "merchants per person in 180 days (median)",
    ),
}
FAST = ("savers put away what few earn", "everybody has a business", "coffee for thirteen dollars")


def asked(**controls: Any) -> ResolvedConfig:
    return a_configuration(
        as_of=dt.date(2026, 6, 30),
        config={"num_users": 300, "months_history": 6, "seed": 8},
        controls=controls,
    )


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=[] if case in FAST else pytest.mark.long) for case in CASES]
)
def test_what_nobody_is_like_is_named(case: str) -> None:
    controls, metric = CASES[case]
    resolved = asked(**controls)
    outcome = run_check(a_population(resolved), REALISTIC, resolved)
    assert not outcome.passed
    assert outcome.severity == "WARN"
    assert metric in [row["metric"] for row in outcome.failing_rows], outcome.failing_rows


@pytest.mark.parametrize(
    "preset",
    [None, pytest.param("calibrated", marks=pytest.mark.long)],
    ids=["default", "calibrated"],
)
def test_what_people_are_like_is_not(preset: str | None) -> None:
    resolved = a_configuration(
        preset=preset,
        as_of=dt.date(2026, 6, 30),
        config={"num_users": 300, "months_history": 6, "seed": 8},
    )
    outcome = run_check(a_population(resolved), REALISTIC, resolved)
    assert [row["metric"] for row in outcome.failing_rows] == []


def test_no_band_follows_any_request() -> None:
    survey = Band(4_000, 14_000)
    rich = deposits_band(
        asked(savings_adoption_rate=0.9, savings_transfer_range=(1_500, 2_000)), survey
    )
    assert (rich.low, rich.high) == (14_000, 35_000)
    poor = deposits_band(
        asked(
            savings_adoption_rate=1.0,
            savings_transfer_range=(1, 5),
            savings_growth_target_pct=100,
        ),
        survey,
    )
    assert (poor.low, poor.high) == (1_000, 4_000)
    many = asked(
        subscription_count_min=10,
        subscription_count_max=12,
        subscription_monthly_spend_range=(100, 400),
    )
    assert not subscriptions_band(many, Band(3, 5)).holds(10)
