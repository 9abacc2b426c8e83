"""Category codes the checks' queries are bound to, and what purchases of a code are counted as.

No .sql file writes a code. What a code is to the features is not looked up here: checks group codes
for themselves, with the words of `plaid/categories.py`.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from spendsense_pipeline.calendar_units import DAYS_PER_MONTH, DAYS_PER_YEAR
from spendsense_pipeline.plaid import accounts, categories
from spendsense_pipeline.tables.features import LOW_BALANCE_USD, UTILIZATION_BANDS, WINDOWS

# Money that is nobody's purchase: earned, moved, or lent.
_NOT_CONSUMED: Final = ("INCOME", *categories.TRANSFER_PRIMARIES, "LOAN_DISBURSEMENTS")

SPENDING_CATEGORY_BY_CODE: Final = {
    "FOOD_AND_DRINK": "restaurants",
    "FOOD_AND_DRINK_GROCERIES": "groceries",
    "FOOD_AND_DRINK_COFFEE": "coffee",
    "TRANSPORTATION": "transport",
    "TRANSPORTATION_GAS": "fuel",
    "GENERAL_SERVICES_AUTOMOTIVE": "transport",
    "GENERAL_MERCHANDISE": "merchandise",
    "GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES": "clothing",
    "GENERAL_MERCHANDISE_BOOKSTORES_AND_NEWSSTANDS": "entertainment",
    "GENERAL_MERCHANDISE_SPORTING_GOODS": "entertainment",
    "GENERAL_SERVICES_POSTAGE_AND_SHIPPING": "merchandise",
    "GOVERNMENT_AND_NON_PROFIT": "merchandise",
    "ENTERTAINMENT": "entertainment",
    "ENTERTAINMENT_VIDEO_GAMES": "merchandise",
    "MEDICAL": "health",
    "MEDICAL_VETERINARY_SERVICES": "merchandise",
    "HOME_IMPROVEMENT": "home",
    "PERSONAL_CARE": "personal_care",
    "TRAVEL": "travel",
    categories.CASH_WITHDRAWAL: "cash",
}
"""Code -> the spending category an operator knows it by: detailed codes before primary ones; codes
of neither are "other"."""

EXPENDITURE_GROUP_BY_CODE: Final = {
    "RENT_AND_UTILITIES": "housing",
    "HOME_IMPROVEMENT": "housing",
    "LOAN_PAYMENTS_MORTGAGE_PAYMENT": "housing",
    "GENERAL_SERVICES_CHILDCARE": "housing",
    "GENERAL_SERVICES_STORAGE": "housing",
    "TRANSPORTATION": "transport",
    "LOAN_PAYMENTS_CAR_PAYMENT": "transport",
    "GENERAL_SERVICES_AUTOMOTIVE": "transport",
    "FOOD_AND_DRINK": "food",
    "FOOD_AND_DRINK_BEER_WINE_AND_LIQUOR": "everything else",
    "MEDICAL": "health",
    "ENTERTAINMENT": "entertainment",
    "GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES": "clothing",
}
"""Code -> its group in the Consumer Expenditure Survey, read as above; names tell insurance."""


@functools.cache
def _bound() -> dict[str, Any]:
    return {
        "card_payment": categories.CARD_PAYMENT,
        "card_interest": categories.CARD_INTEREST,
        "cash_withdrawal": categories.CASH_WITHDRAWAL,
        "late_fee": "BANK_FEES_LATE_FEES",
        "overdraft_fee": "BANK_FEES_OVERDRAFT_FEES",
        "returned_item_fee": "BANK_FEES_INSUFFICIENT_FUNDS",
        "coffee": "FOOD_AND_DRINK_COFFEE",
        "fast_food": "FOOD_AND_DRINK_FAST_FOOD",
        "groceries": "FOOD_AND_DRINK_GROCERIES",
        "fuel": "TRANSPORTATION_GAS",
        "journeys": ["TRAVEL_FLIGHTS", "TRAVEL_LODGING"],
        "streaming": ["ENTERTAINMENT_TV_AND_MOVIES", "ENTERTAINMENT_MUSIC_AND_AUDIO"],
        "care": [
            "MEDICAL_DENTAL_CARE",
            "MEDICAL_EYE_CARE",
            "MEDICAL_OTHER_MEDICAL",
            "MEDICAL_PRIMARY_CARE",
            "MEDICAL_VETERINARY_SERVICES",
        ],
        "payment_apps": [
            "TRANSFER_IN_TRANSFER_IN_FROM_APPS",
            "TRANSFER_OUT_TRANSFER_OUT_FROM_APPS",
        ],
        "atm_fee": "BANK_FEES_ATM_FEES",
        "platform_pay": "INCOME_GIG_ECONOMY",
        "salary": "INCOME_SALARY",
        "pension": categories.RETIREMENT_INCOME,
        "mortgage": categories.LOAN_PAYMENTS["mortgage"],
        "loan_kinds": list(categories.LOAN_PAYMENTS),
        "loan_payments": list(categories.LOAN_PAYMENTS.values()),
        "insurance": categories.INSURANCE,
        "rent": "RENT_AND_UTILITIES_RENT",
        "utilities": "RENT_AND_UTILITIES",
        "income": "INCOME",
        "bank_fees": "BANK_FEES",
        "earned_income": list(categories.EARNED_INCOME_CODES),
        "benefit_income": list(categories.BENEFIT_INCOME_CODES),
        "own_transfers": [*categories.OWN_ACCOUNT_TRANSFER_CODES, categories.CARD_PAYMENT],
        "scheduled_primaries": list(categories.ACH_PRIMARIES),
        "subscriptions": list(categories.codes_of_kind("subscription")),
        "not_refunds": list(categories.NOT_REFUND_PRIMARIES),
        "not_consumed": list(_NOT_CONSUMED),
        "not_surveyed": [*_NOT_CONSUMED, "BANK_FEES"],
        "not_everyday": [*_NOT_CONSUMED, "LOAN_PAYMENTS", "RENT_AND_UTILITIES", "BANK_FEES"],
        "not_everyday_codes": [
            categories.INSURANCE,
            "GENERAL_SERVICES_CHILDCARE",
            "GENERAL_SERVICES_EDUCATION",
            "GOVERNMENT_AND_NON_PROFIT_TAX_PAYMENT",
        ],
        "spending_codes": list(SPENDING_CATEGORY_BY_CODE),
        "spending_categories": list(SPENDING_CATEGORY_BY_CODE.values()),
        "expenditure_codes": list(EXPENDITURE_GROUP_BY_CODE),
        "expenditure_groups": list(EXPENDITURE_GROUP_BY_CODE.values()),
        "savings_subtypes": list(accounts.SAVINGS_SUBTYPES),
        "days_per_month": DAYS_PER_MONTH,
        "days_per_half_year": DAYS_PER_YEAR / 2,
        "days_per_year": DAYS_PER_YEAR,
        "low_balance_usd": LOW_BALANCE_USD,
        "longest_window": max(WINDOWS),
        "medium_from": UTILIZATION_BANDS["medium"],
        "high_from": UTILIZATION_BANDS["high"],
        "critical_from": UTILIZATION_BANDS["critical"],
    }


def vocabulary() -> dict[str, Any]:
    """Every parameter that queries of the checks may name, whatever the dataset."""
    return dict(_bound())
