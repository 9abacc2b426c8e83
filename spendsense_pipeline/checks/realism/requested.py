"""Bands of figures that a control fixes: what the operator asked for, not what surveys found."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from spendsense_pipeline.checks.realism.figures import Band
from spendsense_pipeline.checks.realism.intervals import Floats

if TYPE_CHECKING:
    from spendsense_pipeline.controls import ResolvedConfig

# Utilisation bands of cards, as the control names them; a card may end a night over its limit by a
# fee, and critical cards are kept under 95 %.
_USE_ENDS: Final = {
    "low": (0.0, 0.3),
    "medium": (0.3, 0.5),
    "high": (0.5, 0.8),
    "critical": (0.8, 1.0),
}
_MOST_USE: Final = 0.95
CADENCES: Final = ("weekly", "biweekly", "semimonthly", "monthly")
# A quantile so near the end of a band of use may fall on either side of it.
_NEAR: Final = 0.06
# What people hold, and the spread of its logarithm (Survey of Consumer Finances 2022: a median of
# $8,000 in transaction accounts and a mean near $62,000); of savers who were asked for, the spread.
_HELD_USD: Final = 8_000
_HELD_SIGMA: Final = 2.0
_SAVED_SIGMA: Final = 0.7
_DEPOSITS_FACTOR: Final = 1.6
# What no population's median lies beyond: of the poorest fifth $900 (Survey of Consumer Finances
# 2022), of those between the best paid fifth and tenth $35,000.
_DEPOSITS_MEDIAN_USD: Final = (1_000, 35_000)
_SUBSCRIPTIONS_MOST: Final = 7.0


def changes(resolved: ResolvedConfig, *controls: str) -> bool:
    """Whether the operator asked for another value of any of these controls than the default, or
    for personas, to which every control yields."""
    return not resolved.is_natural or any(name in resolved.changed_controls for name in controls)


def utilization_band(resolved: ResolvedConfig, place: float, survey: Band) -> Band:
    """Where a quantile of card use lies, as the shares of cards asked for say.

    Args:
        resolved: The configuration.
        place: 0.5 for the median.
        survey: The band where the shares are those of the preset that follows the survey.
    """
    from spendsense_pipeline.controls import PRESET_CONFIGS

    asked = resolved.controls.credit_utilization_distribution
    if asked == PRESET_CONFIGS["calibrated"].credit_utilization_distribution:
        return survey
    shares = np.cumsum([asked[name] for name in _USE_ENDS])
    low, high = (
        list(_USE_ENDS.values())[min(int(np.searchsorted(shares, at - 1e-9)), len(_USE_ENDS) - 1)]
        for at in (place - _NEAR, place + _NEAR)
    )
    return Band(low[0], high[1])


def filled_ranges(resolved: ResolvedConfig) -> tuple[tuple[float, float], ...]:
    """Ranges of use, in points, that cards were asked for in."""
    asked = resolved.controls.credit_utilization_distribution
    return tuple(
        (100 * low, 100 * min(high, _MOST_USE))
        for name, (low, high) in _USE_ENDS.items()
        if asked[name] > 0
    )


def revolver_band(resolved: ResolvedConfig) -> Band:
    """The share of card users who pay interest: those who have a high or a critical card."""
    asked = resolved.controls.credit_utilization_distribution
    revolving = asked["high"] + asked["critical"]
    users = {
        int(accounts) - 2: share
        for accounts, share in resolved.controls.accounts_per_user_distribution.items()
    }
    holders = sum(share for cards, share in users.items() if cards > 0)
    expected = sum(
        share * (1 - (1 - revolving) ** cards) for cards, share in users.items() if cards > 0
    )
    middle = expected / holders if holders else 0.0
    return Band(max(0.0, round(middle - 0.1, 2)), min(1.0, round(middle + 0.1, 2)))


def cadence_shares(resolved: ResolvedConfig) -> Floats:
    """Pay cadences asked for, irregular pay aside: `[4]`."""
    asked = resolved.controls.payroll_pattern_distribution
    shares = np.array([asked.get(name, 0.0) for name in CADENCES])
    total = float(shares.sum())
    return shares / total if total else shares


def deposits_band(resolved: ResolvedConfig, survey: Band) -> Band:
    """Where the median of what people hold lies, as savers are asked for.

    Six months of transfers over the growth asked for are what a saver holds, whatever a survey
    says; others hold what it says. Its band stands where the median of both together lies in it;
    another one reaches no further than any kind of people is known to hold.

    Args:
        resolved: The configuration.
        survey: The survey's band.
    """
    controls = resolved.controls
    share = controls.savings_adoption_rate
    saved_usd = 6 * sum(controls.savings_transfer_range) / 2
    held_usd = saved_usd / (controls.savings_growth_target_pct / 100)
    others = NormalDist(math.log(_HELD_USD), _HELD_SIGMA)
    savers = NormalDist(math.log(held_usd), _SAVED_SIGMA)
    expected = next(
        usd
        for usd in np.geomspace(100, 1_000_000, 500).tolist()
        if (1 - share) * others.cdf(math.log(usd)) + share * savers.cdf(math.log(usd)) >= 0.5
    )
    if survey.holds(expected):
        return survey
    least, most = _DEPOSITS_MEDIAN_USD
    low, high = expected / _DEPOSITS_FACTOR, expected * _DEPOSITS_FACTOR
    return Band(
        round(min(max(low, least), survey.high or most), -2),
        round(max(min(high, most), survey.low or least), -2),
    )


def subscriptions_band(resolved: ResolvedConfig, survey: Band) -> Band:
    """Subscriptions per subscriber: the survey's band where what was asked for lies in it, else
    one around what was asked for, while people are known to have as many."""
    controls = resolved.controls
    light = controls.light_subscriber_share
    heavy = (controls.subscription_count_min + controls.subscription_count_max) / 2
    expected = light * 1.5 + (1 - light) * heavy
    if survey.holds(expected):
        return survey
    middle = min(expected, _SUBSCRIPTIONS_MOST)
    return Band(middle - 0.8, middle + 0.8)
