"""The words the queries are bound to: categories, kinds of account and merchants' names as lists.

One place turns Plaid's vocabulary into query parameters, so that no .sql file repeats a code list.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from spendsense_pipeline.features.merchant_words import (
    DEAREST_UNKNOWN_SUBSCRIPTION_CENTS,
    WEAK_CATEGORIES,
    merchant_words,
)
from spendsense_pipeline.plaid import accounts, categories

__all__ = ["DEAREST_UNKNOWN_SUBSCRIPTION_CENTS", "kinds_by_code", "vocabulary"]

# What a stream is when only the primary category is known. A primary that holds subscriptions and
# other things alike leaves it open, and the price decides.
_KIND_BY_PRIMARY: Final = {
    "INCOME": "income",
    "LOAN_DISBURSEMENTS": "other",
    "LOAN_PAYMENTS": "bill",
    "TRANSFER_IN": "transfer",
    "TRANSFER_OUT": "transfer",
    "BANK_FEES": "bill",
    "ENTERTAINMENT": "unknown",
    "FOOD_AND_DRINK": "habit",
    "GENERAL_MERCHANDISE": "habit",
    "HOME_IMPROVEMENT": "habit",
    "MEDICAL": "other",
    "PERSONAL_CARE": "unknown",
    "GENERAL_SERVICES": "unknown",
    "GOVERNMENT_AND_NON_PROFIT": "other",
    "TRANSPORTATION": "habit",
    "TRAVEL": "habit",
    "RENT_AND_UTILITIES": "bill",
    "OTHER": "unknown",
}


def kinds_by_code() -> dict[str, str]:
    """Detailed and primary codes -> what a recurring stream of them is."""
    detailed = dict(categories.STREAM_KIND_BY_CODE)
    unconfirmed = dict.fromkeys(categories.UNCONFIRMED_CODES, "other")
    return {**_KIND_BY_PRIMARY, **unconfirmed, **detailed}


@functools.cache
def _lists() -> tuple[tuple[str, tuple[Any, ...]], ...]:
    kinds = kinds_by_code()
    primaries = [c if c in _KIND_BY_PRIMARY else categories.primary_of(c) for c in kinds]
    words = merchant_words()
    return (
        ("codes", tuple(kinds)),
        ("kinds", tuple(kinds.values())),
        ("primaries", tuple(primaries)),
        ("earned_income", categories.EARNED_INCOME_CODES),
        ("savings_subtypes", accounts.SAVINGS_SUBTYPES),
        ("checking_subtypes", accounts.CHECKING_SUBTYPES),
        ("card_subtypes", accounts.CARD_SUBTYPES),
        ("weak_categories", WEAK_CATEGORIES),
        ("words", tuple(word.words for word in words)),
        ("word_sides", tuple(word.side for word in words)),
        ("word_categories", tuple(word.category_detailed for word in words)),
        ("word_primaries", tuple(categories.primary_of(w.category_detailed) for w in words)),
    )


def vocabulary() -> dict[str, Any]:
    """A fresh dict of every list the queries name."""
    return {name: list(values) for name, values in _lists()}
