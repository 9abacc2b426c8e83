"""How much history a feature needs before it can say anything, and before it says all it can.

Traces print the answer beside every observed value, so that "no subscriptions" after three weeks is
not read as a finding. Computes no feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from spendsense_pipeline.tables.features import FEATURES

Sufficiency = Literal["sufficient", "partial", "insufficient"]

# Three monthly charges span two gaps; the shortest two months in a row are 28 + 31 days.
THREE_MONTHLY_CHARGES: Final = 60
# The days streams are judged on: 3 × 30.44 with room for month lengths, weekends and one skip.
STREAM_LOOKBACK: Final = 130
# Two monthly paydays and the days between them.
TWO_MONTHLY_PAYDAYS: Final = 32


@dataclass(frozen=True)
class Need:
    """Days of history below which a feature shows nothing, and from which it shows everything."""

    least: int
    full: int | None
    """None: the whole window."""


_STATE = Need(1, 1)  # read from balances and liabilities at as_of
_FLOW = Need(1, None)
_STREAM = Need(THREE_MONTHLY_CHARGES, STREAM_LOOKBACK)

NEEDS: Final[dict[str, Need]] = {column.name: _FLOW for column in FEATURES} | {
    "subscription_count": _STREAM,
    "monthly_subscription_spend_usd": _STREAM,
    "subscription_spend_share": _STREAM,
    "recurring_bill_count": _STREAM,
    "monthly_bills_usd": _STREAM,
    "savings_balance_usd": _STATE,
    "card_count": _STATE,
    "max_utilization": _STATE,
    "mean_utilization": _STATE,
    "utilization_over_30": _STATE,
    "utilization_over_50": _STATE,
    "utilization_over_80": _STATE,
    "is_overdue": _STATE,
    "history_days": _STATE,
    # One statement cycle must close, and a payment answer it.
    "minimum_payment_only": Need(31, None),
    "median_pay_gap_days": Need(TWO_MONTHLY_PAYDAYS, None),
    "pay_frequency": Need(TWO_MONTHLY_PAYDAYS, None),
    "income_variability": Need(TWO_MONTHLY_PAYDAYS, None),
    "balance_volatility": Need(2, None),
}


def data_sufficiency(feature: str, history_days: int | None, window_days: int) -> Sufficiency:
    """Whether that much history is enough for the feature in that window.

    Args:
        feature: name of a declared feature.
        history_days: days of the person's history to as_of, both ends included; None: no history.
        window_days: length of the window in days.

    Returns:
        `insufficient`: the history is too short to show it at all; `partial`: it covers less than
        the feature looks at, so the value may still change; `sufficient`: all there is to see is
        there.

    Raises:
        KeyError: nobody declared such a feature.
    """
    need = NEEDS[feature]
    full = window_days if need.full is None else need.full
    # A need longer than the window is met outside it: the 30-day window sees older paydays too.
    if history_days is None or history_days < need.least:
        return "insufficient"
    return "sufficient" if history_days >= full else "partial"
