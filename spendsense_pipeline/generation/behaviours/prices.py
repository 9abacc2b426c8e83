"""When the prices of bills change: once a year, on one day for all who pay a biller."""

from __future__ import annotations

from typing import Final

import numpy as np

from spendsense_pipeline.generation.arrays import Floats, Ints
from spendsense_pipeline.generation.catalog import BILL_KINDS, Billers
from spendsense_pipeline.generation.randomness import integers, uniform, user_keys, words

# A year's rise by kind (BLS, Consumer Price Index 2025, its items; motor and tenants' insurance,
# water and sewer, electricity, day care). What is lent is paid back in equal parts.
YEARLY_RISES: Final = {
    "electricity": (0.03, 0.07),
    "gas": (0.02, 0.07),
    "water": (0.03, 0.06),
    "waste": (0.03, 0.06),
    "internet": (0.02, 0.06),
    "telephone": (0.01, 0.05),
    "auto_insurance": (0.03, 0.08),
    "home_insurance": (0.04, 0.09),
    "renters_insurance": (0.02, 0.06),
    "health_insurance": (0.04, 0.09),
    "childcare": (0.03, 0.06),
    "property_tax": (0.02, 0.05),
    "association": (0.03, 0.07),
}
FIXED_MONTH: Final = {"health_insurance": 0, "childcare": 8}
"""Plans change in January, preschools with the school year; others when they like."""
_KNOWN_FROM_YEAR: Final = 2000
"""Rises are numbered by their year, from one before any history."""


def biller_growth(billers: Billers, start: int, month: Ints) -> Floats:
    """What each biller's prices have risen by since history_start.

    Args:
        billers: The catalog's billers.
        start: Month of history_start, counted from January of year 0.
        month: Months since then, `[M]`.

    Returns:
        Factors, `[B, M]`.
    """
    kinds = billers.kind_code
    low, high = np.array([YEARLY_RISES.get(kind, (0.0, 0.0)) for kind in BILL_KINDS])[kinds].T
    fixed = np.array([FIXED_MONTH.get(kind, -1) for kind in BILL_KINDS])[kinds]
    # The same in every world: a price list is the biller's.
    keys = user_keys(0, "biller_price", np.arange(len(billers)))
    changes_in = np.where(fixed >= 0, fixed, integers(words(keys, 0), 12))[:, np.newaxis]
    first = (start - changes_in) // 12
    last = (start + month - changes_in) // 12
    years = np.arange(min(0, int((last - first).min())), int((last - first).max()) + 1)
    index = 1 + first + years - _KNOWN_FROM_YEAR
    step = low[:, np.newaxis] + (high - low)[:, np.newaxis] * uniform(words(keys, index))
    # The factor after so many rises, over that on history_start, after none.
    grown = np.cumprod(1 + step, axis=1)
    none = np.searchsorted(years, 0)
    grown = grown / grown[:, [none]]
    return np.take_along_axis(grown, last - first - years[0], axis=1)
