"""Bands of what controls fix follow what was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from spendsense_pipeline.checks.realism.figures import Band
from spendsense_pipeline.checks.realism.requested import (
    cadence_shares,
    changes,
    deposits_band,
    filled_ranges,
    revolver_band,
    subscriptions_band,
    utilization_band,
)
from spendsense_pipeline_tests.fixtures.generated_people import a_configuration

SURVEY = Band(0.468, 0.568)
DEFAULT = a_configuration()
CALIBRATED = a_configuration(preset="calibrated")


def with_cards(low: float, medium: float, high: float, critical: float) -> dict[str, Any]:
    shares = {"low": low, "medium": medium, "high": high, "critical": critical}
    return {"controls": {"credit_utilization_distribution": shares}}


def test_card_use_follows_the_shares_of_cards() -> None:
    assert utilization_band(DEFAULT, 0.5, SURVEY) == Band(0.3, 0.5)
    assert utilization_band(DEFAULT, 0.75, SURVEY) == Band(0.3, 0.8)  # on the line of two bands
    assert utilization_band(CALIBRATED, 0.75, SURVEY) == SURVEY
    all_low = a_configuration(**with_cards(1, 0, 0, 0))
    assert utilization_band(all_low, 0.9, SURVEY) == Band(0.0, 0.3)
    assert filled_ranges(all_low) == ((0, 30),)
    assert filled_ranges(DEFAULT) == ((0, 30), (30, 50), (50, 80), (80, 95))


def test_revolvers_are_who_has_a_high_card() -> None:
    # one card in 2/3 of holders, two in 1/3: 2/3 x .25 + 1/3 x (1 - .75^2) = .3125
    assert revolver_band(DEFAULT) == Band(pytest.approx(0.21), pytest.approx(0.41))
    none = revolver_band(a_configuration(**with_cards(0.5, 0.5, 0, 0)))
    assert none == Band(0, pytest.approx(0.1))


def test_cadences_are_those_asked_for_without_the_irregular() -> None:
    assert cadence_shares(DEFAULT).sum() == pytest.approx(1)
    assert cadence_shares(DEFAULT)[0] == pytest.approx(0.15 / 0.70)
    assert cadence_shares(CALIBRATED)[1] == pytest.approx(0.43, abs=0.01)  # BLS


def test_subscriptions_follow_the_survey_while_it_can_hold() -> None:
    assert subscriptions_band(DEFAULT, Band(3, 5)) == Band(3, 5)
    many = {"subscription_count_min": 5, "subscription_count_max": 7, "light_subscriber_share": 0}
    band = subscriptions_band(a_configuration(controls=many), Band(3, 5))
    assert (band.low, band.high) == (pytest.approx(5.2), pytest.approx(6.8))


def test_targets_change_whatever_they_bend() -> None:
    assert not changes(DEFAULT, "transaction_volatility")
    assert changes(a_configuration(preset="balanced"), "transaction_volatility")
    louder = a_configuration(controls={"transaction_volatility": 0.9})
    assert changes(louder, "transaction_volatility")
    assert not changes(louder, "transaction_multiplier")


def test_deposits_are_judged_against_what_savers_were_asked_to_hold() -> None:
    survey = Band(4_000, 14_000)
    assert deposits_band(a_configuration(controls={"savings_adoption_rate": 0}), survey) == survey
    # 6 x $250 over 15 % is $10,000, as the survey has it.
    assert (
        deposits_band(a_configuration(controls={"savings_growth_target_pct": 15}), survey) == survey
    )
    wanted = a_configuration(controls={"savings_adoption_rate": 0.7})
    band = deposits_band(wanted, survey)  # $30,000 for seven in ten
    assert not band.holds(12_000)
    assert band.holds(24_000)
    assert not band.holds(40_000)
