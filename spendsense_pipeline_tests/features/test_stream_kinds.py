"""What a recurring stream is called: subscription, bill, transfer, habit, income."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from spendsense_pipeline_tests.fixtures.charges import (
    INSURANCE,
    charges,
    every,
    found,
    found_each,
    months,
)
from spendsense_pipeline_tests.fixtures.rows import (
    AS_OF,
    a_transaction,
)

D = dt.date


def test_names_with_store_numbers_and_codes() -> None:
    nameless = {"merchant_name": None, "merchant_entity_id": None}
    names = [
        "PLANET FIT CLUB #0412 03/05",
        "PLANET FIT CLUB #0412 04/05",
        "Planet Fit Club #0412 05/05 AUTH9X7",
        "PLANET FIT CLUB #0412 06/05",
    ]
    gym = {
        "category_primary": "PERSONAL_CARE",
        "category_detailed": "PERSONAL_CARE_GYMS_AND_FITNESS_CENTERS",
    }
    rows = [
        a_transaction("24.99", d, **(nameless | gym | {"name": n}))
        for n, d in zip(names, months(5, 4), strict=True)
    ]
    [stream] = found(rows)
    assert (stream["kind"], stream["charge_count"], stream["merchant_name"]) == (
        "subscription",
        4,
        "planet fit club",
    )


def test_bills_are_not_subscriptions() -> None:
    bills = {
        "RENT_AND_UTILITIES_RENT": ["1500.00"] * 4,
        "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY": ["88.12", "120.44", "95.10", "71.73"],
        "RENT_AND_UTILITIES_TELEPHONE": ["45.00"] * 4,
        "RENT_AND_UTILITIES_INTERNET_AND_CABLE": ["70.00"] * 4,
        "GENERAL_SERVICES_INSURANCE": ["120.00"] * 4,
        "GENERAL_SERVICES_CHILDCARE": ["900.00"] * 4,
        "LOAN_PAYMENTS_CAR_PAYMENT": ["310.00"] * 4,
        "GOVERNMENT_AND_NON_PROFIT_TAX_PAYMENT": ["250.00"] * 4,
    }
    payers = [
        charges(months(3, 4), usd, category_detailed=code, category_primary=None, name="PAYEE")
        for code, usd in bills.items()
    ]
    for code, [stream] in zip(bills, found_each(*payers), strict=True):
        assert stream["kind"] == "bill", code


def test_a_monthly_bill_paid_from_the_next_paycheck() -> None:
    dates = [AS_OF - dt.timedelta(days=d) for d in (113, 85, 43, 15)]  # 28, 42 and 28 days apart
    [stream] = found(charges(dates, "120.00", **INSURANCE))
    assert (stream["kind"], stream["frequency"]) == ("bill", "MONTHLY")
    assert found(charges(dates)) == []  # a subscription is charged on its day


def test_habits_are_not_subscriptions() -> None:
    groceries = [a_transaction(f"{60 + n % 5}.{n % 9}1", d) for n, d in enumerate(every(7, 18))]
    coffee = [
        a_transaction(
            "4.50",
            d,
            name="SQ *BLUE BOTTLE",
            merchant_name="Blue Bottle",
            merchant_entity_id="m_bb",
            category_detailed="FOOD_AND_DRINK_COFFEE",
        )
        for d in every(3, 40)
    ]
    kinds = [s["kind"] for s in found(groceries + coffee)]
    assert kinds == ["habit"]


def test_a_membership_among_a_shops_other_charges() -> None:
    amazon = {
        "name": "AMAZON",
        "merchant_name": "Amazon",
        "merchant_entity_id": "m_amazon",
        "category_primary": "GENERAL_MERCHANDISE",
        "category_detailed": "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES",
    }
    shopping = [
        a_transaction(f"{11 + 7 * (n % 13)}.{37 + n % 40}", d, **amazon)
        for n, d in enumerate(every(4, 40))
    ]
    streams = found(shopping + charges(months(8), "14.99", **amazon))
    assert [(s["kind"], s["average_amount"]) for s in streams] == [
        ("subscription", Decimal("14.99"))
    ]


def test_transfers_and_card_payments_are_neither() -> None:
    save = {
        "name": "TRANSFER TO SAVINGS",
        "merchant_name": None,
        "merchant_entity_id": None,
        "category_primary": "TRANSFER_OUT",
        "category_detailed": "TRANSFER_OUT_SAVINGS",
    }
    pay = save | {
        "name": "CARD AUTOPAY",
        "category_primary": "LOAN_PAYMENTS",
        "category_detailed": "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT",
    }
    streams = found(charges(every(7, 10), "50.00", **save) + charges(months(7), "200.00", **pay))
    assert {s["kind"] for s in streams} == {"transfer"}


def test_interest_charges_are_not_subscriptions() -> None:
    interest = {
        "name": "INTEREST CHARGE",
        "merchant_name": None,
        "merchant_entity_id": None,
        "category_primary": "BANK_FEES",
        "category_detailed": "BANK_FEES_INTEREST_CHARGE",
    }
    assert "subscription" not in [
        s["kind"] for s in found(charges(months(11), "31.20", account_id="card", **interest))
    ]
