"""Numbers of the feature definitions that queries are bound to, each once and with its reason.

Lines that a query draws for itself alone stand in that query; the words are in `vocabulary.py`.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from spendsense_pipeline.calendar_units import (
    DAYS_PER_WEEK,
    DAYS_PER_YEAR,
    NOMINAL_DAYS_PER_MONTH,
)
from spendsense_pipeline.features.merchant_words import DEAREST_UNKNOWN_SUBSCRIPTION_CENTS
from spendsense_pipeline.features.sufficiency import STREAM_LOOKBACK
from spendsense_pipeline.tables.features import LEAST_BASE_USD, LOW_BALANCE_USD, UTILIZATION_BANDS

# An annual charge and the one before it, each free to move by two weeks.
LONGEST_LOOKBACK: Final = 400
CADENCE_DAYS: Final = {
    "WEEKLY": float(DAYS_PER_WEEK),
    "BIWEEKLY": 2.0 * DAYS_PER_WEEK,
    "SEMI_MONTHLY": NOMINAL_DAYS_PER_MONTH / 2,
    "MONTHLY": NOMINAL_DAYS_PER_MONTH,
    "ANNUALLY": DAYS_PER_YEAR,
}
"""Plaid's word for a cadence -> its nominal days."""
# A charge skipped once is later than this many cadences.
LATE_AFTER_CADENCES: Final = 1.6
# Half-way between 14 and 15.22 days: gaps of "every other week" and of "twice a month" overlap.
SEMI_MONTHLY_FROM_DAYS: Final = (CADENCE_DAYS["BIWEEKLY"] + CADENCE_DAYS["SEMI_MONTHLY"]) / 2
PAY_GAPS: Final = {
    "weekly": (CADENCE_DAYS["WEEKLY"] - 1.5, CADENCE_DAYS["WEEKLY"] + 1.5),
    "biweekly": (CADENCE_DAYS["BIWEEKLY"] - 2, SEMI_MONTHLY_FROM_DAYS),
    "semimonthly": (SEMI_MONTHLY_FROM_DAYS, CADENCE_DAYS["SEMI_MONTHLY"] + 2.5),
    "monthly": (CADENCE_DAYS["MONTHLY"] - 4.5, CADENCE_DAYS["MONTHLY"] + 4.5),
}
"""Pay frequency -> the usual gaps in days called so, with room for weekends and months' lengths."""
# One employer may pay into two accounts, one of which shows it up to two business days early.
SAME_PAYDAY_DAYS: Final = 3
# Three business days between two institutions, across a long weekend.
OWN_TRANSFER_DAYS: Final = 6
# Somebody who changes jobs is paid by both for a last month and a notice at most.
JOB_CHANGE_DAYS: Final = 60
# No payroll is rarer than monthly, a late one included: who pays rarer is a client.
RAREST_PAYROLL_DAYS: Final = 45
# Who earns most is asked of half a year, the same for both windows.
MAIN_EARNER_DAYS: Final = 180
# Two gaps alike are the least a cadence can be read from.
LEAST_UNNAMED_PAYDAYS: Final = 3
# Ten hours a week at the federal minimum wage of $7.25 are $315 a month.
LEAST_MONTHLY_PAY_USD: Final = 300
# "Per month" in a feature is per 30 days, so that a 30-day window says what it counted.
FEATURE_MONTH_DAYS: Final = 30

# What repeats is numbered by account, merchant, kind and direction in one word of 63 bits.
MOST_ACCOUNTS: Final = 2**27
MOST_MERCHANTS: Final = 2**31
MOST_KINDS: Final = 2**4


@functools.cache
def _bound() -> dict[str, Any]:
    return {
        "lookback": STREAM_LOOKBACK,
        "longest_lookback": LONGEST_LOOKBACK,
        "dearest_unknown_subscription": DEAREST_UNKNOWN_SUBSCRIPTION_CENTS,
        "frequencies": list(CADENCE_DAYS),
        "cadence_days": list(CADENCE_DAYS.values()),
        "late_after_cadences": LATE_AFTER_CADENCES,
        "semi_monthly_from_days": SEMI_MONTHLY_FROM_DAYS,
        "pay_frequencies": list(PAY_GAPS),
        "least_pay_gaps": [least for least, _ in PAY_GAPS.values()],
        "most_pay_gaps": [most for _, most in PAY_GAPS.values()],
        "same_payday_days": SAME_PAYDAY_DAYS,
        "own_transfer_days": OWN_TRANSFER_DAYS,
        "job_change_days": JOB_CHANGE_DAYS,
        "rarest_payroll_days": RAREST_PAYROLL_DAYS,
        "main_earner_days": MAIN_EARNER_DAYS,
        "least_unnamed_paydays": LEAST_UNNAMED_PAYDAYS,
        "least_monthly_pay_usd": LEAST_MONTHLY_PAY_USD,
        "nominal_days_per_month": NOMINAL_DAYS_PER_MONTH,
        "month_days": FEATURE_MONTH_DAYS,
        "most_merchants": MOST_MERCHANTS,
        "most_kinds": MOST_KINDS,
        "low_balance_usd": LOW_BALANCE_USD,
        "least_base_usd": LEAST_BASE_USD,
        "medium_from": UTILIZATION_BANDS["medium"],
        "high_from": UTILIZATION_BANDS["high"],
        "critical_from": UTILIZATION_BANDS["critical"],
    }


def definitions() -> dict[str, Any]:
    """A fresh dict of every number the queries name, by parameter."""
    return dict(_bound())
