"""Several contracts with one payee, yearly plans, and payments that have no payee: checks."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.charges import (
    charges,
    every,
    found,
    found_each,
    found_together,
    months,
)
from spendsense_pipeline_tests.fixtures.measured_people import measured_each
from spendsense_pipeline_tests.fixtures.rows import AS_OF, Row, a_transaction, an_account

D = dt.date
BARE: dict[str, Any] = {
    "merchant_name": None,
    "merchant_entity_id": None,
    "category_primary": None,
    "category_detailed": None,
}
CLUB = BARE | {"name": "RIVERSIDE CLUB"}
GYM = BARE | {"name": "IRONWORKS GYM"}


def test_two_dues_to_one_payee_are_two_subscriptions() -> None:
    rows = charges(months(3), "30.00", **CLUB) + charges(months(17), "40.00", **CLUB)
    streams = found(rows)
    assert sorted((s["frequency"], s["kind"], s["average_amount"]) for s in streams) == [
        ("MONTHLY", "subscription", 30),
        ("MONTHLY", "subscription", 40),
    ]
    [row] = measured_each({"accounts": [an_account()], "transactions": rows})
    assert row["subscription_count"] == 2
    assert row["monthly_subscription_spend_usd"] == pytest.approx(70)


def test_three_dues_to_one_payee_are_three() -> None:
    dues = ((3, "10.00"), (13, "20.00"), (23, "35.00"))
    streams = found([row for day, usd in dues for row in charges(months(day), usd, **CLUB)])
    assert sorted(s["average_amount"] for s in streams) == [10, 20, 35]
    assert {(s["frequency"], s["kind"]) for s in streams} == {("MONTHLY", "subscription")}


def test_two_memberships_at_a_shop_are_two() -> None:
    shop = {"category_detailed": "GENERAL_MERCHANDISE_OTHER_GENERAL_MERCHANDISE"}
    rows = charges(months(3), "30.00", **(CLUB | shop))
    streams = found(rows + charges(months(17), "40.00", **(CLUB | shop)))
    assert [(s["kind"], s["frequency"]) for s in streams] == [("subscription", "MONTHLY")] * 2


@pytest.mark.parametrize("category", ["FOOD_AND_DRINK_GROCERIES", "FOOD_AND_DRINK_COFFEE"])
def test_shopping_every_week_by_the_same_list_each_month_is_no_membership(category: str) -> None:
    days = [dt.date(2026, month, day) for month in range(1, 7) for day in (3, 10, 17, 24)]
    prices = ["50.00", "51.00", "52.00", "53.00"] * 6
    primary = "FOOD_AND_DRINK"
    rows = [
        row
        for day, price in zip(days, prices, strict=True)
        for row in charges(
            [day], price, name="KROGER", category_primary=primary, category_detailed=category
        )
    ]
    assert not [stream for stream in found(rows) if stream["kind"] == "subscription"]


def pairs_of_contracts() -> list[list[Row]]:
    """Two contracts with one payee: other days, amounts, payees, with a category or without."""
    draw, households = random.Random(12), []
    for number in range(40):
        first = draw.randint(1, 28)
        second = (first + draw.randint(5, 23) - 1) % 28 + 1
        low = draw.randint(500, 4500)
        high = low + max(301, low * draw.randint(16, 30) // 100)
        what = draw.choice((CLUB, GYM, {}, BARE | {"name": f"QUORUM {number} SOCIETY"}))
        households.append(
            charges(months(first), str(Decimal(low) / 100), **what)
            + charges(months(second), str(Decimal(high) / 100), **what)
        )
    return households


def test_two_contracts_stay_two_whatever_their_days_and_amounts() -> None:
    for rows, streams in zip(
        households := pairs_of_contracts(), found_each(*households), strict=True
    ):
        facts = [(s["frequency"], s["kind"], s["average_amount"]) for s in streams]
        expected = [("MONTHLY", "subscription", a) for a in sorted({r["amount"] for r in rows})]
        assert sorted(facts) == expected, rows[0]["name"]


def test_one_series_twice_a_month_with_a_price_step_stays_one() -> None:
    stepped = [["30.00"] * step + ["36.00"] * (12 - step) for step in range(3, 12)]
    twice = [d for month in range(1, 7) for d in (D(2026, month, 3), D(2026, month, 17))]
    cases = [
        (frequency, charges(dates, amounts, **what))
        for what in (CLUB, GYM, {})
        for dates, frequency in ((twice, "SEMI_MONTHLY"), (every(14, 12), "BIWEEKLY"))
        for amounts in stepped
    ]
    each = found_each(*(rows for _, rows in cases))
    for (frequency, _), [stream] in zip(cases, each, strict=True):
        assert (stream["frequency"], stream["charge_count"]) == (frequency, 12)


def test_every_other_week_at_two_prices_by_turns_is_not_two_monthly_contracts() -> None:
    [stream] = found(charges(every(14, 12), ["30.00", "40.00"] * 6, **CLUB))
    assert stream["frequency"] == "BIWEEKLY"


def test_pairs_of_one_price_stay_two() -> None:
    days = (5, 5, 5, 7, 5, 5, 5, 6, 5, 5, 5, 5)  # mostly on one day
    dates = [D(2026, n // 2 + 1, day) for n, day in enumerate(days)]
    streams = found(charges(dates, "35.00", **GYM))
    assert [(s["kind"], s["average_amount"]) for s in streams] == [("subscription", 35)] * 2


def test_a_shop_nobody_knows_does_not_become_contracts() -> None:
    draw = random.Random(3)
    shops = [
        [
            a_transaction(draw.choice(("4.50", "5.25", "9.75")), d, **(BARE | {"name": "ZQX 12"}))
            for d in sorted(AS_OF - dt.timedelta(days=draw.randint(0, 180)) for _ in range(40))
        ]
        for _ in range(20)
    ]
    kinds = [s["kind"] for streams in found_each(*shops) for s in streams]
    assert "subscription" not in kinds
    assert "bill" not in kinds


def test_a_yearly_plan_beside_monthly_ones() -> None:
    households = [
        charges([D(2025, 6, 10), D(2026, 6, 12)], "55.00", **what)
        + charges(months(20, 13), "9.99", **what)
        for what in ({}, GYM, CLUB)
    ]
    for streams in found_each(*households):
        facts = sorted((s["frequency"], s["kind"], float(s["average_amount"])) for s in streams)
        assert facts == [("ANNUALLY", "subscription", 55.0), ("MONTHLY", "subscription", 9.99)]


TWO_PRICES = [("49.00", "59.00"), ("49.00", "49.00"), ("20.00", "21.00")]
DAYS_BETWEEN = [0, 9, 14, 30]
of_two_plans = found_together(
    {
        (prices, days_between): [
            row
            for price, shift in zip(prices, (0, days_between), strict=True)
            for year in (2025, 2026)
            for row in charges([D(year, 5, 28) + dt.timedelta(days=shift)], price)
        ]
        for prices in TWO_PRICES
        for days_between in DAYS_BETWEEN
    }
)


@pytest.mark.parametrize("prices", TWO_PRICES)
@pytest.mark.parametrize("days_between", DAYS_BETWEEN)
def test_two_yearly_plans_at_one_payee(prices: tuple[str, str], days_between: int) -> None:
    streams = of_two_plans((prices, days_between))
    facts = sorted((s["frequency"], s["status"], s["average_amount"]) for s in streams)
    assert facts == [("ANNUALLY", "MATURE", a) for a in sorted(map(Decimal, prices))]


def test_a_yearly_plan_whose_price_rose() -> None:
    rows = charges([D(2025, 6, 10), D(2026, 6, 12)], ["99.00", "109.00"])
    [monthly, yearly] = sorted(
        found(rows + charges(months(20, 13), "9.99")), key=lambda s: float(s["average_amount"])
    )
    assert (monthly["frequency"], yearly["frequency"]) == ("MONTHLY", "ANNUALLY")
    assert (yearly["charge_count"], yearly["last_amount"]) == (2, 109)


def test_a_payee_bought_from_now_and_then_has_no_yearly_plan() -> None:
    draw = random.Random(8)
    shops = [
        [
            a_transaction(
                str(Decimal(draw.randint(500, 9000)) / 100),
                AS_OF - dt.timedelta(days=draw.randint(0, 399)),
                **(BARE | {"name": "ZQX 12"}),
            )
            for _ in range(draw.randint(3, 12))
        ]
        for _ in range(60)
    ]
    yearly = [s for found in found_each(*shops) for s in found if s["frequency"] == "ANNUALLY"]
    assert yearly == []


CHECKS = (
    "CHECK {n}",
    "CHECK #{n}",
    "CHK {n}",
    "Chk #{n}",
    "DRAFT {n}",
    "SHARE DRAFT {n}",
    "Check Paid {n}",
    "Check Paid #{n}",
    "CHECK NO. {n}",
    "Check Number {n}",
    "CHECK{n}",
    "CK# {n}",
    "CASHED CHECK {n}",
    "SUBSTITUTE CHECK #{n}",
    "IMAGE CHECK {n} CHECKING WITHDRAWAL",
    "CHECK WITHDRAWAL {n}",
    "INCLEARING CHECK {n}",
    "CHECK",
    "CHEQUE {n}",
)


@pytest.mark.parametrize("amount", ["60.00", "1250.00"])
def test_checks_have_no_payee(amount: str) -> None:
    households = [
        [
            a_transaction(amount, d, **(BARE | {"name": wording.format(n=1651 + k)}))
            for k, d in enumerate(months(11))
        ]
        for wording in CHECKS
    ]
    for wording, streams in zip(CHECKS, found_each(*households), strict=True):
        assert streams == [], wording


def test_a_check_said_to_be_for_rent_has_no_payee_either() -> None:
    rent = {
        "category_primary": "RENT_AND_UTILITIES",
        "category_detailed": "RENT_AND_UTILITIES_RENT",
    }
    rows = [
        a_transaction("900.00", d, **(BARE | rent | {"name": f"CHECK {1700 + n}"}))
        for n, d in enumerate(months(2))
    ]
    assert found(rows) == []


def test_what_only_sounds_like_a_check_repeats() -> None:
    names = (
        "CHECKCARD 0305 QUORUM SOCIETY",
        "DRAFT HOUSE {n}",
        "CHECKPOINT GYM",
        "CHECK INTO CASH",
    )
    households = [
        [
            a_transaction("24.99", d, **(BARE | {"name": name.format(n=n)}))
            for n, d in enumerate(months(11))
        ]
        for name in names
    ]
    for name, streams in zip(names, found_each(*households), strict=True):
        assert [s["frequency"] for s in streams] == ["MONTHLY"], name
