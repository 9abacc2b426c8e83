"""The taxonomy is Plaid's, and what we say of each code is consistent across all our lists."""

from __future__ import annotations

import duckdb
import pytest

from spendsense_pipeline.plaid import categories
from spendsense_pipeline.tables.raw import STREAM_KINDS

KNOWN = {*categories.STREAM_KIND_BY_CODE, *categories.UNCONFIRMED_CODES}
# Detailed codes per primary, counted in Plaid's list (127 in all).
DETAILED_PER_PRIMARY = {
    "INCOME": 13,
    "LOAN_DISBURSEMENTS": 7,
    "LOAN_PAYMENTS": 9,
    "TRANSFER_IN": 7,
    "TRANSFER_OUT": 8,
    "BANK_FEES": 8,
    "ENTERTAINMENT": 6,
    "FOOD_AND_DRINK": 7,
    "GENERAL_MERCHANDISE": 14,
    "HOME_IMPROVEMENT": 5,
    "MEDICAL": 7,
    "PERSONAL_CARE": 4,
    "GENERAL_SERVICES": 9,
    "GOVERNMENT_AND_NON_PROFIT": 4,
    "TRANSPORTATION": 7,
    "TRAVEL": 4,
    "RENT_AND_UTILITIES": 7,
    "OTHER": 1,
}


def test_the_taxonomy_is_complete() -> None:
    """Every primary with as many detailed codes as Plaid lists, each named after its primary."""
    counted = {primary: len(codes) for primary, codes in categories.CATEGORIES.items()}
    assert counted == DETAILED_PER_PRIMARY
    assert len(categories.BY_CODE) == len(categories.ALL) == 127
    for category in categories.ALL:
        assert category.detailed.startswith(category.primary + "_")
        assert category.description


def test_codes_of_version_1_are_known_by_their_name_in_version_2() -> None:
    for v1, v2 in categories.V1_SPLIT.items():
        assert v1 not in categories.BY_CODE
        assert v2 in categories.BY_CODE
        assert categories.to_v2(v1) == v2
        assert v1 in KNOWN
    assert categories.to_v2("INCOME_SALARY") == "INCOME_SALARY"
    assert categories.primary_of("INCOME_WAGES") == "INCOME"
    assert categories.primary_of("TRANSFER_IN_CASH_ADVANCES_AND_LOANS") == "TRANSFER_IN"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("RENT_AND_UTILITIES_RENT", "bill"),
        ("RENT_AND_UTILITIES_INTERNET_AND_CABLE", "bill"),
        ("RENT_AND_UTILITIES_TELEPHONE", "bill"),
        ("LOAN_PAYMENTS_MORTGAGE_PAYMENT", "bill"),
        ("LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", "transfer"),
        ("GENERAL_SERVICES_INSURANCE", "bill"),
        ("GENERAL_SERVICES_CHILDCARE", "bill"),
        ("GENERAL_SERVICES_EDUCATION", "bill"),
        ("GOVERNMENT_AND_NON_PROFIT_TAX_PAYMENT", "bill"),
        ("BANK_FEES_INTEREST_CHARGE", "other"),
        ("ENTERTAINMENT_TV_AND_MOVIES", "subscription"),
        ("ENTERTAINMENT_MUSIC_AND_AUDIO", "subscription"),
        ("ENTERTAINMENT_VIDEO_GAMES", "subscription"),
        ("PERSONAL_CARE_GYMS_AND_FITNESS_CENTERS", "subscription"),
        ("GENERAL_SERVICES_STORAGE", "subscription"),
        ("GENERAL_SERVICES_OTHER_GENERAL_SERVICES", "subscription"),
        ("GENERAL_MERCHANDISE_BOOKSTORES_AND_NEWSSTANDS", "subscription"),
        ("HOME_IMPROVEMENT_SECURITY", "subscription"),
        ("FOOD_AND_DRINK_GROCERIES", "habit"),
        ("FOOD_AND_DRINK_COFFEE", "habit"),
        ("GENERAL_MERCHANDISE_SUPERSTORES", "habit"),
        ("TRANSPORTATION_GAS", "habit"),
        ("TRAVEL_LODGING", "habit"),
        ("HOME_IMPROVEMENT_HARDWARE", "habit"),
        ("INCOME_SALARY", "income"),
        ("INCOME_WAGES", "income"),
        ("TRANSFER_OUT_SAVINGS", "transfer"),
        ("MEDICAL_DENTAL_CARE", "other"),
        ("GOVERNMENT_AND_NON_PROFIT_DONATIONS", "other"),
        ("LOAN_DISBURSEMENTS_PERSONAL", "other"),
        ("SOMETHING_NEW", "other"),
        (None, "other"),
    ],
)
def test_what_a_recurring_stream_is(code: str | None, kind: str) -> None:
    """Bills, subscriptions and habits as the design splits them, detailed before primary."""
    assert categories.stream_kind(code) == kind
    assert categories.is_bill(code) == (kind == "bill")
    assert categories.is_subscription(code) == (kind == "subscription")


def test_only_eight_codes_count_as_subscriptions() -> None:
    """The persona rests on this list: a new entry must be deliberate."""
    assert len(categories.codes_of_kind("subscription")) == 8
    assert set(STREAM_KINDS) <= set(categories.STREAM_KINDS)


def test_ach_and_spend_follow_the_design() -> None:
    """Recomputed here from the words of the contract."""
    for code in categories.STREAM_KIND_BY_CODE:
        is_ach = code == "GENERAL_SERVICES_INSURANCE" or (
            code.startswith(("INCOME_", "TRANSFER_", "LOAN_PAYMENTS_", "RENT_AND_UTILITIES_"))
            and code != "TRANSFER_OUT_WITHDRAWAL"
        )
        assert (code in categories.ACH_CODES) == is_ach, code
        is_not_spend = code == "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT" or (
            code.startswith("TRANSFER_") and code != "TRANSFER_OUT_WITHDRAWAL"
        )
        assert (code in categories.NOT_SPEND_CODES) == is_not_spend, code


def test_every_list_is_made_of_known_codes() -> None:
    """No list holds a typing error."""
    for codes in (
        categories.ACH_CODES,
        categories.EARNED_INCOME_CODES,
        categories.NOT_SPEND_CODES,
        categories.OWN_ACCOUNT_TRANSFER_CODES,
        categories.REFUNDABLE_CODES,
        categories.UNCONFIRMED_CODES,
        (categories.CARD_PAYMENT, categories.CASH_WITHDRAWAL, categories.CARD_INTEREST),
    ):
        assert set(codes) <= KNOWN
    assert set(categories.NOT_REFUND_PRIMARIES) <= set(categories.CATEGORIES)
    for refundable in categories.REFUNDABLE_CODES:
        assert categories.stream_kind(refundable) in ("habit", "subscription", "other")


def test_rows_for_sql_say_what_python_says() -> None:
    """Loaded into a database, the table answers as the functions do."""
    con = duckdb.connect()
    con.execute(categories.PLAID_CATEGORIES.create_sql())
    width = len(categories.PLAID_CATEGORIES.columns)
    con.executemany(
        f"insert into plaid_categories values ({', '.join(['?'] * width)})",
        categories.category_rows(),
    )
    rows = con.execute(
        "select category_detailed, category_primary, stream_kind, is_spend, is_ach,"
        " is_earned_income, is_refundable from plaid_categories"
    ).fetchall()
    assert len(rows) == len({row[0] for row in rows}) == 127 + 3
    for code, primary, kind, is_spend, is_ach, is_earned, is_refundable in rows:
        assert kind == categories.stream_kind(code)
        assert primary == categories.primary_of(code)
        assert is_spend == (code not in categories.NOT_SPEND_CODES)
        assert is_ach == (code in categories.ACH_CODES)
        assert is_earned == (code in categories.EARNED_INCOME_CODES)
        assert is_refundable == (code in categories.REFUNDABLE_CODES)
