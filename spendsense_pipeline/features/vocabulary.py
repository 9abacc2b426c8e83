"""The words the queries are bound to: categories, kinds of account and merchants' names as lists.

One place turns Plaid's vocabulary into query parameters, so that no .sql file repeats a code list.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any, Final

from spendsense_pipeline.features import payment_words
from spendsense_pipeline.features.inflow_words import (
    BORROWED_WAGES,
    LEADING_WORDS,
    PAYER_NOISE,
    PROCESSORS,
    inflow_words,
)
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
    "BANK_FEES": "other",
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


# What a row may be part of a series of; "unknown" until its price decides.
ROW_KINDS: Final = ("bill", "subscription", "habit", "other", "income", "transfer", "unknown")
# A phrase of this category ("bill payment") says less than any other.
VAGUEST_WORD_CATEGORY: Final = "RENT_AND_UTILITIES_OTHER_UTILITIES"


def _begins_with(words: Iterable[str]) -> str:
    """A regular expression for codes whose first word is one of these."""
    return f"^({'|'.join(words)})_"


@functools.cache
def _bound() -> dict[str, Any]:
    kinds = kinds_by_code()
    primaries = [c if c in _KIND_BY_PRIMARY else categories.primary_of(c) for c in kinds]
    words, inflows = merchant_words(), inflow_words()
    return {
        # Long lists travel as one text, which binds many times faster than hundreds of values.
        "codes": " ".join(kinds),
        "primaries": " ".join(primaries),
        "kinds": " ".join(kinds.values()),
        "words": "|".join(word.words for word in words),
        "word_sides": "|".join(word.side for word in words),
        "word_categories": "|".join(word.category_detailed for word in words),
        "word_primaries": "|".join(categories.primary_of(w.category_detailed) for w in words),
        "word_brands": "|".join(word.brand or "" for word in words),
        "most_phrase_words": max(len(word.words.split()) for word in words),
        "lead_words": payment_words.LEAD_WORDS.split(),
        "street_words": payment_words.STREET_WORDS.split(),
        "saints": payment_words.SAINTS,
        "payment_to": payment_words.PAYMENT_TO,
        "given_back": payment_words.GIVEN_BACK,
        "pays_a_card": payment_words.PAYS_A_CARD,
        "other": "OTHER_OTHER",
        # Categories under which one leg of a card payment may come.
        "transfer_in": "TRANSFER_IN_",
        "payment_primaries": ["OTHER", "LOAN_PAYMENTS", *categories.TRANSFER_PRIMARIES],
        "payment_details": [categories.CARD_PAYMENT, "LOAN_PAYMENTS_OTHER_PAYMENT"],
        # Banks take up to three business days, and a weekend.
        "days_between_legs": 5,
        # What one pays to a payee by name; shopping is not done so.
        "paid_kinds": ["bill", "transfer"],
        "inflow_words": "|".join(word.words for word in inflows),
        "inflow_evidence": "|".join(word.evidence for word in inflows),
        "inflow_categories": "|".join(word.category_detailed for word in inflows),
        "borrowed_wages": BORROWED_WAGES,
        "advanced_wages": categories.ADVANCED_WAGES,
        "processors": list(PROCESSORS),
        "payer_noise": list(PAYER_NOISE),
        "leading_words": list(LEADING_WORDS),
        "vaguest_word_category": VAGUEST_WORD_CATEGORY,
        "earned_income": list(categories.EARNED_INCOME_CODES),
        "benefit_income": list(categories.BENEFIT_INCOME_CODES),
        "any_income": categories.ANY_INCOME,
        "savings_interest": categories.SAVINGS_INTEREST,
        "card_interest": categories.CARD_INTEREST,
        "card_payment": categories.CARD_PAYMENT,
        "own_transfer_out": categories.OWN_TRANSFER_OUT,
        "own_transfer_in": categories.OWN_TRANSFER_IN,
        "not_spend_codes": [*categories.NOT_SPEND_CODES, *categories.TRANSFER_PRIMARIES],
        "not_spend": _begins_with(categories.NOT_SPEND_WORDS),
        "not_refund_primaries": list(categories.NOT_REFUND_PRIMARIES),
        "not_refund": _begins_with(categories.NOT_REFUND_WORDS),
        "savings_subtypes": list(accounts.SAVINGS_SUBTYPES),
        "set_aside_subtypes": list(accounts.SET_ASIDE_SUBTYPES),
        "measured_types": list(accounts.MEASURED_TYPES),
        "checking_subtypes": list(accounts.CHECKING_SUBTYPES),
        "card_subtypes": list(accounts.CARD_SUBTYPES),
        "weak_categories": list(WEAK_CATEGORIES),
        "row_kinds": list(ROW_KINDS),
        "check_wording": payment_words.CHECK_WORDING,
        "key_prefix": payment_words.KEY_PREFIX,
        "key_forms": payment_words.KEY_FORMS,
        "key_states": payment_words.KEY_STATES,
        "everyday_words": (payment_words.EVERYDAY_WORDS + " " + payment_words.LEAD_WORDS).split(),
        # Money in may repeat as pay or a transfer; money out as anything but pay.
        "inflow_kinds": ["income", "transfer"],
        "outflow_kinds": [kind for kind in ROW_KINDS if kind != "income"],
        # Kinds of which one payee may hold several contracts.
        "contract_kinds": ["bill", "subscription", "income", "transfer"],
        # Kinds in which what looks like one series twice a month may be two monthly contracts, and
        # in which a payee may hold yearly plans. (Pay of two sizes by turns is one employer's.)
        "plan_kinds": ["bill", "subscription", "unknown"],
        # Kinds in which one flat price may stand out from a merchant's other charges.
        "shop_kinds": ["habit"],
        # Kinds that go on when an account is replaced.
        "moving_kinds": ["bill", "subscription", "income"],
        # Kinds that are paid when there is money, not on the day.
        "owed_kinds": ["bill"],
        "everyday_kinds": ["habit", "other"],
    }


def vocabulary() -> dict[str, Any]:
    """A fresh dict of every word list the queries name."""
    return dict(_bound())
