"""The words the queries are bound to: categories, kinds of account and merchants' names as lists.

One place turns Plaid's vocabulary into query parameters, so that no .sql file repeats a code list.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from spendsense_pipeline.features.merchant_words import WEAK_CATEGORIES, merchant_words
from spendsense_pipeline.plaid import accounts, categories

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
    # Cash is spent (see docs/features.md): drawn every Friday it is a habit, not money moved.
    cash = {categories.CASH_WITHDRAWAL: "other"}
    return {**_KIND_BY_PRIMARY, **unconfirmed, **detailed, **cash}


# Numbered from 1 in this order where a query packs a row's merchant and kind into one number.
ROW_KINDS: Final = ("bill", "subscription", "habit", "other", "income", "transfer", "unknown")


def _numbers(*kinds: str) -> list[int]:
    return [ROW_KINDS.index(kind) + 1 for kind in kinds]


@functools.cache
def _bound() -> dict[str, Any]:
    kinds = kinds_by_code()
    primaries = [c if c in _KIND_BY_PRIMARY else categories.primary_of(c) for c in kinds]
    words = merchant_words()
    return {
        # Long lists travel as one text, which binds many times faster than hundreds of values.
        "codes": " ".join(kinds),
        "primaries": " ".join(primaries),
        "kind_numbers": _numbers(*kinds.values()),
        "words": "|".join(word.words for word in words),
        "word_sides": "|".join(word.side for word in words),
        "word_categories": "|".join(word.category_detailed for word in words),
        "word_primaries": "|".join(categories.primary_of(w.category_detailed) for w in words),
        "earned_income": list(categories.EARNED_INCOME_CODES),
        "savings_subtypes": list(accounts.SAVINGS_SUBTYPES),
        "checking_subtypes": list(accounts.CHECKING_SUBTYPES),
        "card_subtypes": list(accounts.CARD_SUBTYPES),
        "weak_categories": list(WEAK_CATEGORIES),
        "kind_names": list(ROW_KINDS),
        "unknown_kind": _numbers("unknown")[0],
        "other_kind": _numbers("other")[0],
        # Money in may repeat as pay or a transfer; money out as anything but pay.
        "inflow_kinds": _numbers("income", "transfer"),
        "outflow_kinds": _numbers(*(kind for kind in ROW_KINDS if kind != "income")),
        # Kinds of which one payee may hold several contracts.
        "contract_kinds": _numbers("bill", "subscription", "income", "transfer"),
        # Kinds in which one flat price may stand out from a merchant's other charges.
        "shop_kinds": _numbers("habit"),
        # Kinds that go on when an account is replaced.
        "moving_kinds": _numbers("bill", "subscription", "income"),
        # Kinds that are paid when there is money, not on the day.
        "owed_kinds": _numbers("bill"),
        "everyday_kinds": _numbers("habit", "other"),
    }


def vocabulary() -> dict[str, Any]:
    """A fresh dict of every word list the queries name."""
    return dict(_bound())
